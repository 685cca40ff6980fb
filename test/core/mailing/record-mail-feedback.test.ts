import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Deps } from '#core/deps.ts';
import { lettersToPrint } from '#core/invoices/print-invoices.ts';
import { recordMailFeedback } from '#core/mailing/record-mail-feedback.ts';
import { decideMail, resendMail } from '#core/mailing/resend-mail.ts';
import type { MailOutcome } from '#core/ports.ts';
import { oldestDue } from '#core/repositories/due.ts';
import { type Mail, type MailFeedback, mailKey, readMail } from '#core/repositories/mails.ts';
import { replace } from '#core/repositories/stored.ts';
import { sweep } from '#core/runs/sweep.ts';
import { bill, customerOf, loadDairy, noteOf } from '#test/support/data/dairy.ts';
import { createSimulation, type Script } from '#test/support/simulation/simulation.ts';

const MAIL = '2026000001-1';
const MINUTE = 60_000;

/** Bills one customer whose one mail has this fate. */
async function mailed(...scripts: Script[]) {
  const simulation = createSimulation(1);
  simulation.scripts.push(...scripts);
  const { deps } = simulation.process();
  await loadDairy(deps, [noteOf('L1', '9', 1)], [customerOf('9')]);
  const { run } = await bill(deps);
  const mail = async () => (await readMail(deps.table, MAIL))!.value;
  return { simulation, deps, run, mail };
}

const told = (kind: MailFeedback['kind'], n = 1, over: Partial<MailFeedback> = {}): MailFeedback => ({
  ...{ id: `${kind} ${n}`, kind, at: `2026-11-02T03:0${n}:00.000Z` },
  ...{ recipients: ['k9@kunde.example'], detail: `${kind} ${n}`, ...over },
});

describe('feedback of the provider about a mail', () => {
  const fates: [Script, MailFeedback['kind'][], Mail['state']][] = [
    ['accepted', ['accepted'], 'accepted'],
    ['accepted', ['delivered'], 'delivered'],
    ['accepted', ['delayed'], 'accepted'],
    ['accepted', ['delivered', 'bounced'], 'bounced'],
    ['accepted', ['bounced', 'delivered'], 'bounced'],
    ['accepted', ['delivered', 'complained'], 'complained'],
    ['accepted', ['rejected'], 'failed'],
    ['accepted', ['accepted', 'suppressed'], 'suppressed'],
    ['lost after receipt', ['accepted'], 'accepted'],
    ['lost after receipt', ['delayed'], 'accepted'],
    ['lost after receipt', ['bounced'], 'bounced'],
    ['lost before receipt', [], 'unknown'],
    ['failed', ['delivered'], 'delivered'],
    ['deferred', ['delivered'], 'delivered'],
    ['held', ['accepted'], 'accepted'],
  ];
  for (const [script, kinds, state] of fates) {
    it(`a mail that was ${script}, then ${kinds.join(', ') || 'nothing'}, is ${state}`, async () => {
      const { deps, mail } = await mailed(script);
      for (const kind of kinds) assert.equal(await recordMailFeedback(MAIL, told(kind), deps), true);
      const { state: found, reason, dueAt } = await mail();
      assert.deepEqual([found, dueAt], [state, undefined]);
      if (kinds.length > 0) assert.equal(reason, `${kinds.find((kind) => kind === state) ?? kinds[0]} 1`);
      assert.equal(await oldestDue(deps.table), undefined, 'nothing is tried again');
    });
  }

  it('feedback about an unknown mail is ignored', async () => {
    const { deps } = await mailed('accepted');
    assert.equal(await recordMailFeedback('2026000009-1', told('bounced'), deps), false);
    assert.equal(await deps.table.get(mailKey('2026000009-1')), undefined);
  });

  it('feedback is kept once, however often it comes', async () => {
    const { deps, mail } = await mailed('accepted');
    for (let n = 0; n < 3; n++) await recordMailFeedback(MAIL, told('delivered'), deps);
    assert.deepEqual((await mail()).feedback, [told('delivered')]);
  });

  it('feedback still counts after a person has counted the mail as sent', async () => {
    const { deps, mail } = await mailed('lost after receipt');
    await decideMail(MAIL, 'count as sent', deps);
    assert.equal((await mail()).state, 'settled');
    await recordMailFeedback(MAIL, told('bounced'), deps);
    assert.equal((await mail()).state, 'bounced');
  });

  it('feedback does not bring back a mail that a person has replaced', async () => {
    const { deps, mail } = await mailed('lost after receipt');
    await resendMail('2026000001', deps);
    await recordMailFeedback(MAIL, told('delivered'), deps);
    assert.deepEqual([(await mail()).state, (await mail()).feedback?.length], ['replaced', 1]);
  });

  it('the invoice of a bounced mail is offered to be printed', async () => {
    const { deps, run } = await mailed('accepted');
    assert.deepEqual(await lettersToPrint(run, deps), []);
    await recordMailFeedback(MAIL, told('bounced'), deps);
    assert.deepEqual(
      (await lettersToPrint(run, deps)).map(({ value }) => value.facts.number),
      ['2026000001'],
    );
  });

  it('of many delays only a few are kept, and a later bounce still counts', async () => {
    const { deps, mail } = await mailed('accepted');
    const detail = 'x'.repeat(5000);
    for (let n = 0; n < 150; n++) await recordMailFeedback(MAIL, told('delayed', n, { detail }), deps);
    await recordMailFeedback(MAIL, told('bounced', 1, { detail }), deps);
    const { feedback = [], state } = await mail();
    assert.deepEqual([state, feedback.length], ['bounced', 21]);
    assert.ok(JSON.stringify(feedback).length < 20_000);
  });
});

describe('feedback in any order and number', () => {
  const event = fc.constantFrom<MailFeedback>(
    ...(
      ['accepted', 'delayed', 'delivered', 'bounced', 'suppressed', 'complained', 'rejected'] as const
    ).flatMap((kind) =>
      // There are two events of each kind, as with two recipients, and some have no detail, as with SES.
      [1, 2].map((n) => told(kind, n, n === 1 && kind === 'delivered' ? { detail: '' } : {})),
    ),
  );
  const outcomes: Script[] = ['accepted', 'deferred', 'failed', 'held', 'lost after receipt'];
  /** Generates two sequences of one set of events, with repetitions and in different orders. */
  const tellings = fc
    .uniqueArray(event, { minLength: 1, maxLength: 6, selector: ({ id }) => id })
    .chain((events) => {
      const repeated = fc
        .array(fc.constantFrom(...events), { maxLength: 4 })
        .chain((more) =>
          fc.shuffledSubarray([...events, ...more], { minLength: events.length + more.length }),
        );
      return fc.tuple(repeated, repeated);
    });

  it('events in any order and number give one state, one reason and one list', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...outcomes), tellings, async (outcome, [one, other]) => {
        const ends: unknown[] = [];
        for (const events of [one, other]) {
          const { simulation, deps, mail } = await mailed(outcome);
          for (const feedback of events) await recordMailFeedback(MAIL, feedback, deps);
          const { changedAt: _, messageId: _id, ...end } = await mail();
          ends.push([end, await oldestDue(deps.table)]);
          simulation.close();
        }
        assert.deepEqual(ends[0], ends[1]);
      }),
      { numRuns: process.env.LONG ? 1000 : 60 },
    );
  });

  it('events give one result before and after the answer of the server is recorded', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...outcomes),
        fc.uniqueArray(event, { minLength: 1, maxLength: 4, selector: ({ id }) => id }),
        fc.nat(4),
        async (outcome, events, early) => {
          const late = await mailed(outcome);
          for (const feedback of events) await recordMailFeedback(MAIL, feedback, late.deps);
          const { deps, mail } = await duringTheTry(outcome, events.slice(0, early));
          for (const feedback of events.slice(early)) await recordMailFeedback(MAIL, feedback, deps);
          const { state, reason, feedback, dueAt } = await mail();
          const expected = await late.mail();
          assert.deepEqual([feedback, dueAt], [expected.feedback, expected.dueAt]);
          assert.deepEqual([state, reason], [expected.state, expected.reason]);
        },
      ),
      { numRuns: process.env.LONG ? 500 : 40 },
    );
  });

  /** Bills with events that come after the hand-over, while the server has not answered yet. */
  async function duringTheTry(script: Script, events: readonly MailFeedback[]) {
    const simulation = createSimulation(1);
    simulation.scripts.push(script);
    const { deps } = simulation.process();
    await loadDairy(deps, [noteOf('L1', '9', 1)], [customerOf('9')]);
    const chatty: Deps = {
      ...deps,
      async openMailer(settings) {
        const mailer = await deps.openMailer(settings);
        return {
          ...mailer,
          async send(envelope, message, beforeHandOver): Promise<MailOutcome> {
            const outcome = await mailer.send(envelope, message, beforeHandOver);
            for (const feedback of events) await recordMailFeedback(envelope.tag!, feedback, deps);
            return outcome;
          },
        };
      },
    };
    await bill(chatty);
    return { deps, mail: async () => (await readMail(deps.table, MAIL))!.value };
  }
});

describe('a mail that the provider has accepted', () => {
  it('a mail that the provider has is not sent again, though its first try seemed to have failed', async () => {
    const { simulation, deps, mail } = await mailed('deferred');
    await recordMailFeedback(MAIL, told('accepted'), deps);
    simulation.advance(60 * MINUTE);
    await sweep(deps);
    assert.deepEqual(
      [(await mail()).state, (await mail()).attempts, simulation.received.size],
      ['accepted', 1, 0],
    );
  });

  it('a mail that the provider has is not sent again after the process of a second try died', async () => {
    const { simulation, deps, mail } = await mailed('deferred');
    // The mail is as it would be between the lease and the hand-over of the second try.
    const found = (await readMail(deps.table, MAIL))!;
    const lease = { worker: 'another', until: deps.clock.now() + 3 * MINUTE };
    await deps.table.write([replace(found, { ...found.value, state: 'sending', attempts: 2, lease })]);
    await recordMailFeedback(MAIL, told('accepted'), deps);
    assert.equal((await mail()).state, 'sending');
    simulation.advance(4 * MINUTE);
    await sweep(deps);
    assert.deepEqual([(await mail()).state, simulation.received.size], ['accepted', 0]);
    assert.equal(await oldestDue(deps.table), undefined);
  });
});
