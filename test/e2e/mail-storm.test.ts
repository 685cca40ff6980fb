import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSmtpMailer } from '#adapters/smtp/mailer.ts';
import { settingsSchema } from '#core/domain/settings.ts';
import { type Mail, readMails } from '#core/repositories/mails.ts';
import { sweep } from '#core/runs/sweep.ts';
import { SETTINGS } from '#test/support/data/dairy.ts';
import { openData } from '#test/support/data/october.ts';
import { fillOutbox } from '#test/support/mail/outbox.ts';
import { FATES, type Fate, STORM_STEPS, startStormyServer } from '#test/support/mail/stormy-smtp.ts';
import { tempFolder } from '#test/support/process/temp-folder.ts';

const MAILS = process.env.LONG ? 10_000 : 1000;
const PROBABILITY = 0.04;
const HOUR = 3_600_000;

/** Of forty mails, two meet each fate that no later try changes. */
const fateOf = (n: number): Fate => (['nobody', 'full', 'spam', 'huge'] as const)[(n % 40) >> 1] ?? 'fine';

test(`${MAILS} mails reach the right state through a server that fails at random at every step`, async (t) => {
  const seed = Number(process.env.SEED ?? 20_261_101);
  const server = await startStormyServer(seed, PROBABILITY);
  t.after(() => server.close());
  const local = openData(tempFolder(t), 'plain');
  t.after(() => local.close());
  const settings = settingsSchema.parse({
    ...SETTINGS,
    mail: {
      ...SETTINGS.mail,
      smtp: { host: '127.0.0.1', port: server.port, encryption: 'none', user: 'x', allowPlainLogin: true },
      pace: { perSecond: 1000, connections: 4 },
    },
  });
  // An hour passes between two sweeps, but a silent server is waited for in real seconds.
  let passed = 0;
  const deps = {
    ...local,
    clock: { ...local.clock, now: () => Date.now() + passed },
    openMailer: async () =>
      createSmtpMailer(
        { ...settings.mail.smtp, password: 'geheim' },
        { deadlineMs: 6000, greetingMs: 3000, silenceMs: 3000 },
      ),
  };
  const ids = (
    await fillOutbox(local, MAILS, settings, Buffer.from('%PDF-1.7\n%%EOF\n'), (n) => ({
      invoiceEmail: `${fateOf(n)}${n}@kunde.example`,
    }))
  ).map(({ id }) => id);
  const mailsNow = async (): Promise<Mail[]> => (await readMails(local.table, ids)).map(({ value }) => value);

  // A mail in any of these states reaches its end by itself, in 48 hours at the latest.
  const isOpen = ({ state }: Mail) => ['queued', 'sending', 'deferred', 'held'].includes(state);
  let open = MAILS;
  for (let hours = 0; open > 0 && hours < 60; hours++) {
    // A sweep takes up at most 1,000 things.
    for (let taken = 1; taken > 0; ) taken = await sweep(deps);
    open = (await mailsNow()).filter(isOpen).length;
    passed += HOUR;
  }
  const mails = await mailsNow();
  const states = Object.groupBy(mails, ({ state }) => state);
  t.diagnostic(`seed ${seed}, faults ${JSON.stringify(Object.fromEntries(server.faults))}`);
  t.diagnostic(`states ${JSON.stringify(Object.entries(states).map(([state, of]) => [state, of?.length]))}`);

  assert.deepEqual(
    STORM_STEPS.filter((step) => !server.faults.get(step)),
    [],
    'it has failed at every step',
  );
  assert.deepEqual(
    new Set(states.unknown?.map(({ messageId }) => messageId)),
    server.unanswered,
    'unknown are exactly those that came whole and were not answered',
  );
  for (const mail of mails) {
    const address = mail.recipients[0]!.address;
    const fate = /^[a-z]+/.exec(address)![0] as Fate;
    const times = server.received.get(mail.messageId) ?? 0;
    if (mail.state === 'unknown') assert.ok(times <= 1, `${mail.id} was received ${times} times`);
    else if (FATES[fate]) {
      assert.deepEqual([mail.state, times], ['failed', 0], `${mail.id} to ${address}: ${mail.reason}`);
      assert.ok(mail.reason?.includes(FATES[fate].reply.slice(0, 9)), mail.reason);
    } else assert.deepEqual([mail.state, times], ['accepted', 1], `${mail.id}: ${mail.reason}`);
  }
  // The mailbox of the server and our journal must agree.
  const ours = new Set(mails.map(({ messageId }) => messageId));
  assert.deepEqual(
    [...server.received.keys()].filter((id) => !ours.has(id)),
    [],
  );
  const total = [...server.received.values()].reduce((sum, times) => sum + times, 0);
  const unknownButThere = (states.unknown ?? []).filter(({ messageId }) => server.received.has(messageId));
  assert.equal(total, (states.accepted?.length ?? 0) + unknownButThere.length);
});
