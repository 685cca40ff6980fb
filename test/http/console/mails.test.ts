import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { putCustomer } from '#core/customers/put-customer.ts';
import { settingsSchema } from '#core/domain/settings.ts';
import { mailChanges } from '#core/mailing/create-mail.ts';
import { readInvoice } from '#core/repositories/invoices.ts';
import { MAILING_HOLD, type Mail, type Recipient, readMail } from '#core/repositories/mails.ts';
import { readRun } from '#core/repositories/runs.ts';
import { create, replace } from '#core/repositories/stored.ts';
import { listSuppressions, suppressionKey } from '#core/repositories/suppressions.ts';
import { startServer } from '#local/server.ts';
import { customerOf, SETTINGS } from '#test/support/data/dairy.ts';
import { openData } from '#test/support/data/october.ts';
import { fillOutbox } from '#test/support/mail/outbox.ts';
import { startSmtpServer, type TestSmtpServer } from '#test/support/mail/smtp-server.ts';
import { makeTempFolder } from '#test/support/process/temp-folder.ts';
import { localConfig } from '#wiring/config.ts';
import type { Program } from '#wiring/program.ts';

const PDF = new TextEncoder().encode('%PDF-1.7\n%%EOF\n');
const EVIL = '<img src=x onerror=alert(1)>';

describe('the page of mails', () => {
  let folder: ReturnType<typeof makeTempFolder>;
  let program: Program;
  let smtp: TestSmtpServer;
  let server: Awaited<ReturnType<typeof startServer>>;
  let mails: Mail[];

  before(async () => {
    smtp = await startSmtpServer({ disabledCommands: ['STARTTLS'] });
  });
  after(() => smtp.close());

  async function open(count: number): Promise<void> {
    folder = makeTempFolder();
    program = openData(folder.path, 'plain');
    const settings = settingsSchema.parse({
      ...SETTINGS,
      mail: { ...SETTINGS.mail, smtp: { host: '127.0.0.1', port: smtp.port, encryption: 'none' } },
    });
    mails = await fillOutbox(program, count, settings, PDF, (n) => ({
      number: String(n),
      ...(n === 2 ? { name: `Käse & ${EVIL}` } : {}),
      invoiceEmail: `k${n}@kunde.example`,
    }));
    server = await startServer(
      program,
      localConfig({ DATA_DIR: folder.path, PORT: '0', DNS_SERVER: 'none', HOST: '127.0.0.1' }),
    );
  }
  /** Waits for the server to close, so that everything is done that a button has begun. */
  const serverEnds = () => server.close();
  afterEach(async () => {
    await serverEnds();
    await program.close();
    folder.remove();
  });

  const now = (id: string) => readMail(program.table, id).then((found) => found!);
  /** Leaves the nth mail as a try does, with all its recipients in this state. */
  async function set(n: number, state: Recipient['state'] & Mail['state'], reason: string): Promise<void> {
    const found = await now(mails[n - 1]!.id);
    const { dueAt: _, ...rest } = found.value;
    const recipients = rest.recipients.map((recipient) => ({ ...recipient, state, reply: reason }));
    await program.table.write([replace<Mail>(found, { ...rest, state, reason, attempts: 1, recipients })]);
  }
  const get = async (path: string) => {
    const answer = await fetch(server.url + path);
    return { status: answer.status, headers: answer.headers, body: await answer.text() };
  };
  const press = async (path: string, headers: Readonly<Record<string, string>> = {}) => {
    const answer = await fetch(server.url + path, {
      ...{ method: 'POST', redirect: 'manual', headers: { origin: server.url, ...headers } },
    });
    return { status: answer.status, to: answer.headers.get('location') ?? '', body: await answer.text() };
  };
  const rowsOf = (body: string) => [...body.matchAll(/<tr id="([^"]+)"/g)].map(([, id]) => id);
  /** Lists the addresses to which the buttons post. */
  const buttonsOf = (body: string) =>
    [...body.matchAll(/method="post" action="([^"]+)"/g)].map(([, path]) => path!.replaceAll('&amp;', '&'));
  const buttonOf = (body: string, part: string) => buttonsOf(body).find((path) => path.includes(part));

  describe('the page of a month with troubles', () => {
    beforeEach(() => open(6));
    beforeEach(async () => {
      await set(1, 'accepted', '250 taken');
      await set(2, 'failed', `550 ${EVIL}`);
      await set(3, 'unknown', 'no answer came');
      await set(4, 'suppressed', 'bounced before');
    });

    it('the page lists mails newest first with invoice, answer and next step, and escapes everything', async () => {
      const { status, body, headers } = await get('/mails');
      assert.equal(status, 200);
      assert.deepEqual(rowsOf(body), mails.map(({ id }) => id).reverse());
      const { documents } = (await readInvoice(program.table, mails[0]!.invoice))!.value;
      for (const { key } of documents) assert.ok(body.includes(`href="/archive/file/${key}"`), key);
      assert.ok(body.includes('Käse &amp; &lt;img') && body.includes('550 &lt;img'));
      assert.doesNotMatch(body, /<img/);
      assert.match(body, /1 Mail ist ungewiss<\/a>: bitte entscheiden/);
      assert.match(body, /1 Mail ist fehlgeschlagen<\/a>: drucken oder neu senden/);
      assert.ok(body.includes(`action="/api/runs/${mails[0]!.run ?? (await runOf(1))}/print-file"`));
      assert.match(headers.get('content-security-policy')!, /form-action 'self'; frame-ancestors 'none'/);
      for (const path of ['/mails/', '/mails?month=2020-13&state=x&run=!&before=x']) {
        assert.equal((await get(path)).status, 200, path);
      }
    });
    const runOf = async (n: number) => (await readInvoice(program.table, mails[n - 1]!.invoice))!.value.runId;

    it('the page filters by state and by run and shows other months', async () => {
      const month = mails[0]!.queuedAt.slice(0, 7);
      const shown = async (query: string) => rowsOf((await get(`/mails?month=${month}&${query}`)).body);
      assert.deepEqual(await shown('state=unknown'), [mails[2]!.id]);
      assert.deepEqual(await shown('state=bounced'), []);
      const run = await runOf(1);
      const found = await now(mails[0]!.id);
      await program.table.write([replace<Mail>(found, { ...found.value, run })]);
      assert.deepEqual(await shown(`run=${run}`), [mails[0]!.id]);
      assert.match((await get(`/runs/${run}`)).body, new RegExp(`/mails\\?month=[\\d-]+&run=${run}`));
      const old = { ...mails[0]!, id: '2019000001-1', queuedAt: '2020-02-03T10:00:00.000Z' };
      await program.table.write(mailChanges(old));
      const { body } = await get('/mails?month=2020-02');
      assert.deepEqual(rowsOf(body), [old.id]);
      assert.match(body, /Mails im Februar 2020/);
      assert.doesNotMatch((await get('/mails')).body, /Februar 2020/);
    });

    it('a button sends an unknown mail again, once, and leads back to the filtered list', async () => {
      const before = smtp.received.length;
      const { body } = await get('/mails?state=unknown');
      assert.match(body, /bekommt der Empfänger sie vielleicht doppelt/);
      const path = buttonOf(body, '/send-again')!;
      const { status, to } = await press(path);
      assert.equal(status, 303);
      assert.match(
        to,
        /^\/mails\?month=\d{4}-\d\d&state=unknown&said=sent-again$|^\/mails\?state=unknown&month=\d{4}-\d\d&said=sent-again$/,
      );
      assert.match((await get(to)).body, /geht als neue Mail noch einmal hinaus/);
      const again = await press(path);
      assert.equal(again.status, 422);
      assert.match(again.body, /Das ging nicht.*is replaced: only a mail whose fate is unknown/s);
      assert.doesNotMatch(again.body, /\.ts:\d/);
      await serverEnds();
      assert.equal((await now(mails[2]!.id)).value.state, 'replaced');
      assert.equal((await now(`${mails[2]!.invoice}-2`)).value.state, 'accepted');
      assert.deepEqual(
        smtp.received.slice(before).map((mail) => mail.to),
        [['k3@kunde.example']],
      );
    });

    it('a button counts an unknown mail as sent, and a mail that does not exist is not found', async () => {
      const path = buttonOf((await get('/mails')).body, '/count-as-sent')!;
      assert.equal((await press(path)).status, 303);
      assert.equal((await now(mails[2]!.id)).value.state, 'settled');
      const missing = await press('/mails/2026999999-1/count-as-sent');
      assert.equal(missing.status, 404);
      assert.match(missing.body, /There is no mail 2026999999-1/);
      assert.equal((await press(`/mails/${encodeURIComponent(EVIL)}/resend`)).body.includes('<img'), false);
    });

    it('a mail that did not arrive is sent to the mended address, unless it was mailed again since', async () => {
      const shown = (await get('/mails')).body;
      const path = buttonOf(shown, `${mails[1]!.id}/resend`)!;
      assert.doesNotMatch(shown, /Beim Kunden steht jetzt/);
      await putCustomer(customerOf('2', { invoiceEmail: 'neu@kunde.example' }), program);
      assert.match((await get('/mails')).body, /Beim Kunden steht jetzt neu@kunde\.example/);
      const before = smtp.received.length;
      assert.equal((await press(path)).status, 303);
      const stale = await press(path);
      assert.equal(stale.status, 422);
      assert.match(stale.body, /was mailed again since/);
      assert.match(stale.body, /Die Rechnung wurde danach noch einmal gemailt/);
      const accepted = await press(`/mails/${mails[0]!.id}/resend`);
      assert.equal(accepted.status, 422, 'what arrived is not mailed again here');
      await serverEnds();
      assert.deepEqual(
        smtp.received.slice(before).map((mail) => mail.to),
        [['neu@kunde.example']],
      );
    });

    it('a suppressed mail can be mailed again only after its address was lifted', async () => {
      const address = 'k4@kunde.example';
      const why = { address, since: '2026-11-01T10:00:00.000Z', reason: `550 ${EVIL}`, mail: '2026000001-1' };
      await program.table.write([create(suppressionKey(address), why)]);
      const { body } = await get('/mails');
      assert.equal(buttonOf(body, `${mails[3]!.id}/resend`), undefined);
      assert.doesNotMatch(body, /<img/);
      const lift = buttonOf(body, '/lift')!;
      assert.equal((await press(lift)).status, 303);
      assert.deepEqual(await listSuppressions(program.table), []);
      assert.equal((await press(lift)).status, 404);
      assert.ok(buttonOf((await get('/mails')).body, `${mails[3]!.id}/resend`));
    });

    it('the page says why the mailing stands, and its buttons pause and resume the run', async () => {
      const run = await runOf(1);
      const waiting = await now(mails[4]!.id);
      await program.table.write([replace<Mail>(waiting, { ...waiting.value, run })]);
      const first = await now(mails[0]!.id);
      // This mail belongs to the run itself, so that a pause acts on it.
      const { recipients } = mails[0]!;
      await program.table.write([
        replace<Mail>(first, { ...first.value, run, state: 'queued', recipients }),
        create(MAILING_HOLD, {
          since: '2026-11-01T10:00:00.000Z',
          reason: `535 ${EVIL}`,
          retryAt: Date.now() + 3_600_000,
        }),
      ]);
      const held = (await get('/mails')).body;
      assert.match(held, /Der Versand steht seit 01\.11\.2026, 11:00 Uhr/);
      assert.ok(held.includes('535 &lt;img') && held.includes('steht, siehe oben'));
      assert.equal((await press(buttonOf(held, '/pause')!)).status, 303);
      assert.equal((await readRun(program.table, run))!.value.paused, true);
      const paused = (await get('/mails')).body;
      assert.equal(buttonOf(paused, '/pause'), undefined);
      assert.equal((await press(buttonOf(paused, '/resume')!)).status, 303);
      assert.equal((await readRun(program.table, run))!.value.paused, undefined);
    });

    it('another site cannot press a button, and a link changes nothing', async () => {
      const { version } = await now(mails[2]!.id);
      const { body } = await get('/mails');
      const paths = buttonsOf(body);
      assert.ok(paths.length >= 3);
      for (const path of paths) {
        for (const headers of [
          { origin: 'http://evil.example' },
          { origin: 'null' },
          { 'sec-fetch-site': 'cross-site' },
          { 'sec-fetch-site': 'same-site' },
        ]) {
          assert.equal((await press(path, headers)).status, 403, `${path} ${JSON.stringify(headers)}`);
        }
        assert.ok((await get(path)).status >= 400, `GET ${path}`);
      }
      assert.equal((await now(mails[2]!.id)).version, version);
      assert.equal((await get('/mails')).body, body);
    });
  });

  it('the page shows 200 mails and links to the older ones', async () => {
    await open(230);
    const first = (await get('/mails')).body;
    const older = /href="([^"]+)">Ältere Mails/.exec(first)![1]!.replaceAll('&amp;', '&');
    const second = (await get(older)).body;
    const shown = [...rowsOf(first), ...rowsOf(second)];
    assert.equal(rowsOf(first).length, 200);
    assert.deepEqual([...shown].sort(), mails.map(({ id }) => id).sort());
    assert.doesNotMatch(second, /Ältere Mails/);
    assert.match(second, /wartet 230/);
    assert.match(first, /noch etwa \d+ |noch \d+ Sekunden|noch wenige Sekunden/);
  });
});
