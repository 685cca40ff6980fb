import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import PostalMime, { type Email } from 'postal-mime';
import { startRun } from '#core/billing/start-run.ts';
import { mailAddresses } from '#core/domain/mail-address.ts';
import { type Mail, readMail } from '#core/repositories/mails.ts';
import { type RunReport, runReport } from '#core/runs/run-report.ts';
import { type DemoMonth, loadDemoMonth, readDemoMonth } from '#test/support/data/demo-month.ts';
import { openData } from '#test/support/data/october.ts';
import { type ReceivedMail, startSmtpServer, type TestSmtpServer } from '#test/support/mail/smtp-server.ts';
import { makeTempFolder } from '#test/support/process/temp-folder.ts';
import type { Program } from '#wiring/program.ts';

/** The prefix puts umlauts into the names of files as well. */
const PREFIX = 'Rechnung_für_Käse';
const COPY = 'leitung@wiesengrund.example';

describe('the messages of the demo month, read by a parser that has no part in making them', () => {
  let server: TestSmtpServer;
  let local: Program;
  let month: DemoMonth;
  let report: RunReport;
  const messages: {
    readonly received: ReceivedMail;
    readonly parsed: Email;
    readonly mail: Mail;
    readonly files: readonly string[];
  }[] = [];
  const folder = makeTempFolder();

  before(async () => {
    server = await startSmtpServer({ disabledCommands: ['STARTTLS'] });
    local = openData(folder.path, 'plain');
    month = await readDemoMonth('2026-10', local);
    const { pdf, mail } = month.settings;
    await loadDemoMonth(
      month,
      {
        ...month.settings,
        pdf: { ...pdf, filePrefix: PREFIX },
        mail: {
          ...mail,
          smtp: { ...mail.smtp, port: server.port },
          cc: [COPY],
          bcc: ['archiv@wiesengrund.example'],
        },
      },
      local,
    );
    const run = await startRun(month.order, local);
    await local.completeRun(run);
    report = await runReport(run, local);
    for (const received of server.received) {
      const parsed = await PostalMime.parse(received.bytes);
      const id = /^<(\w+-\d+)\./.exec(parsed.messageId!)![1]!;
      const mail = (await readMail(local.table, id))!.value;
      const { files = [] } = report.customers.find(({ invoice }) => invoice === mail.invoice)!;
      messages.push({ received, parsed, mail, files });
    }
  });
  after(async () => {
    await local?.close();
    await server?.close();
    folder.remove();
  });

  it('each mailed invoice has one message, byte for byte as it was archived', async () => {
    const mailed = report.customers.filter(({ delivery }) => delivery?.state === 'accepted');
    assert.ok(mailed.length > 20);
    assert.deepEqual(
      messages.map(({ mail }) => mail.invoice).sort(),
      mailed.map(({ invoice }) => invoice).sort(),
    );
    for (const { received, mail } of messages) {
      const archived = (await local.archive.get(mail.key))!;
      assert.ok(received.bytes.equals(archived.bytes), mail.id);
    }
  });

  it('each message is pure ASCII in lines that every server accepts (RFC 5321 4.5.3.1.6)', () => {
    for (const { received, mail } of messages) {
      const lines = received.bytes.toString('latin1').split('\r\n');
      assert.ok(Math.max(...lines.map(({ length }) => length)) <= 998, mail.id);
      assert.ok(
        lines.every((line) => /^[\t\x20-\x7e]*$/.test(line)),
        mail.id,
      );
    }
  });

  it('each message has text and HTML with its logo, and the files beside them', () => {
    const shape = (bytes: Buffer) =>
      [...bytes.toString('latin1').matchAll(/^Content-Type: ([a-z/]+)/gim)].map(([, type]) => type);
    for (const { received, parsed, mail, files } of messages) {
      assert.deepEqual(shape(received.bytes), [
        'multipart/mixed',
        'multipart/alternative',
        'text/plain',
        'multipart/related',
        'text/html',
        'image/png',
        ...files.map(() => 'application/pdf'),
      ]);
      const logo = parsed.attachments.find(({ related }) => related)!;
      assert.ok(parsed.html?.includes(`cid:${logo.contentId!.slice(1, -1)}`), mail.id);
      for (const body of [parsed.text!, parsed.html!]) assert.ok(body.includes(mail.invoice), mail.id);
    }
  });

  it('each message carries the files of the archive, byte for byte under their names with umlauts', async () => {
    for (const { received, parsed, mail, files } of messages) {
      const attached = parsed.attachments.filter(({ disposition }) => disposition === 'attachment');
      assert.deepEqual(
        attached.map(({ filename }) => filename),
        files.map((key) => key.split('/').at(-1)),
      );
      assert.ok(attached.every(({ filename }) => filename?.startsWith(`${PREFIX}-${mail.customer}-`)));
      assert.match(received.bytes.toString('latin1'), /filename\*0?\*?=utf-8''Rechnung_f%C3%BCr_K%C3%A4se/i);
      for (const [index, key] of files.entries()) {
        const { bytes } = (await local.archive.get(key))!;
        assert.ok(Buffer.from(attached[index]!.content as ArrayBuffer).equals(bytes), key);
      }
    }
  });

  it('each message names the company and the addressees, and nobody who gets a blind copy', () => {
    let umlauts = 0;
    for (const { received, parsed, mail } of messages) {
      const customer = month.customers.find(({ number }) => number === mail.customer)!;
      const name = customer.invoiceAddressee || customer.name;
      if (/[äöüß]/i.test(name)) umlauts++;
      const { valid: to } = mailAddresses(customer.invoiceEmail);
      assert.deepEqual(
        parsed.to,
        to.map((address) => ({ name, address })),
      );
      const { valid: cc } = mailAddresses([customer.cc, COPY].join());
      assert.deepEqual(
        parsed.cc?.map(({ address }) => address),
        cc,
      );
      assert.deepEqual([parsed.from?.name, parsed.from?.address], [mail.from.name, received.from]);
      assert.deepEqual(received.to, [...to, ...cc, 'archiv@wiesengrund.example']);
      assert.ok(!received.bytes.includes('archiv@wiesengrund.example'));
      const headers = new Map(parsed.headers.map(({ key, value }) => [key, value]));
      assert.equal(headers.get('auto-submitted'), 'auto-generated');
      assert.ok(parsed.subject?.includes(mail.invoice));
    }
    assert.ok(umlauts > 5, `${umlauts} names with umlauts`);
  });
});
