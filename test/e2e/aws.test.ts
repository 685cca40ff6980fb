import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { startInstantInvoice } from '#core/billing/create-instant-invoice.ts';
import { startRun } from '#core/billing/start-run.ts';
import { importDeliveries } from '#core/deliveries/import-deliveries.ts';
import type { MadeDeliveryNotes } from '#core/deliveries/make-delivery-notes.ts';
import { type DeliveryNote, noteIdOf } from '#core/domain/delivery-note.ts';
import { mailAddresses } from '#core/domain/mail-address.ts';
import { pngSize } from '#core/domain/picture.ts';
import { liftSuppression } from '#core/mailing/lift-suppression.ts';
import { type InvoiceRecord, readInvoices } from '#core/repositories/invoices.ts';
import { addressesOf, listMonthMails, type Mail, readMails } from '#core/repositories/mails.ts';
import { listRunIds, readRun } from '#core/repositories/runs.ts';
import { readSettings } from '#core/repositories/settings.ts';
import { listSuppressions } from '#core/repositories/suppressions.ts';
import { completeRun } from '#core/runs/complete-run.ts';
import { runReport } from '#core/runs/run-report.ts';
import { importSettings } from '#core/settings/import-settings.ts';
import { cdkOut } from '#test/support/aws/cdk-out.ts';
import { type Deployment, deploy, httpOf } from '#test/support/aws/deployment.ts';
import { type AwsEngines, describeAws } from '#test/support/aws/engines.ts';
import { type SesEventType, sesEvent } from '#test/support/aws/ses-events.ts';
import { sqsClient } from '#test/support/aws/sqs-server.ts';
import { type WatchedSes, watchSes } from '#test/support/aws/watched-ses.ts';
import { type DemoMonth, loadDemoMonth, readDemoMonth } from '#test/support/data/demo-month.ts';
import { openData } from '#test/support/data/october.ts';
import { readPdf } from '#test/support/documents/pdf-text.ts';
import { startMailCounter } from '#test/support/mail/mail-counter.ts';
import { startSmtpServer } from '#test/support/mail/smtp-server.ts';
import { makeTempFolder } from '#test/support/process/temp-folder.ts';
import { outcomeOf } from '#test/support/simulation/outcome.ts';
import { brokenPromises } from '#test/support/simulation/promises.ts';
import { mulberry32 } from '#test/support/simulation/simulation.ts';

/** Four in the morning in Germany, when the monthly schedule calls. */
const SCHEDULED = '2026-11-01T03:00:00Z';
const JSON_BODY = { 'content-type': 'application/json' };
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
        // One function runs Chrome as on Lambda, and the other one runs it with several processes.
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

  /** Lists the broken promises as an auditor finds them. */
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
  const allInvoices = async (): Promise<InvoiceRecord[]> =>
    (
      await readInvoices(
        stage.aws.table,
        (await allMails()).map(({ invoice }) => invoice),
      )
    ).map(({ value }) => value);
  const mailOf = async (invoice: string) => (await allMails()).find((mail) => mail.invoice === invoice)!;

  /**
   * Loads a note for each of these customers, and starts a run over them as a person does. @returns its id
   */
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

  it('the month is billed as on one machine, though schedule and messages come twice and in disorder', async () => {
    const event = stage.scheduled('monthly', SCHEDULED);
    await stage.invoke('BillingRun', event);
    await stage.invoke('BillingRun', event);
    const dice = mulberry32(1);
    await stage.settle({ twice: () => dice() < 0.4, pick: (of) => Math.floor(dice() * of) });
    // A scheduler may repeat its event much later.
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
      // The bytes are equal except for the time; where the browsers differ, the texts are equal.
      if (timeless(there) !== timeless(bytes))
        assert.equal((await readPdf(there)).text, (await readPdf(bytes)).text, key);
    }
    assert.deepEqual(await stage.aws.archive.list('mail/'), here.mails);
    assert.deepEqual(await audit(), []);
  });

  it('each invoice was mailed with its archived files', async () => {
    const stored = await engines.ses.stored();
    const mails = await allMails();
    assert.equal(stored.length, mails.length);
    for (const one of mails) {
      const { invoice } = one;
      const mail = stored.find(({ subject }) => subject.includes(invoice))!;
      assert.deepEqual(mail.destination.to.join().match(/[^<\s,]+@[^>\s,]+/g), addressesOf(one, 'to'));
      for (const { filename, content } of mail.attachments) {
        if (!filename.endsWith('.pdf')) continue;
        const [key] = (await stage.aws.archive.list('invoices/')).filter((one) => one.endsWith(filename));
        const { bytes } = (await stage.aws.archive.get(key!))!;
        assert.ok(Buffer.from(content, 'base64').equals(bytes), filename);
      }
    }
  });

  it('events of SES set the state of a mail, even if they come late, twice and in any order', async () => {
    // SES reports each recipient separately, and here each mail has one recipient.
    const [one, two, three, four] = (await allMails())
      .filter((mail) => addressesOf(mail, 'to').length === 1)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1)) as [Mail, Mail, Mail, Mail];
    const tell = (mail: Mail, type: SesEventType, minute: number) =>
      stage.invoke(
        'MailFeedback',
        sesEvent(type, {
          mailId: mail.id,
          to: addressesOf(mail, 'to')[0]!,
          at: `2026-11-02T03:0${minute}:00.000Z`,
        }),
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
    const { table } = stage.aws;
    const suppressed = (await listSuppressions(table)).map(({ value }) => value.address);
    assert.deepEqual(suppressed, [two, four].flatMap((mail) => addressesOf(mail, 'to')).sort());
    for (const address of suppressed) {
      await liftSuppression(address, { ...stage.aws, openMailAccount: () => undefined });
    }
  });

  it('an event of SES counts even if it overtakes the answer to the mail', async () => {
    const { number, invoiceEmail: to } = month.customers.find(
      (one) => one.invoiceByMail && mailAddresses(one.invoiceEmail).valid.length === 1,
    )!;
    let overtaking: Promise<unknown> | undefined;
    ses.beforeAnswer = async (mailId) => {
      overtaking = stage.invoke('MailFeedback', sesEvent('Delivery', { mailId, to }));
      await overtaking;
    };
    const runId = await order([number]);
    await stage.settle();
    ses.beforeAnswer = async () => {};
    assert.ok(overtaking);
    assert.deepEqual((await runReport(runId, stage.aws)).delivery, { delivered: 1 });
  });

  it('sweep finds the work whose messages were lost', async () => {
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

    /** Deletes the one message of a queue, and returns it as an event. */
    async function taken(url: string) {
      const { ready } = engines.sqs.bodies(url);
      assert.equal(ready.length, 1, url);
      engines.sqs.lose(url);
      return { Records: [{ messageId: 'm1', body: ready[0], eventSource: 'aws:sqs' }] };
    }
  });

  it('messages that nobody understands are put aside, and the other work is done', async () => {
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

  it('work goes on after a function was killed', async () => {
    const before = (await stage.aws.archive.list('invoices/')).length;
    const runId = await order(byMail().slice(6, 14));
    const lost = new Set<string>();
    ses.beforeAnswer = async (mailId) => {
      // The function is killed in the middle of a mail: SES has it, and nobody learns of it, nor of mails
      // that went out beside it.
      if (ses.received.size % 5 !== 0) return;
      ses.beforeAnswer = async () => {};
      await stage.functions.SendMail.kill();
      for (const { id, messageId, state, handedOverAt } of await allMails()) {
        if (id !== mailId && (state !== 'sending' || handedOverAt === undefined)) continue;
        lost.add(messageId);
        unknowable.add(messageId);
      }
    };
    const settling = stage.settle();
    const isFiling = async () => (await stage.aws.archive.list('invoices/')).length > before;
    while (!(await Promise.race([isFiling(), settling.then(() => true)])));
    await stage.functions.PrintDocuments.kill();
    await settling;
    const { counts, delivery } = await runReport(runId, stage.aws);
    assert.ok(lost.size >= 1);
    assert.deepEqual([counts.issued, delivery], [8, { accepted: 8 - lost.size, unknown: lost.size }]);
    assert.ok(stage.broken.some(({ name }) => name === 'SendMail'));
  });

  describe('work that a caller waits for', () => {
    const onDemand = <Answer = Record<string, unknown>>(event: object) =>
      stage.invoke('PrintOnDemand', event) as Promise<Answer>;

    it('an instant invoice is made on demand and mailed at once', async () => {
      const [customer = ''] = byMail().slice(14);
      const like = month.notes.find((note) => note.customer === customer)!;
      const note = { ...like, number: 'I1', date: '2026-11-01' };
      await importDeliveries([note], { name: 'notes', hash: 'I1' }, stage.aws);
      loaded.push(note);
      const preview = await onDemand({ kind: 'preview', order: { customer } });
      const page = await readPdf(Buffer.from(String(preview.pdf), 'base64'));
      assert.ok(page.text.length > 500);
      const run = await startInstantInvoice({ customer }, stage.aws);
      assert.deepEqual(await onDemand({ kind: 'bill', run }), { closed: true });
      await stage.settle();
      const report = await runReport(run, stage.aws);
      assert.deepEqual([report.counts.issued, report.delivery], [1, { accepted: 1 }]);
    });

    it('the paper post of a run and delivery notes are made on demand', async () => {
      const [run] = await listRunIds(stage.aws.table);
      const paper = (await runReport(run!, stage.aws)).delivery;
      const { keys } = (await onDemand({ kind: 'print-file', run })) as { keys: string[] };
      assert.equal(keys.length, 1);
      const pages = await readPdf((await stage.aws.archive.get(keys[0]!))!.bytes);
      assert.ok(pages.sizes.length >= paper['to print']! + paper.bounced!);
      const { number } = month.notes[0]!;
      const { made } = await onDemand<MadeDeliveryNotes>({ kind: 'delivery-notes', notes: [number] });
      const { key } = made[0]!.document;
      assert.ok((await readPdf((await stage.aws.archive.get(key))!.bytes)).text.includes(number));
    });

    it('work that cannot be done is refused with a reason that may be shown', async () => {
      const { error } = (await onDemand({ kind: 'preview', order: { customer: '99999' } })) as {
        error: { code: string };
      };
      const message = 'Customer 99999 is not known.';
      assert.deepEqual(error, { code: 'bad-input', message, details: [message] });
    });

    it('a picture is drawn by the browser on demand', async () => {
      const svg =
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 1"><rect width="4" height="1"/></svg>';
      const picture = { name: 'logo.svg', kind: 'svg', bytes: Buffer.from(svg).toString('base64') };
      const { png } = await onDemand({ kind: 'picture', picture, box: { width: 80, height: 80 } });
      assert.deepEqual(pngSize(Buffer.from(String(png), 'base64')), { width: 80, height: 20 });
    });
  });

  describe('the HTTP API on AWS', () => {
    const call = (path: string, token?: string, init: RequestInit = {}) =>
      httpOf(stage)(
        new Request(`https://api.example${path}`, {
          ...init,
          headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...init.headers },
        }),
      );
    const till = () => stage.issuer.token(stage.issuer.machine(['read', 'write']));

    it('the health check answers everybody, and all other calls need a token of the user pool', async () => {
      assert.deepEqual(await (await call('/healthz')).json(), { status: 'ok' });
      const stranger = await call('/api/info');
      assert.equal(stranger.status, 401);
      assert.equal(stranger.headers.get('content-type'), 'application/problem+json');
      const known = await call('/api/info', till());
      const { place, caller } = (await known.json()) as { place: string; caller: object };
      assert.deepEqual([place, caller], ['aws', { name: 'till', roles: ['read', 'write'] }]);
      const onlyLooks = stage.issuer.token(stage.issuer.person(['read'], 'anna'));
      const refused = await call('/api/runs', onlyLooks, { method: 'POST', body: '{}', headers: JSON_BODY });
      assert.equal(refused.status, 403);
      assert.equal((await call('/api/%3F%23%25 b', till())).status, 404);
    });

    it('files come byte for byte, and for the paper post the API names an address to fetch it from', async () => {
      const [{ facts, documents }] = (await allInvoices()) as [InvoiceRecord];
      const file = await call(`/api/invoices/${facts.number}/documents/1`, till());
      const archived = await stage.aws.archive.get(documents[0]!.key);
      assert.deepEqual(Buffer.from(await file.arrayBuffer()), Buffer.from(archived!.bytes));
      assert.equal(file.headers.get('content-type'), 'application/pdf');

      const [run] = await listRunIds(stage.aws.table);
      const post = await call(`/api/runs/${run}/print-file`, till());
      assert.equal(post.status, 303);
      const fetched = await fetch(post.headers.get('location')!);
      assert.match(
        fetched.headers.get('content-disposition')!,
        new RegExp(`^attachment; filename="${run}.pdf"`),
      );
      assert.ok((await readPdf(Buffer.from(await fetched.arrayBuffer()))).sizes.length > 1);
    });

    it('the function that prints on demand makes the documents of an instant invoice', async () => {
      const [customer = ''] = byMail().slice(16);
      const like = month.notes.find((note) => note.customer === customer)!;
      const note = { ...like, number: 'H1', date: '2026-11-01' };
      await importDeliveries([note], { name: 'notes', hash: 'H1' }, stage.aws);
      loaded.push(note);
      const order = { method: 'POST', body: JSON.stringify({ customer }), headers: JSON_BODY };
      const preview = await call('/api/preview', till(), order);
      assert.match((await readPdf(Buffer.from(await preview.arrayBuffer()))).text, /\w/);
      const pdf = { ...order, headers: { ...JSON_BODY, accept: 'application/pdf', 'idempotency-key': 'h1' } };
      const answers = await Promise.all([
        call('/api/invoices', till(), pdf),
        call('/api/invoices', till(), pdf),
      ]);
      const [first, second] = await Promise.all(
        answers.map(async (one) => Buffer.from(await one.arrayBuffer())),
      );
      assert.deepEqual(
        answers.map(({ status }) => status),
        [201, 201],
      );
      assert.deepEqual(second, first);
      await stage.settle();
    });

    it('the log tells who called what with which result, and no token', () => {
      const lines = stage.functions.Api.log.map((line) => JSON.parse(line));
      const looked = lines.find(({ message, path }) => message === 'call' && path === '/api/info');
      assert.deepEqual([looked.method, looked.status, looked.caller], ['GET', 401, undefined]);
      const made = lines.find(({ path, method }) => path === '/api/invoices' && method === 'POST');
      assert.deepEqual([made.status, made.caller], [201, 'till']);
      assert.ok(made.milliseconds > 0);
      for (const line of stage.functions.Api.log) assert.doesNotMatch(line, /eyJ[\w-]{20}|Bearer/);
    });
  });

  it('every promise of the product was kept', async () => {
    assert.deepEqual(await audit(), []);
  });

  it('mails go through the SMTP server of the settings with the password from Secrets Manager', async (t) => {
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

    const tested = await httpOf(stage)(
      new Request('https://api.example/api/settings/test-mail', {
        method: 'POST',
        headers: {
          ...JSON_BODY,
          authorization: `Bearer ${stage.issuer.token(stage.issuer.machine(['write']))}`,
        },
        body: JSON.stringify({ to: 'clerk@dairy.example' }),
      }),
    );
    const said = await tested.text();
    assert.match(said, /Sent by the function of the HTTP API/);
    assert.ok(!said.includes('geheim-7'));
    assert.deepEqual([logins.length, server.received.length], [2, 2]);
  });

  it('every log line is JSON, and none has a password or a mail', () => {
    const lines = Object.values(stage.functions).flatMap(({ log }) => log);
    for (const line of lines) {
      assert.doesNotThrow(() => JSON.parse(line), line);
      assert.ok(!line.includes('geheim-7') && !line.includes('Content-Type:'), line);
    }
    const failed = lines
      .map((line) => JSON.parse(line))
      .filter(({ message }) => message === 'message failed');
    assert.ok(failed.length >= 15, 'each try of what nobody understands is told');
    const unknown = lines
      .map((line) => JSON.parse(line).MailsUnknown ?? 0)
      .reduce((sum, one) => sum + one, 0);
    assert.equal(unknown, unknowable.size, 'each mail whose answer was lost is counted, for the alarm');
  });
});

/** Bills the same month with the program on one machine. */
async function onOneMachine({ order, ...month }: DemoMonth, invoiceDate: string, folder: string) {
  const mailServer = await startMailCounter();
  const local = openData(folder, 'chrome');
  try {
    const smtp = { ...month.settings.mail.smtp, port: mailServer.port };
    const settings = { ...month.settings, mail: { ...month.settings.mail, smtp } };
    await loadDemoMonth({ order, ...month }, settings, local);
    const runId = await startRun({ ...order, invoiceDate }, local);
    await completeRun(runId, local);
    const files = new Map<string, Uint8Array>();
    for (const key of await local.archive.list('invoices/'))
      files.set(key, (await local.archive.get(key))!.bytes);
    return { outcome: await outcomeOf(runId, local), files, mails: await local.archive.list('mail/') };
  } finally {
    await local.close();
    await mailServer.close();
  }
}

/** Gives a PDF without the times at which Chrome made it. */
const timeless = (pdf: Uint8Array): string =>
  Buffer.from(pdf)
    .toString('latin1')
    .replace(/\/(?:Creation|Mod)Date \([^)]*\)/g, '');
