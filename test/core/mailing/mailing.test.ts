import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createInstantInvoice } from '#core/billing/create-instant-invoice.ts';
import { startRun } from '#core/billing/start-run.ts';
import type { Deps } from '#core/deps.ts';
import type { Settings } from '#core/domain/settings.ts';
import { pauseMails, resumeRunMails } from '#core/mailing/pause-mails.ts';
import { allMailsLeft } from '#core/mailing/remaining-mails.ts';
import { sendMails } from '#core/mailing/send-mails.ts';
import type { Change, MailAccount, Mailer, OutgoingMail, Wake } from '#core/ports.ts';
import { addDue, oldestDue } from '#core/repositories/due.ts';
import { type Mail, mailKey, readMail, readMails } from '#core/repositories/mails.ts';
import { readRun } from '#core/repositories/runs.ts';
import { create } from '#core/repositories/stored.ts';
import { advanceRun } from '#core/runs/advance-run.ts';
import { billRun, completeRun, finishRun, runMails } from '#core/runs/complete-run.ts';
import { overdueSeconds } from '#core/runs/overdue.ts';
import { pauseRun, resumeRun } from '#core/runs/pause-run.ts';
import { runReport } from '#core/runs/run-report.ts';
import { sweep, sweepToQueues } from '#core/runs/sweep.ts';
import { importSettings } from '#core/settings/import-settings.ts';
import { createCloud, NO_MISHAPS } from '#test/support/aws/simulated-cloud.ts';
import { customerOf, loadDairy, loadNotes, noteOf, OCTOBER, SETTINGS } from '#test/support/data/dairy.ts';
import {
  createSimulation,
  Killed,
  mulberry32,
  type Simulation,
} from '#test/support/simulation/simulation.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const withPace = (pace: Partial<Settings['mail']['pace']>): Settings => ({
  ...SETTINGS,
  mail: { ...SETTINGS.mail, pace: { perSecond: 1000, connections: 2, ...pace } },
});

/** Opens a dairy with this many customers, who all get mail; none of them has number 70. */
async function openDairy(customers: number, settings: Settings, deps: Deps) {
  const numbers = Array.from({ length: customers }, (_, index) => String(1001 + index));
  const notes = numbers.map((number) => noteOf(`L${number}`, number, 5));
  await loadDairy(
    deps,
    notes,
    numbers.map((number) => customerOf(number)),
    settings,
  );
  return startRun(OCTOBER, deps);
}

/** Adds this many waiting mails to those of the run, all of them due now. */
async function addMails(count: number, runId: string, deps: Deps): Promise<void> {
  const [one] = await runMails(runId, deps);
  const now = deps.clock.now();
  const copies = Array.from({ length: count }, (_, index): Mail => {
    const id = `${one!.invoice}-${index + 2}`;
    return { ...one!, id, messageId: `<${id}@molkerei.example>`, key: `mail/${id}.eml`, dueAt: now };
  });
  for (let at = 0; at < count; at += 50) {
    const chunk = copies.slice(at, at + 50);
    await deps.table.write(
      chunk.flatMap((mail) => [create(mailKey(mail.id), mail), addDue(now, { kind: 'mail', id: mail.id })]),
    );
  }
}

/** Counts the writes and the messages of these deps. */
function counting<D extends Deps>(deps: D) {
  const counts = { writes: 0, wakes: [] as { readonly call: Wake; readonly delaySeconds: number }[] };
  const write = (changes: readonly Change[]) => {
    counts.writes++;
    return deps.table.write(changes);
  };
  const wake = async (calls: readonly Wake[], { delaySeconds = 0 } = {}) => {
    for (const call of calls) counts.wakes.push({ call, delaySeconds });
  };
  return { deps: { ...deps, table: { ...deps.table, write }, queue: { wake } }, counts };
}

async function sweepFor(
  hours: number,
  { simulation, deps }: { simulation: Simulation; deps: Deps },
): Promise<void> {
  for (let minutes = 0; minutes < 60 * hours; minutes += 10) {
    simulation.advance(10 * MINUTE);
    await sweep(deps);
  }
}

const once = (simulation: Simulation) =>
  [simulation.received.size, new Set(simulation.received.values())] as const;

describe('a mailing that waits for its pace', () => {
  it('mails that have no turn cost neither writes nor messages', async () => {
    const simulation = createSimulation(1);
    const { deps, counts } = counting(simulation.process().deps);
    const runId = await openDairy(1, withPace({ perHour: 100 }), deps);
    await billRun(runId, deps);
    await addMails(9_999, runId, deps);
    counts.writes = 0;
    // This part works as one machine does.
    await sweep(deps);
    assert.equal(simulation.received.size, 100);
    assert.ok(counts.writes < 100 * 3 + 20, `${counts.writes} writes for 100 mails`);
    counts.writes = 0;
    for (let time = 0; time < 10; time++) assert.equal(await sweep(deps), 0);
    await sweepToQueues(deps);
    assert.deepEqual([counts.writes, counts.wakes.length, simulation.received.size], [0, 0, 100]);
    // This part works as the functions of AWS do.
    simulation.advance(1.1 * HOUR);
    await sweepToQueues(deps);
    const mails = counts.wakes.filter(({ call }) => call.kind === 'mail');
    assert.deepEqual([counts.writes, mails.length, simulation.received.size], [0, 100, 100]);
    simulation.close();
  });

  it('mails are woken for the times at which their turns come', async () => {
    const simulation = createSimulation(1);
    const { deps, counts } = counting(simulation.process().deps);
    const runId = await openDairy(1, withPace({ perMinute: 6 }), deps);
    await billRun(runId, deps);
    await addMails(99, runId, deps);
    await sweepToQueues(deps);
    const delays = counts.wakes.map(({ delaySeconds }) => delaySeconds);
    // One mail goes every ten and a half seconds until the next sweep.
    assert.equal(delays.length, 29);
    assert.deepEqual(delays.slice(0, 4), [0, 15, 25, 35]);
    assert.ok(delays.at(-1)! <= 300);
    simulation.close();
  });

  it('while the quota of the account is used up, only one mail looks for it again', async () => {
    const simulation = createSimulation(1);
    const quota = { perSecond: 100, day: { limit: 10, used: 0 } };
    const account: MailAccount = {
      quota: async () => quota,
      suppressed: async () => new Map(),
      lift: async () => {},
      senderProblems: async () => [],
    };
    const { deps, counts } = counting({ ...simulation.process().deps, openMailAccount: () => account });
    const settings = withPace({});
    const bySes = { ...settings, mail: { ...settings.mail, transport: 'ses' as const } };
    const runId = await openDairy(50, bySes, deps);
    await completeRun(runId, deps);
    assert.equal(simulation.received.size, 10);
    quota.day.used = 10;
    for (let time = 1; time <= 12; time++) {
      counts.wakes.length = 0;
      await sweepToQueues(deps);
      assert.ok(counts.wakes.length <= 1, `${counts.wakes.length} messages`);
      simulation.advance(5 * MINUTE);
      for (const { call } of counts.wakes) if (call.kind === 'mail') await sendMails([call.id], deps);
    }
    const { mailing } = await runReport(runId, deps);
    assert.ok(mailing!.secondsLeft! >= 86_400, `${mailing?.secondsLeft} s for a quota of 10 a day`);
    assert.equal(simulation.received.size, 10);
    assert.ok((await overdueSeconds(deps)) <= 300);
    quota.day = { limit: 50_000, used: 10 };
    await sweepFor(1, { simulation, deps });
    assert.deepEqual(once(simulation), [50, new Set([1])]);
    simulation.close();
  });

  it('a run is finished while its mails wait, and it reports how long they will still take', async () => {
    const simulation = createSimulation(1);
    const { deps } = simulation.process();
    const runId = await openDairy(50, withPace({ perHour: 20 }), deps);
    const begun = deps.clock.now();
    const run = await completeRun(runId, deps);
    assert.deepEqual([run.state, run.finished, simulation.received.size], ['closed', true, 20]);
    assert.ok(deps.clock.now() - begun < MINUTE, 'nobody waits for an hour');
    const { mailing, delivery } = await runReport(runId, deps);
    assert.deepEqual(delivery, { accepted: 20, queued: 30 });
    assert.equal(mailing?.waiting, 30);
    assert.ok(Math.abs(mailing.secondsLeft! - 2.2 * 3600) < 0.1 * 3600, `${mailing.secondsLeft} s`);
    assert.deepEqual(await allMailsLeft(deps), mailing, 'no others wait');
    await loadNotes(deps, [noteOf('N1', '1001', 6)]);
    let other = '';
    await createInstantInvoice({ customer: '1001' }, deps, (id) => {
      other = id;
      return completeRun(id, deps);
    });
    const last = (await runReport(other, deps)).mailing;
    assert.equal(last?.waiting, 1);
    assert.ok(last.secondsLeft! >= mailing.secondsLeft!, 'those before it go first');
    assert.deepEqual(await allMailsLeft(deps), { waiting: 31, secondsLeft: last.secondsLeft });
    await sweepFor(3, { simulation, deps });
    assert.deepEqual(once(simulation), [51, new Set([1])]);
    assert.equal((await runReport(runId, deps)).mailing, undefined);
    assert.equal(await allMailsLeft(deps), undefined);
    simulation.close();
  });

  it('waiting mails are overdue only if there are turns that nobody takes', async () => {
    const simulation = createSimulation(1);
    const { deps } = simulation.process();
    const runId = await openDairy(50, withPace({ perHour: 20 }), deps);
    await completeRun(runId, deps);
    simulation.advance(HOUR);
    assert.equal(await overdueSeconds(deps), 0);
    simulation.advance(HOUR);
    const overdue = await overdueSeconds(deps);
    assert.ok(overdue > 3000 && overdue < 3600, `${overdue} s`);
    await sweep(deps);
    assert.equal(simulation.received.size, 40);
    assert.equal(await overdueSeconds(deps), 0);
    await pauseRun(runId, deps);
    simulation.advance(5 * HOUR);
    await sweep(deps);
    assert.equal(await overdueSeconds(deps), 0);
    await resumeRun(runId, deps);
    simulation.advance(HOUR);
    assert.equal(await overdueSeconds(deps), 3600, 'nobody wakes its mails');
    simulation.close();
  });

  it('a process that died during a hand-over is noticed although many mails wait', async () => {
    const simulation = createSimulation(1);
    const { deps } = simulation.process();
    const runId = await openDairy(1, withPace({ perHour: 1, connections: 1 }), deps);
    await billRun(runId, deps);
    await addMails(1_500, runId, deps);
    simulation.advance(MINUTE);
    const mortal = simulation.process();
    const mailer: Mailer = {
      async send(_envelope, _message, beforeHandOver) {
        await beforeHandOver();
        mortal.end();
        throw new Killed();
      },
      close: async () => {},
    };
    const [{ id }] = (await runMails(runId, deps)) as [Mail];
    await assert.rejects(sendMails([id], { ...mortal.deps, openMailer: async () => mailer }));
    assert.equal((await readMail(deps.table, id))!.value.state, 'sending');
    assert.equal(await sweep(deps), 1);
    assert.equal((await readMail(deps.table, id))!.value.state, 'unknown');
    simulation.close();
  });

  it('held and switched-off mails are not overdue, and one mail tries whether a held mailing works again', async () => {
    const simulation = createSimulation(1);
    const { deps, counts } = counting(simulation.process().deps);
    const runId = await openDairy(5, withPace({ connections: 1 }), deps);
    simulation.scripts.push('held');
    await completeRun(runId, deps);
    simulation.advance(14 * MINUTE);
    counts.writes = 0;
    assert.equal(await sweep(deps), 0);
    assert.equal(await sweepToQueues(deps), 0);
    assert.equal(counts.writes, 0);
    assert.equal((await runReport(runId, deps)).mailing?.held, 'scripted: held');
    simulation.advance(HOUR);
    assert.equal(await overdueSeconds(deps), 0);
    assert.equal(await sweepToQueues(deps), 1);
    assert.equal(await sweep(deps), 5);
    assert.equal(simulation.received.size, 5);
    await loadNotes(deps, [noteOf('N1', '1001', 6)]);
    await createInstantInvoice({ customer: '1001' }, deps, (id) => billRun(id, deps));
    await importSettings({ ...SETTINGS, mail: { ...SETTINGS.mail, transport: 'off' } }, undefined, deps);
    simulation.advance(HOUR);
    counts.wakes.length = 0;
    await sweepToQueues(deps);
    assert.deepEqual(
      counts.wakes.map(({ call }) => call.kind),
      ['run'],
    );
    await sweep(deps);
    simulation.advance(HOUR);
    assert.equal(await overdueSeconds(deps), 0);
    simulation.close();
  });
});

describe('a paused mailing', () => {
  /** Opens a run whose books are closed and of whose 50 mails 20 are sent; a turn would be free. */
  async function underWay(seed = 1) {
    const simulation = createSimulation(seed);
    const { deps } = simulation.process();
    const runId = await openDairy(50, withPace({ perHour: 20 }), deps);
    await completeRun(runId, deps);
    return { simulation, deps, runId };
  }

  it('a paused mailing sends nothing, does not hinder other runs, and continues when it is resumed', async () => {
    const { simulation, deps, runId } = await underWay();
    await pauseRun(runId, deps);
    await sweepFor(5, { simulation, deps });
    assert.equal(simulation.received.size, 20);
    assert.equal(await oldestDue(deps.table), undefined);
    assert.deepEqual((await runReport(runId, deps)).mailing, { waiting: 30, paused: true });
    await loadNotes(deps, [noteOf('N1', '1001', 6)]);
    await createInstantInvoice({ customer: '1001' }, deps, (id) => billRun(id, deps));
    await sweepFor(1, { simulation, deps });
    assert.equal(simulation.received.size, 21, 'the mail of another run goes');
    const resumed = await resumeRun(runId, deps);
    assert.equal(resumed.finished, true);
    const { pauses } = await runReport(runId, deps);
    assert.ok(pauses?.at(-1)?.to);
    const begun = deps.clock.now();
    await completeRun(runId, deps);
    assert.equal(simulation.received.size, 40);
    assert.ok(deps.clock.now() - begun < MINUTE, 'they are due at once');
    await sweepFor(2, { simulation, deps });
    assert.deepEqual(once(simulation), [51, new Set([1])]);
    assert.equal(await oldestDue(deps.table), undefined);
    await assert.rejects(pauseRun(runId, deps), {
      code: 'bad-input',
      message: /is finished and none of its mails waits/,
    });
    simulation.close();
  });

  it('a paused mailing does not delay other mails, even before its own mails lost their due items', async () => {
    const simulation = createSimulation(1);
    const { deps, counts } = counting(simulation.process().deps);
    const runId = await openDairy(300, withPace({ perHour: 10 }), deps);
    await completeRun(runId, deps);
    await pauseRun(runId, deps);
    simulation.advance(2 * HOUR);
    await loadNotes(deps, [noteOf('N1', '1001', 6)]);
    let other = '';
    await createInstantInvoice({ customer: '1001' }, deps, (id) => {
      other = id;
      return billRun(id, deps);
    });
    await finishRun(other, deps);
    const [mail] = await runMails(other, deps);
    counts.writes = 0;
    assert.equal(await sweepToQueues(deps), 1);
    assert.equal(counts.writes, 0, 'sweep only looks');
    assert.deepEqual(
      counts.wakes.map(({ call }) => call),
      [
        { kind: 'run', id: runId },
        { kind: 'mail', id: mail!.id },
      ],
    );
    await advanceRun({ kind: 'run', id: runId }, deps);
    assert.ok(counts.writes <= 12, `${counts.writes} writes put 290 mails to rest`);
    counts.wakes.length = 0;
    assert.equal(await sweepToQueues(deps), 1);
    assert.deepEqual(
      counts.wakes.map(({ call }) => call),
      [{ kind: 'mail', id: mail!.id }],
    );
    simulation.close();
  });

  it('all mails are sent after a pause and a resumption that the sending process did not see', async () => {
    const simulation = createSimulation(1);
    const { deps } = simulation.process();
    const runId = await openDairy(50, withPace({ perHour: 20 }), deps);
    let composed = 0;
    const compose = async (mail: OutgoingMail) => {
      if (++composed === 3) {
        await pauseRun(runId, deps);
        await sweep(deps);
        await resumeRun(runId, deps);
      }
      return deps.composer.compose(mail);
    };
    await completeRun(runId, { ...deps, composer: { compose } });
    await sweepFor(3, { simulation, deps });
    assert.deepEqual(once(simulation), [50, new Set([1])]);
    assert.equal(await oldestDue(deps.table), undefined);
    simulation.close();
  });

  it('paused mails are woken although the run was finished by a process that did not see the pause', async () => {
    const simulation = createSimulation(1);
    const { deps } = simulation.process();
    const runId = await openDairy(50, withPace({ perHour: 20 }), deps);
    await billRun(runId, deps);
    await pauseRun(runId, deps);
    await sweep(deps);
    await resumeRun(runId, deps);
    await finishRun(runId, deps);
    await sweepFor(3, { simulation, deps });
    assert.deepEqual(once(simulation), [50, new Set([1])]);
    assert.equal((await readRun(deps.table, runId))!.value.finished, true);
    simulation.close();
  });

  it('a process that saw the run paused does not pause its mails again after the resumption', async () => {
    const { simulation, deps, runId } = await underWay();
    await pauseRun(runId, deps);
    const seen = await readMails(
      deps.table,
      (await runMails(runId, deps)).map(({ id }) => id),
    );
    await resumeRun(runId, deps);
    await resumeRunMails(runId, deps);
    await pauseMails(runId, seen, deps);
    await sweepFor(3, { simulation, deps });
    assert.deepEqual(once(simulation), [50, new Set([1])]);
    simulation.close();
  });

  it('all mails are resumed even if the process that wakes them dies', async () => {
    for (let at = 1, killed = true; killed; at += 3) {
      for (const when of ['before', 'after'] as const) {
        const { simulation, deps, runId } = await underWay(at);
        await pauseRun(runId, deps);
        await sweepFor(2, { simulation, deps });
        await resumeRun(runId, deps);
        const mortal = simulation.process({ at, when });
        const calls: Wake[] = [];
        const queue = { wake: async (more: readonly Wake[]) => void calls.push(...more) };
        killed = await advanceRun({ kind: 'run', id: runId }, { ...mortal.deps, queue }).then(
          () => false,
          (error) => error instanceof Killed,
        );
        mortal.end();
        await sweepFor(5, { simulation, deps });
        assert.deepEqual(once(simulation), [50, new Set([1])], `killed ${when} call ${at}`);
        assert.equal(await oldestDue(deps.table), undefined);
        simulation.close();
      }
    }
  });

  it('a mailing of many processes is paused and resumed alike when messages are lost and doubled', async () => {
    for (let seed = 0; seed < 6; seed++) {
      const simulation = createSimulation(seed);
      const next = mulberry32(seed);
      // The first time there are no mishaps.
      const meets = (share: number) => seed > 0 && next() < share;
      const cloud = createCloud(simulation, {
        ...NO_MISHAPS,
        lose: () => meets(0.15),
        double: () => meets(0.3),
        late: () => (meets(0.2) ? Math.floor(next() * 20 * MINUTE) : 0),
        pick: (of) => Math.floor(next() * of),
      });
      const { deps } = simulation.process(undefined, cloud.queue);
      const runId = await openDairy(50, withPace({ perHour: 20 }), deps);
      await cloud.queue.wake([{ kind: 'run', id: runId, turn: 0 }]);
      while (!(await readRun(deps.table, runId))!.value.finished) await cloud.step();
      await pauseRun(runId, deps);
      const sent = simulation.received.size;
      await cloud.run();
      assert.ok(sent <= 20 && simulation.received.size <= sent + 3, 'but for what was under way');
      const before = simulation.received.size;
      simulation.advance(30 * HOUR);
      await cloud.run();
      assert.equal(simulation.received.size, before);
      await resumeRun(runId, deps);
      const { turn = 0 } = (await readRun(deps.table, runId))!.value;
      await cloud.queue.wake([{ kind: 'run', id: runId, turn }]);
      await cloud.run();
      assert.deepEqual(once(simulation), [50, new Set([1])]);
      assert.deepEqual(cloud.deadLetters, []);
      simulation.close();
    }
  });
});
