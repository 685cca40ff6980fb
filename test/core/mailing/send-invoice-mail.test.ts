import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Deps } from '#core/deps.ts';
import type { Settings } from '#core/domain/settings.ts';
import { listInvoices } from '#core/invoices/list-invoices.ts';
import { lettersToPrint, markPrinted } from '#core/invoices/print-invoices.ts';
import { liftSuppression } from '#core/mailing/lift-suppression.ts';
import { recordMailFeedback } from '#core/mailing/record-mail-feedback.ts';
import { decideMail, resendMail } from '#core/mailing/resend-mail.ts';
import { sendMails } from '#core/mailing/send-mails.ts';
import type { Mailer, MailOutcome } from '#core/ports.ts';
import { addressesOf, type MailFeedback, readMail } from '#core/repositories/mails.ts';
import { listSuppressions } from '#core/repositories/suppressions.ts';
import { needsAPerson, runReport } from '#core/runs/run-report.ts';
import { sweep } from '#core/runs/sweep.ts';
import { importSettings } from '#core/settings/import-settings.ts';
import { bill, customerOf, loadDairy, loadNotes, noteOf, SETTINGS } from '#test/support/data/dairy.ts';
import { createSimulation, type Simulation } from '#test/support/simulation/simulation.ts';

const MINUTE = 60_000;
const notes = [noteOf('L1', '9', 1), noteOf('L2', '10', 1), noteOf('L3', '70', 1)];

async function dairy(scripts: Simulation['scripts']) {
  const simulation = createSimulation(1);
  simulation.scripts.push(...scripts);
  const { deps } = simulation.process();
  const oneByOne = { ...SETTINGS.mail.pace, connections: 1 };
  await loadDairy(deps, notes, undefined, { ...SETTINGS, mail: { ...SETTINGS.mail, pace: oneByOne } });
  return { simulation, deps };
}

const mail = async (deps: Deps, id: string) => (await readMail(deps.table, id))!.value;

test('a deferred mail is tried again with growing pauses as the same message, and given up after 48 hours', async () => {
  const { simulation, deps } = await dairy(['deferred']);
  await bill(deps);
  const first = await mail(deps, '2026000001-1');
  assert.deepEqual([first.state, first.attempts, first.reason], ['deferred', 1, 'scripted: deferred']);
  assert.equal(await sweep(deps), 0);
  simulation.advance(2 * MINUTE);
  await sweep(deps);
  const second = await mail(deps, '2026000001-1');
  assert.deepEqual([second.state, second.attempts, second.messageId], ['accepted', 2, first.messageId]);
  assert.equal(simulation.received.get(first.messageId), 1);

  const hopeless = await dairy(Array.from({ length: 40 }, () => 'deferred' as const));
  await bill(hopeless.deps);
  for (let hour = 0; hour < 60; hour++) {
    hopeless.simulation.advance(60 * MINUTE);
    await sweep(hopeless.deps);
  }
  const given = await mail(hopeless.deps, '2026000001-1');
  assert.equal(given.state, 'failed');
  assert.match(given.reason ?? '', /^Given up after 48 hours\. scripted/);
  assert.ok(given.attempts > 6 && given.attempts < 30, `${given.attempts} tries`);
});

test('a fault that concerns all mails holds the mailing at the first one until settings change', async () => {
  const { simulation, deps } = await dairy(['held']);
  const report = await bill(deps);
  assert.deepEqual(report.delivery, { held: 2, 'to print': 1 });
  assert.equal((await mail(deps, '2026000002-1')).attempts, 0, 'the second mail was not tried');
  await sweep(deps);
  assert.equal(simulation.received.size, 0);

  await importSettings({ ...SETTINGS, edition: 'mended' }, undefined, deps);
  await sweep(deps);
  assert.deepEqual((await runReport(report.run, deps)).delivery, { accepted: 2, 'to print': 1 });
});

test('a held mailing is tried again with one mail after a quarter of an hour', async () => {
  const { simulation, deps } = await dairy(['held', 'held']);
  const { run } = await bill(deps);
  simulation.advance(16 * MINUTE);
  await sweep(deps);
  assert.deepEqual((await runReport(run, deps)).delivery, { held: 2, 'to print': 1 });
  assert.equal((await mail(deps, '2026000002-1')).attempts, 0);
  simulation.advance(16 * MINUTE);
  await sweep(deps);
  assert.deepEqual((await runReport(run, deps)).delivery, { accepted: 2, 'to print': 1 });
});

test('a mail whose answer was lost waits for a person, who sends it again or counts it as sent', async () => {
  const { simulation, deps } = await dairy(['lost after receipt', 'lost before receipt']);
  const { run, delivery } = await bill(deps);
  assert.deepEqual(delivery, { unknown: 2, 'to print': 1 });
  simulation.advance(100 * 60 * MINUTE);
  await sweep(deps);
  assert.equal((await mail(deps, '2026000001-1')).state, 'unknown');

  await decideMail('2026000001-1', 'count as sent', deps);
  const again = await decideMail('2026000002-1', 'send again', deps);
  await sweep(deps);
  const [old, resent] = [await mail(deps, '2026000002-1'), await mail(deps, again)];
  assert.equal(again, '2026000002-2');
  assert.notEqual(resent.messageId, old.messageId);
  assert.deepEqual((await runReport(run, deps)).delivery, { settled: 1, accepted: 1, 'to print': 1 });
  await assert.rejects(decideMail('2026000001-1', 'send again', deps), {
    code: 'bad-input',
    message: /settled/,
  });
});

/** Opens a dairy whose mail server answers as told, and records what the server was asked. */
async function answering(
  outcomes: MailOutcome[],
  customers: Parameters<typeof loadDairy>[2],
  over: Partial<Settings['mail']> = {},
) {
  const simulation = createSimulation(1);
  const { deps: plain } = simulation.process();
  const asked: { readonly to: readonly string[]; readonly message: string }[] = [];
  const mailer: Mailer = {
    async send({ to }, message, beforeHandOver) {
      asked.push({ to, message: new TextDecoder().decode(message) });
      await beforeHandOver();
      return outcomes.shift() ?? { state: 'accepted', reply: '250 ok', refused: [] };
    },
    close: async () => {},
  };
  const deps: Deps = { ...plain, openMailer: async () => mailer };
  const pace = { perSecond: 1000, connections: 1 };
  const count = customers?.length ?? 0;
  await loadDairy(deps, notes.slice(0, count), customers, {
    ...SETTINGS,
    mail: { ...SETTINGS.mail, pace, ...over },
  });
  return { simulation, deps, asked };
}

const butFor = (address: string, reply: string): MailOutcome => ({
  state: 'accepted',
  reply: '250 ok',
  refused: [{ address, reply, temporary: reply.startsWith('4') }],
});

test('a mail that only copy recipients got has failed, and one that an addressee got is accepted', async () => {
  const { deps } = await answering(
    [butFor('a@kunde.example', '550 no such user'), butFor('a@kunde.example', '550 no such user')],
    [
      customerOf('9', { invoiceEmail: 'a@kunde.example', cc: 'chef@kunde.example' }),
      customerOf('10', { invoiceEmail: 'a@kunde.example; b@kunde.example' }),
    ],
  );
  const { customers: states } = await bill(deps);
  assert.deepEqual(
    states.map(({ delivery }) => [delivery?.state, delivery?.reason]),
    [
      ['failed', '550 no such user'],
      ['accepted', '250 ok'],
    ],
  );
  assert.deepEqual(states[1]?.delivery?.leftOut, ['a@kunde.example was refused: 550 no such user']);
});

test('a greylisted recipient is tried again alone with the same message, and nobody gets it twice', async () => {
  const { simulation, deps, asked } = await answering(
    [butFor('b@kunde.example', '450 4.2.0 later')],
    [customerOf('9', { invoiceEmail: 'a@kunde.example, b@kunde.example', bcc: 'archiv@kunde.example' })],
    { cc: ['chefin@molkerei.example'], bcc: ['buch@molkerei.example', 'a@kunde.example'] },
  );
  const { customers } = await bill(deps);
  assert.equal(customers[0]?.delivery?.state, 'deferred');
  simulation.advance(2 * MINUTE);
  await sweep(deps);
  assert.deepEqual(
    asked.map(({ to }) => to),
    [
      [
        'a@kunde.example',
        'b@kunde.example',
        'chefin@molkerei.example',
        'archiv@kunde.example',
        'buch@molkerei.example',
      ],
      ['b@kunde.example'],
    ],
  );
  assert.equal(asked[0]!.message, asked[1]!.message);
  assert.equal((await mail(deps, '2026000001-1')).state, 'accepted');
});

test('a deferred mail is not tried before its time, however often it is asked for', async () => {
  const { simulation, deps, asked } = await answering(
    [{ state: 'deferred', reason: '421 busy' }],
    [customerOf('9')],
  );
  await bill(deps);
  await sendMails(['2026000001-1'], deps);
  assert.equal(asked.length, 1);
  simulation.advance(MINUTE);
  await sendMails(['2026000001-1'], deps);
  assert.equal(asked.length, 2);
});

test('if the settings say so, a mail whose answer was lost is sent again once before a person is asked', async () => {
  const lost: MailOutcome = { state: 'unknown', reason: 'lost' };
  const { simulation, deps, asked } = await answering([lost, lost], [customerOf('9')], {
    whenUnknown: 'send again',
  });
  await bill(deps);
  assert.equal((await mail(deps, '2026000001-1')).state, 'deferred');
  simulation.advance(2 * MINUTE);
  await sweep(deps);
  assert.equal((await mail(deps, '2026000001-1')).state, 'unknown');
  simulation.advance(50 * 60 * MINUTE);
  await sweep(deps);
  assert.deepEqual([asked.length, new Set(asked.map(({ message }) => message)).size], [2, 1]);
});

test('an answer that comes after it was taken for lost still counts', async () => {
  const { simulation, deps } = await answering([], [customerOf('9')]);
  const slow: Deps = {
    ...deps,
    async openMailer(settings) {
      const mailer = await deps.openMailer(settings);
      return {
        ...mailer,
        async send(envelope, message, beforeHandOver) {
          const outcome = await mailer.send(envelope, message, beforeHandOver);
          simulation.advance(4 * MINUTE);
          await sweep(simulation.process().deps);
          assert.equal((await mail(deps, '2026000001-1')).state, 'unknown');
          return outcome;
        },
      };
    },
  };
  await bill(slow);
  assert.equal((await mail(deps, '2026000001-1')).state, 'accepted');
});

test('a message larger than the settings allow is held alone and goes out when they allow more', async () => {
  const { simulation, deps, asked } = await answering([], [customerOf('9'), customerOf('10')], {
    maxMegabytes: 0.1,
  });
  const composer = {
    compose: async ({ messageId }: { messageId: string }) =>
      new TextEncoder().encode(messageId.padEnd(messageId.includes('000001-1') ? 100_001 : 100_000)),
  };
  const large = { ...deps, composer };
  const report = await bill(large);
  assert.deepEqual(report.delivery, { held: 1, accepted: 1 });
  assert.match(report.customers[0]?.delivery?.reason ?? '', /0\.1 MB.*mail\.maxMegabytes/);
  assert.equal(needsAPerson(report), true);
  assert.equal(asked.length, 1);

  await importSettings({ ...SETTINGS, mail: { ...SETTINGS.mail, maxMegabytes: 0.2 } }, undefined, large);
  simulation.advance(61 * MINUTE);
  await sweep(large);
  assert.deepEqual((await runReport(report.run, deps)).delivery, { accepted: 2 });
});

test('a mailbox that bounced for good gets no mail until a person lifts it, and its invoices are printed', async () => {
  const customers = [customerOf('9', { invoiceEmail: 'weg@kunde.example', cc: 'chef@kunde.example' })];
  const { deps, asked } = await answering([], customers);
  await bill(deps);
  await recordMailFeedback('2026000001-1', bounce('WEG@kunde.example', true), deps);
  assert.equal((await mail(deps, '2026000001-1')).state, 'bounced');
  await assert.rejects(resendMail('2026000001', deps), {
    code: 'bad-input',
    message: /weg@kunde\.example since/,
  });

  await loadNotes(deps, [noteOf('L9', '9', 1)]);
  const again = await bill(deps);
  const { delivery } = again.customers[0]!;
  assert.deepEqual([delivery?.state, asked.length], ['suppressed', 1]);
  assert.match(delivery?.reason ?? '', /since 2026-11-02: bounce of WEG/);
  assert.equal(needsAPerson(again), true);
  assert.equal((await lettersToPrint(again.run, deps)).length, 1);
  const toPrint = await listInvoices({ state: 'to print', limit: 10 }, deps);
  assert.equal(toPrint.items.length, 2);

  await liftSuppression('weg@kunde.example', deps);
  await sendMails([await resendMail('2026000002', deps)], deps);
  assert.equal((await mail(deps, '2026000002-2')).state, 'accepted');
  await assert.rejects(liftSuppression('weg@kunde.example', deps), { code: 'not-found' });
});

test('a transient bounce, or a complaint that several may have made, suppresses no address', async () => {
  const customers = [customerOf('9', { invoiceEmail: 'a@kunde.example, b@kunde.example' })];
  const { deps } = await answering([], customers);
  await bill(deps);
  await recordMailFeedback('2026000001-1', bounce('a@kunde.example', false), deps);
  const complaint = { ...bounce('', false), id: 'complaint', kind: 'complained' as const };
  const recipients = ['a@kunde.example', 'b@kunde.example'];
  await recordMailFeedback('2026000001-1', { ...complaint, recipients }, deps);
  assert.deepEqual(await listSuppressions(deps.table), []);
});

const bounce = (address: string, permanent: boolean): MailFeedback => ({
  id: `bounce ${address}`,
  kind: 'bounced',
  ...(permanent ? { permanent: true as const } : {}),
  at: '2026-11-02T04:00:00.000Z',
  recipients: [address],
  detail: `bounce of ${address}`,
});

test('a mail is resent to the current address of the customer, and not while an earlier mail still waits', async () => {
  const { simulation, deps } = await dairy(['failed', 'deferred']);
  await bill(deps);
  await loadDairy(deps, [], [customerOf('9', { invoiceEmail: 'neu@kunde.example' }), customerOf('10')]);
  const id = await resendMail('2026000001', deps);
  assert.deepEqual(addressesOf(await mail(deps, id), 'to'), ['neu@kunde.example']);
  await assert.rejects(resendMail('2026000002', deps), {
    code: 'bad-input',
    message: /still waits \(deferred\)/,
  });
  await sweep(deps);
  assert.equal(simulation.received.size, 1);
});

test('held mails take over a new sender after the old one was refused', async () => {
  const { simulation, deps } = await dairy(['held']);
  const { run } = await bill(deps);
  const refused = await mail(deps, '2026000001-1');
  const sender = { name: 'Molkerei', address: 'neu@molkerei.example' };
  await importSettings({ ...SETTINGS, mail: { ...SETTINGS.mail, sender } }, undefined, deps);
  await sweep(deps);
  assert.deepEqual((await runReport(run, deps)).delivery, { accepted: 2, 'to print': 1 });
  const sent = await mail(deps, '2026000001-1');
  assert.deepEqual(sent.from, sender);
  assert.notEqual(sent.messageId, refused.messageId);
  assert.deepEqual(
    [simulation.received.get(refused.messageId), simulation.received.get(sent.messageId)],
    [undefined, 1],
  );
});

test('a person can replace a held mail', async () => {
  const { deps } = await dairy(['held']);
  await bill(deps);
  const id = await resendMail('2026000001', deps);
  assert.equal((await mail(deps, '2026000001-1')).state, 'replaced');
  assert.deepEqual([id, (await mail(deps, id)).state], ['2026000001-2', 'queued']);
});

test('a mail of another data folder that lies in the archive is never sent', async () => {
  const { simulation, deps } = await dairy([]);
  const foreign = new TextEncoder().encode('a trial of last week');
  await deps.archive.putOnce('mail/2026/11/9-2026000001-1.eml', foreign, {
    contentType: 'message/rfc822',
    metadata: { mail: '2026000001-1', invoice: '2026000001', draft: 'another' },
  });
  const { customers } = await bill(deps);
  assert.equal(customers[0]?.delivery?.state, 'failed');
  assert.match(customers[0]?.delivery?.reason ?? '', /Another mail lies in the archive/);
  assert.equal(simulation.received.has('a trial of last week'), false);
});

test('the report names malformed addresses that the mail left out', async () => {
  const simulation = createSimulation(1);
  const { deps } = simulation.process();
  const customers = [customerOf('9', { invoiceEmail: 'a@kunde.example, buchhaltung@kunde' })];
  await loadDairy(deps, [noteOf('L1', '9', 1)], customers);
  const report = await bill(deps);
  assert.equal(report.customers[0]?.delivery?.state, 'accepted');
  assert.deepEqual(report.customers[0]?.delivery?.leftOut, ['buchhaltung@kunde is malformed']);
});

test('an invoice whose mail failed is paper post and counts as printed after it was printed', async () => {
  const { deps } = await dairy(['failed']);
  const { run } = await bill(deps);
  const post = await lettersToPrint(run, deps);
  assert.deepEqual(
    post.map(({ value }) => value.facts.number),
    ['2026000001', '2026000003'],
  );
  await markPrinted(post, deps);
  const report = await runReport(run, deps);
  assert.deepEqual(report.delivery, { printed: 2, accepted: 1 });
  assert.equal(needsAPerson(report), false);
});
