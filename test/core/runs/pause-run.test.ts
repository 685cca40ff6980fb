import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createInstantInvoice, instantResult } from '#core/billing/create-instant-invoice.ts';
import { issueLines } from '#core/billing/issue-lines.ts';
import { planRun } from '#core/billing/plan-run.ts';
import { sealRun } from '#core/billing/seal-run.ts';
import { startRun } from '#core/billing/start-run.ts';
import type { Deps } from '#core/deps.ts';
import type { Wake } from '#core/ports.ts';
import { oldestDue } from '#core/repositories/due.ts';
import { isPaused, readRun } from '#core/repositories/runs.ts';
import { advanceRun } from '#core/runs/advance-run.ts';
import { completeRun } from '#core/runs/complete-run.ts';
import { pauseRun, resumeRun } from '#core/runs/pause-run.ts';
import { needsAPerson, runReport } from '#core/runs/run-report.ts';
import { sweep } from '#core/runs/sweep.ts';
import { watchRun } from '#core/runs/watch-run.ts';
import { createCloud } from '#test/support/aws/simulated-cloud.ts';
import { customerOf, loadDairy, loadNotes, noteOf, OCTOBER, SETTINGS } from '#test/support/data/dairy.ts';
import { brokenPromises } from '#test/support/simulation/promises.ts';
import { createSimulation, Killed, type Simulation } from '#test/support/simulation/simulation.ts';

/**
 * These customers fill more than two slices of the plan, and more than the batches of documents under way at
 * once.
 */
const CUSTOMERS = Array.from({ length: 90 }, (_, index) => customerOf(String(index + 1)));
const NOTES = CUSTOMERS.map(({ number }) => noteOf(`L${number}`, number, 5));
const FAST = { ...SETTINGS, mail: { ...SETTINGS.mail, pace: { perSecond: 1000, connections: 2 } } };

async function openDairy(customers = CUSTOMERS) {
  const simulation = createSimulation(1);
  const { deps } = simulation.process();
  const notes = NOTES.slice(0, customers.length);
  await loadDairy(deps, notes, customers, FAST);
  return { simulation, deps, notes, runId: await startRun(OCTOBER, deps) };
}

/** Gives the deps with a hook: `then` runs after the nth call of this method of a port. */
function after<K extends 'table' | 'printer' | 'composer'>(
  deps: Deps,
  port: K,
  method: keyof Deps[K] & string,
  n: number,
  then: () => Promise<unknown>,
): Deps {
  let calls = 0;
  const original = deps[port][method] as (...args: unknown[]) => Promise<unknown>;
  const hooked = async (...args: unknown[]) => {
    const result = await original(...args);
    if (++calls === n) await then();
    return result;
  };
  return { ...deps, [port]: { ...deps[port], [method]: hooked } };
}

async function assertEnds({ simulation, deps, notes, runId }: Awaited<ReturnType<typeof openDairy>>) {
  const run = (await readRun(deps.table, runId))!.value;
  assert.deepEqual([run.state, run.finished, await isPaused(deps.table, runId)], ['closed', true, false]);
  const evidence = { ...simulation, notes, unknowable: new Set<string>() };
  assert.deepEqual(await brokenPromises(evidence, true), []);
  const byMail = notes.filter(({ customer }) => customer !== '70').length;
  assert.deepEqual([simulation.received.size, new Set(simulation.received.values())], [byMail, new Set([1])]);
}

/** Lets a day pass in which nothing but sweeps happens. */
async function aDay({ simulation, deps }: { simulation: Simulation; deps: Deps }) {
  for (let hour = 0; hour < 24; hour++) {
    simulation.advance(3_600_000);
    await sweep(deps);
  }
}

describe('a paused run', () => {
  it('a paused run plans no further slice and takes no number, whatever sweeps, and continues when resumed', async () => {
    const dairy = await openDairy();
    const { deps, runId } = dairy;
    // The first slice of the plan is one write.
    await completeRun(
      runId,
      after(deps, 'table', 'write', 1, () => pauseRun(runId, deps)),
    );
    const paused = (await readRun(deps.table, runId))!.value;
    assert.deepEqual([paused.state, paused.cursor, paused.paused], ['planning', '40', true]);
    await aDay(dairy);
    assert.equal((await completeRun(runId, deps)).cursor, '40');
    assert.equal(await planRun(runId, deps), false);
    assert.equal(await sealRun(runId, deps), false);
    assert.equal(
      await oldestDue(deps.table),
      undefined,
      'it does not look like something that was forgotten',
    );
    assert.equal(await startRun(OCTOBER, deps), runId, 'the same order joins it still');
    await resumeRun(runId, deps);
    await sweep(deps);
    await assertEnds(dairy);
  });

  it('a paused run begins no further batch of documents', async () => {
    const dairy = await openDairy();
    const { deps, runId } = dairy;
    await completeRun(
      runId,
      after(deps, 'printer', 'render', 1, () => pauseRun(runId, deps)),
    );
    const report = await runReport(runId, deps);
    assert.deepEqual([report.state, report.paused, needsAPerson(report)], ['sealed', true, true]);
    assert.ok(report.counts.issued >= 20 && report.counts.issued <= 40, `${report.counts.issued} issued`);
    await aDay(dairy);
    assert.deepEqual((await runReport(runId, deps)).counts, report.counts);
    assert.equal(dairy.simulation.received.size, 0, 'no mail of what is issued is sent');
    await resumeRun(runId, deps);
    await completeRun(runId, deps);
    await assertEnds(dairy);
  });

  it('a paused run sends no further mail, while the mails of other runs go out', async () => {
    const dairy = await openDairy();
    const { simulation, deps, runId } = dairy;
    await completeRun(
      runId,
      after(deps, 'composer', 'compose', 3, () => pauseRun(runId, deps)),
    );
    const sent = simulation.received.size;
    assert.ok(sent >= 3 && sent <= 5, `${sent} were under way`);
    await loadNotes(deps, [noteOf('N1', '9', 6)]);
    const other = await createInstantInvoice({ customer: '9' }, deps, (id) => completeRun(id, deps));
    assert.equal((await instantResult(other, deps)).state, 'issued');
    assert.equal(simulation.received.size, sent + 1);
    await aDay(dairy);
    assert.equal(simulation.received.size, sent + 1);
    assert.equal(await oldestDue(deps.table), undefined, 'what rests is not overdue');
    await resumeRun(runId, deps);
    await completeRun(runId, deps);
    simulation.received.delete([...simulation.received.keys()].find((id) => id.startsWith('<2026000091-1'))!);
    const run = (await readRun(deps.table, runId))!.value;
    assert.deepEqual([run.state, run.finished], ['closed', true]);
    assert.deepEqual(
      [simulation.received.size, new Set(simulation.received.values())],
      [CUSTOMERS.length - 1, new Set([1])],
    );
  });

  it('a failed document of a paused run is not tried again until the run is resumed', async () => {
    const dairy = await openDairy();
    const { simulation, deps, runId } = dairy;
    const render = async (documents: readonly unknown[]) => {
      await pauseRun(runId, deps);
      return documents.map(() => ({ ok: false, reason: 'no paper' }) as const);
    };
    await completeRun(runId, { ...deps, printer: { ...deps.printer, render } });
    const { failed } = (await runReport(runId, deps)).counts;
    assert.ok(failed >= 20);
    await aDay(dairy);
    assert.equal((await runReport(runId, deps)).counts.failed, failed);
    const due = await oldestDue(deps.table);
    assert.ok(due !== undefined && due > deps.clock.now());
    await resumeRun(runId, deps);
    simulation.advance(7_200_000);
    await sweep(deps);
    await assertEnds(dairy);
  });

  it('the report lists the pauses, and pausing or resuming twice changes nothing', async () => {
    const { simulation, deps, runId } = await openDairy();
    const paused = await pauseRun(runId, deps);
    simulation.advance(60_000);
    assert.deepEqual(await pauseRun(runId, deps), paused);
    const resumed = await resumeRun(runId, deps);
    assert.deepEqual(resumed.pauses, [{ from: '2026-11-02T03:00:00.000Z', to: '2026-11-02T03:01:00.000Z' }]);
    assert.deepEqual(await resumeRun(runId, deps), resumed);
    await pauseRun(runId, deps);
    const report = await runReport(runId, deps);
    assert.deepEqual(report.pauses?.at(-1), { from: '2026-11-02T03:01:00.000Z' });
    await resumeRun(runId, deps);
    const finished = await completeRun(runId, deps);
    await assert.rejects(pauseRun(runId, deps), { code: 'bad-input', message: /is finished/ });
    assert.deepEqual(await resumeRun(runId, deps), finished);
    for (const change of [pauseRun, resumeRun]) {
      await assert.rejects(change('nothing', deps), { code: 'not-found' });
    }
  });

  it('a run that is resumed at once takes no step before the previous one has come to its end', async () => {
    for (const [port, method, n] of [
      ['table', 'write', 1],
      ['table', 'write', 4],
      ['table', 'write', 9],
      ['printer', 'render', 1],
      ['printer', 'render', 4],
      ['composer', 'compose', 1],
    ] as const) {
      const dairy = await openDairy();
      const { deps, runId } = dairy;
      const flicker = async () => {
        await pauseRun(runId, deps);
        // The driving process may still see the pause or already see the resumption.
        setImmediate(() => resumeRun(runId, deps));
      };
      await completeRun(runId, after(deps, port, method as never, n, flicker));
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      await resumeRun(runId, deps);
      await aDay(dairy);
      await assertEnds(dairy);
    }
  });

  it('a kill at any call of the pause or of the resumption does no harm', async () => {
    for (const change of [pauseRun, resumeRun]) {
      for (let at = 1, killed = true; killed; at++) {
        for (const when of ['before', 'after'] as const) {
          const dairy = await openDairy(CUSTOMERS.slice(0, 2));
          const { simulation, deps, runId } = dairy;
          if (change === resumeRun) await pauseRun(runId, deps);
          const mortal = simulation.process({ at, when });
          killed = await change(runId, mortal.deps).then(
            () => false,
            (error) => error instanceof Killed,
          );
          const { paused = false } = (await readRun(deps.table, runId))!.value;
          assert.equal(await isPaused(deps.table, runId), paused);
          assert.equal((await oldestDue(deps.table)) === undefined, paused);
          await resumeRun(runId, deps);
          await completeRun(runId, deps);
          await assertEnds(dairy);
        }
      }
    }
  });

  it('a person who watches a paused run does not wait for it', async () => {
    const { simulation, deps, runId } = await openDairy();
    await pauseRun(runId, deps);
    const watched = await watchRun(runId, { ...deps, queue: createCloud(simulation).queue });
    assert.deepEqual([watched.state, watched.paused], ['planning', true]);
  });

  it('resuming a run wakes its mails that were put off', async () => {
    const { deps, runId } = await openDairy(CUSTOMERS.slice(0, 3));
    const calls: Wake[] = [];
    const wake = async (more: readonly Wake[]) => void calls.push(...more);
    await advanceRun({ kind: 'run', id: runId, turn: 0 }, { ...deps, queue: { wake } });
    await issueLines(runId, ['1', '2', '3'], deps);
    await pauseRun(runId, deps);
    await sweep(deps);
    await resumeRun(runId, deps);
    calls.length = 0;
    await advanceRun({ kind: 'run', id: runId }, { ...deps, queue: { wake } });
    assert.deepEqual(
      calls.map((call) => call.kind === 'mail' && call.id),
      ['2026000001-1', '2026000002-1', '2026000003-1'],
    );
  });

  it('functions leave a paused run alone, and one chain of calls drives it after it is resumed', async () => {
    const simulation = createSimulation(7);
    const cloud = createCloud(simulation);
    const { deps } = simulation.process(undefined, cloud.queue);
    await loadDairy(deps, NOTES, CUSTOMERS, FAST);
    const runId = await startRun(OCTOBER, deps);
    await advanceRun({ kind: 'run', id: runId, turn: 0 }, deps);
    await pauseRun(runId, deps);
    await cloud.run();
    const report = await runReport(runId, deps);
    assert.deepEqual([report.state, report.counts.issued, simulation.received.size], ['sealed', 0, 0]);
    assert.equal(await advanceRun({ kind: 'run', id: runId, turn: 1 }, deps), undefined);
    assert.equal(await advanceRun({ kind: 'run', id: runId }, deps), undefined);
    await resumeRun(runId, deps);
    await deps.queue.wake([{ kind: 'run', id: runId }]);
    await cloud.run();
    await assertEnds({ simulation, deps, notes: NOTES, runId });
  });
});
