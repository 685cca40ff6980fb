import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { type DeliveryNote, noteIdOf } from '#core/domain/delivery-note.ts';
import { driveRun } from '#core/drive-run.ts';
import { importDeliveries } from '#core/import-deliveries.ts';
import { importSettings } from '#core/import-settings.ts';
import { listMonthMails, type Mail, readMails } from '#core/repositories/mails.ts';
import { listRunIds, readRun } from '#core/repositories/runs.ts';
import { readSettings } from '#core/repositories/settings.ts';
import { runReport } from '#core/run-report.ts';
import { startRun } from '#core/start-run.ts';
import { type AwsEngines, describeAws } from '#test/support/aws-world.ts';
import { cdkOut } from '#test/support/cdk-out.ts';
import { type DemoMonth, loadDemoMonth, readDemoMonth } from '#test/support/demo-month.ts';
import { type Deployment, deploy } from '#test/support/deployment.ts';
import { startMailCounter } from '#test/support/mail-counter.ts';
import { openData } from '#test/support/october.ts';
import { outcomeOf } from '#test/support/outcome.ts';
import { readPdf } from '#test/support/pdf-text.ts';
import { brokenPromises } from '#test/support/promises.ts';
import { type SesEventType, sesEvent } from '#test/support/ses-events.ts';
import { startSmtpServer } from '#test/support/smtp-server.ts';
import { sqsClient } from '#test/support/sqs-server.ts';
import { makeTempFolder } from '#test/support/temp-folder.ts';
import { type WatchedSes, watchSes } from '#test/support/watched-ses.ts';
import { mulberry32 } from '#test/support/world.ts';

/** Four in the morning in Germany, when the schedule of the month calls. */
const SCHEDULED = '2026-11-01T03:00:00Z';
const NOVEMBER = { cycle: 'monthly', period: '2026-11', from: '2026-11-01', until: '2026-11-30' } as const;

describeAws('the program on AWS', (engines: AwsEngines) => {
  const folder = makeTempFolder();
  const unknowable = new Set<string>();
  const loaded: DeliveryNote[] = [];
  let month: DemoMonth;
  let stage: Deployment;
  let ses: WatchedSes;

  before(async () => {
    const reader = openData(join(folder.path, 'read'), 'chrome');
    month = await readDemoMonth('2026-10', reader);
    await reader.close();
    ses = await watchSes(engines.ses.endpoint);
    stage = await deploy(engines, cdkOut(), {
      stage: 'prod',
      folder: folder.path,
      now: Date.parse(SCHEDULED),
      environment: (name) => ({
        AWS_ENDPOINT_URL_SESV2: ses.endpoint,
        // Chrome as on Lambda in the one, of several processes in the other.
        ...(name === 'PrintOnDemand' ? { AWS_LAMBDA_FUNCTION_NAME: '' } : {}),
      }),
    });
    const mail = { ...month.settings.mail, transport: 'ses' as const };
    const schedule = { ...month.settings.schedule, release: 'automatic' as const };
    await loadDemoMonth(month, { ...month.settings, mail, schedule }, stage.aws);
    loaded.push(...month.notes);
  });
  after(async () => {
    await stage?.close();
    await ses?.close();
    folder.remove();
  });

  /** What was promised, as an auditor finds it. */
  async function audit(): Promise<string[]> {
    const { archive } = stage.aws;
    const table = await stage.snapshot();
    const mails = await allMails();
    const received = new Map(mails.map(({ id, messageId }) => [messageId, ses.received.get(id) ?? 0]));
    return brokenPromises({ table, archive, notes: loaded, received, unknowable }, true);
  }

  const allMails = async (): Promise<Mail[]> =>
    (await readMails(stage.aws.table, await listMonthMails(stage.aws.table, '2026-11'))).map(
      ({ value }) => value,
    );
  const mailOf = async (invoice: string) => (await allMails()).find((mail) => mail.invoice === invoice)!;

  /** A note for each of these customers, and a run that a person starts over them. @returns its id */
  async function order(customers: readonly string[]): Promise<string> {
    const notes = customers.map((customer): DeliveryNote => {
      const like = month.notes.find((note) => note.customer === customer)!;
      return { ...like, number: `N${loaded.length}x${customer}`, date: '2026-11-01' };
    });
    await importDeliveries(notes, { name: 'notes', hash: noteIdOf(notes[0]!) }, stage.aws);
    loaded.push(...notes);
    const runId = await startRun(
      { kind: 'cycle', ...NOVEMBER, customers, mailCustomersOnly: false, output: 'pdf' },
      stage.aws,
    );
    await stage.aws.queue.wake([{ kind: 'run', id: runId, turn: 0 }]);
    return runId;
  }

  const byMail = () =>
    month.customers.filter((one) => one.invoiceByMail && one.invoiceEmail !== '').map((one) => one.number);

  it('bills the month as one machine does, though the schedule calls twice and messages come twice and in disorder', async () => {
    const event = stage.scheduled('monthly', SCHEDULED);
    await stage.invoke('BillingRun', event);
    await stage.invoke('BillingRun', event);
    const dice = mulberry32(1);
    await stage.settle({ twice: () => dice() < 0.4, pick: (of) => Math.floor(dice() * of) });
    // Much later, as a scheduler may.
    await stage.invoke('BillingRun', event);
    await stage.settle();
    assert.deepEqual(stage.broken, []);
    const runs = await listRunIds(stage.aws.table);
    assert.equal(runs.length, 1);

    const { invoiceDate } = (await readRun(stage.aws.table, runs[0]!))!.value;
    const here = await onOneMachine(month, invoiceDate, join(folder.path, 'here'));
    const outcome = await outcomeOf(runs[0]!, stage.aws);
    assert.deepEqual(outcome, here.outcome);
    assert.deepEqual([outcome.counts.issued, outcome.discrepancies], [month.customers.length, []]);
    assert.deepEqual(await stage.aws.archive.list('invoices/'), [...here.files.keys()]);
    for (const [key, bytes] of here.files) {
      const there = (await stage.aws.archive.get(key))!.bytes;
      // The same bytes but for the time; where the browsers differ, the same text.
      if (timeless(there) !== timeless(bytes))
        assert.equal((await readPdf(there)).text, (await readPdf(bytes)).text, key);
    }
    assert.deepEqual(await stage.aws.archive.list('mail/'), here.mails);
    assert.deepEqual(await audit(), []);
  });

  it('has mailed each invoice with its archived files', async () => {
    const stored = await engines.ses.stored();
    const mails = await allMails();
    assert.equal(stored.length, mails.length);
    for (const { invoice, to } of mails) {
      const mail = stored.find(({ subject }) => subject.includes(invoice))!;
      assert.deepEqual(mail.destination.to.join().match(/[^<\s,]+@[^>\s,]+/g), to);
      for (const { filename, content } of mail.attachments) {
        if (!filename.endsWith('.pdf')) continue;
        const [key] = (await stage.aws.archive.list('invoices/')).filter((one) => one.endsWith(filename));
        const { bytes } = (await stage.aws.archive.get(key!))!;
        assert.ok(Buffer.from(content, 'base64').equals(bytes), filename);
      }
    }
  });

  it('knows from the events of SES what became of a mail: late, twice and in any order', async () => {
    const [one, two, three, four] = (await allMails()).toSorted((a, b) => (a.id < b.id ? -1 : 1)) as [
      Mail,
      Mail,
      Mail,
      Mail,
    ];
    const tell = (mail: Mail, type: SesEventType, minute: number) =>
      stage.invoke(
        'MailFeedback',
        sesEvent(type, { mailId: mail.id, to: mail.to[0]!, at: `2026-11-02T03:0${minute}:00.000Z` }),
      );
    await tell(one, 'Delivery', 1);
    await tell(one, 'Send', 0);
    await tell(one, 'Delivery', 1);
    await tell(two, 'Bounce', 2);
    await tell(two, 'Delivery', 1);
    await tell(three, 'DeliveryDelay', 1);
    await tell(three, 'Open', 2);
    stage.skip(9 * 24 * 3_600_000);
    await tell(three, 'Delivery', 3);
    await tell(four, 'Complaint', 4);
    await tell({ ...one, id: '2026999999-1' }, 'Bounce', 1);
    const states = await Promise.all(
      [one, two, three, four].map(async ({ invoice }) => (await mailOf(invoice)).state),
    );
    assert.deepEqual(states, ['delivered', 'bounced', 'delivered', 'complained']);
    assert.equal((await mailOf(one.invoice)).feedback?.length, 2);
  });

  it('knows it also when the event overtakes the answer', async () => {
    const [customer] = byMail();
    let overtaking: Promise<unknown> | undefined;
    ses.beforeAnswer = async (mailId) => {
      overtaking = stage.invoke('MailFeedback', sesEvent('Delivery', { mailId }));
      await overtaking;
    };
    const runId = await order([customer!]);
    await stage.settle();
    ses.beforeAnswer = async () => {};
    assert.ok(overtaking);
    assert.deepEqual((await runReport(runId, stage.aws)).delivery, { delivered: 1 });
  });

  it('finds by sweep what messages were lost for', async () => {
    const { RUN_QUEUE_URL, DOCUMENTS_QUEUE_URL, MAIL_QUEUE_URL } = stage.environment;
    const customers = byMail().slice(1, 4);
    const runId = await order(customers);
    assert.equal(engines.sqs.lose(RUN_QUEUE_URL), 1);
    await stage.pump();
    assert.equal((await readRun(stage.aws.table, runId))!.value.state, 'planning', 'nobody knows of it');

    const sweep = () =>
      stage.invoke('Sweep', { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} });
    stage.skip(11 * 60_000);
    await sweep();
    await stage.invoke('BillingRun', await taken(RUN_QUEUE_URL));
    assert.equal(engines.sqs.lose(DOCUMENTS_QUEUE_URL), 1);
    engines.sqs.lose(RUN_QUEUE_URL);
    stage.skip(11 * 60_000);
    await sweep();
    await stage.invoke('BillingRun', await taken(RUN_QUEUE_URL));
    await stage.invoke('PrintDocuments', await taken(DOCUMENTS_QUEUE_URL));
    assert.equal(engines.sqs.lose(MAIL_QUEUE_URL), 3);
    await stage.settle();
    const { counts, delivery } = await runReport(runId, stage.aws);
    assert.deepEqual([counts.issued, delivery], [3, { accepted: 3 }]);

    /** The event with the one message of a queue, which is deleted. */
    async function taken(url: string) {
      const { ready } = engines.sqs.bodies(url);
      assert.equal(ready.length, 1, url);
      engines.sqs.lose(url);
      return { Records: [{ messageId: 'm1', body: ready[0], eventSource: 'aws:sqs' }] };
    }
  });

  it('puts aside what nobody understands, and does the work beside it', async () => {
    const sqs = sqsClient(engines.sqs.endpoint);
    const { RUN_QUEUE_URL, DOCUMENTS_QUEUE_URL, MAIL_QUEUE_URL } = stage.environment;
    const poison: [keyof Deployment['deadLetters'], string, string][] = [
      ['run', RUN_QUEUE_URL, 'hello'],
      ['run', RUN_QUEUE_URL, '{"kind":"mail","id":"2026000001-1"}'],
      ['documents', DOCUMENTS_QUEUE_URL, '{"kind":"documents","run":"r1"}'],
      ['mail', MAIL_QUEUE_URL, '{"kind":"run","id":"r1"}'],
    ];
    for (const [, QueueUrl, MessageBody] of poison)
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    const customers = byMail().slice(4, 6);
    const runId = await order(customers);
    await stage.settle();
    assert.deepEqual((await runReport(runId, stage.aws)).delivery, { accepted: 2 });
    for (const name of ['run', 'documents', 'mail'] as const) {
      const expected = poison.filter(([queue]) => queue === name).map(([, , body]) => body);
      assert.deepEqual(
        engines.sqs.bodies(stage.deadLetters[name]).ready.toSorted(),
        expected.toSorted(),
        name,
      );
    }
    assert.deepEqual(stage.broken, [], 'each is named as a failed item of its batch');
    sqs.destroy();
  });

  it('goes on where a function was killed at work', async () => {
    const before = (await stage.aws.archive.list('invoices/')).length;
    const runId = await order(byMail().slice(6, 14));
    ses.beforeAnswer = async (mailId) => {
      // In the middle of the second mail: it was taken, and nobody hears of it.
      if (ses.received.size % 5 !== 0) return;
      ses.beforeAnswer = async () => {};
      unknowable.add((await allMails()).find(({ id }) => id === mailId)!.messageId);
      await stage.functions.SendMail.kill();
    };
    const settling = stage.settle();
    const isFiling = async () => (await stage.aws.archive.list('invoices/')).length > before;
    while (!(await Promise.race([isFiling(), settling.then(() => true)])));
    await stage.functions.PrintDocuments.kill();
    await settling;
    const { counts, delivery } = await runReport(runId, stage.aws);
    assert.deepEqual([counts.issued, delivery], [8, { accepted: 7, unknown: 1 }]);
    assert.ok(stage.broken.some(({ name }) => name === 'SendMail'));
  });

  describe('what somebody waits for', () => {
    const onDemand = (event: object) =>
      stage.invoke('PrintOnDemand', event) as Promise<Record<string, unknown>>;

    it('is an instant invoice, mailed at once', async () => {
      const [customer = ''] = byMail().slice(14);
      const like = month.notes.find((note) => note.customer === customer)!;
      const note = { ...like, number: 'I1', date: '2026-11-01' };
      await importDeliveries([note], { name: 'notes', hash: 'I1' }, stage.aws);
      loaded.push(note);
      const preview = await onDemand({ kind: 'preview', customer });
      const page = await readPdf(Buffer.from(String(preview.pdf), 'base64'));
      assert.ok(page.text.length > 500);
      const { run } = await onDemand({ kind: 'instant-invoice', customer });
      await stage.settle();
      const report = await runReport(String(run), stage.aws);
      assert.deepEqual([report.counts.issued, report.delivery], [1, { accepted: 1 }]);
    });

    it('is the paper post of a run, and delivery notes', async () => {
      const [run] = await listRunIds(stage.aws.table);
      const paper = (await runReport(run!, stage.aws)).delivery;
      const { keys } = (await onDemand({ kind: 'print-file', run })) as { keys: string[] };
      assert.equal(keys.length, 1);
      const pages = await readPdf((await stage.aws.archive.get(keys[0]!))!.bytes);
      assert.ok(pages.sizes.length >= paper['to print']! + paper.bounced!);
      const { number } = month.notes[0]!;
      const { keys: notes } = (await onDemand({ kind: 'delivery-notes', notes: [number] })) as {
        keys: string[];
      };
      assert.ok((await readPdf((await stage.aws.archive.get(notes[0]!))!.bytes)).text.includes(number));
    });

    it('is refused with a reason that may be shown', async () => {
      const { error } = (await onDemand({ kind: 'preview', customer: '99999' })) as {
        error: { code: string };
      };
      assert.deepEqual(error, { code: 'not-found', message: 'Customer 99999 is not known.', details: [] });
    });
  });

  it('has kept every promise', async () => {
    assert.deepEqual(await audit(), []);
  });

  it('mails through the SMTP server of the settings, with the password out of Secrets Manager', async (t) => {
    const logins: unknown[] = [];
    const server = await startSmtpServer({
      authOptional: false,
      allowInsecureAuth: true,
      disabledCommands: ['STARTTLS'],
      onAuth({ username, password }, _session, done) {
        logins.push([username, password]);
        done(null, { user: username });
      },
    });
    t.after(() => server.close());
    const settings = await readSettings(stage.aws.table);
    const smtp = {
      ...settings.mail.smtp,
      host: '127.0.0.1',
      port: server.port,
      user: 'kasse',
      allowPlainLogin: true,
    };
    await importSettings(
      { ...settings, mail: { ...settings.mail, transport: 'smtp', smtp } },
      'geheim-7',
      stage.aws,
    );
    const runId = await order([byMail()[15]!]);
    await stage.settle();
    assert.deepEqual((await runReport(runId, stage.aws)).delivery, { accepted: 1 });
    assert.deepEqual([logins, server.received.length], [[['kasse', 'geheim-7']], 1]);
  });

  it('answers whether it lives', async () => {
    const answer = (await stage.invoke('Api', {
      version: '2.0',
      routeKey: '$default',
      rawPath: '/healthz',
      rawQueryString: '',
      headers: { host: 'api.example' },
      requestContext: {
        domainName: 'api.example',
        http: {
          method: 'GET',
          path: '/healthz',
          protocol: 'HTTP/1.1',
          sourceIp: '192.0.2.1',
          userAgent: 'test',
        },
      },
      isBase64Encoded: false,
    })) as { statusCode: number; body: string };
    assert.deepEqual([answer.statusCode, JSON.parse(answer.body)], [200, { status: 'ok' }]);
  });

  it('has logged lines of JSON, and no password and no mail', () => {
    const lines = Object.values(stage.functions).flatMap(({ log }) => log);
    for (const line of lines) {
      assert.doesNotThrow(() => JSON.parse(line), line);
      assert.ok(!line.includes('geheim-7') && !line.includes('Content-Type:'), line);
    }
    const failed = lines
      .map((line) => JSON.parse(line))
      .filter(({ message }) => message === 'message failed');
    assert.ok(failed.length >= 15, 'each try of what nobody understands is told');
  });
});

/** The same month with the program of one machine. */
async function onOneMachine({ order, ...month }: DemoMonth, invoiceDate: string, folder: string) {
  const mailServer = await startMailCounter();
  const local = openData(folder, 'chrome');
  try {
    const smtp = { ...month.settings.mail.smtp, port: mailServer.port };
    const settings = { ...month.settings, mail: { ...month.settings.mail, smtp } };
    await loadDemoMonth({ order, ...month }, settings, local);
    const runId = await startRun({ ...order, invoiceDate }, local);
    await driveRun(runId, local);
    const files = new Map<string, Uint8Array>();
    for (const key of await local.archive.list('invoices/'))
      files.set(key, (await local.archive.get(key))!.bytes);
    return { outcome: await outcomeOf(runId, local), files, mails: await local.archive.list('mail/') };
  } finally {
    await local.close();
    await mailServer.close();
  }
}

/** A PDF without the instants at which Chrome made it. */
const timeless = (pdf: Uint8Array): string =>
  Buffer.from(pdf)
    .toString('latin1')
    .replace(/\/(?:Creation|Mod)Date \([^)]*\)/g, '');
