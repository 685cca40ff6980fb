import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createInstantInvoice, instantResult } from '#core/billing/create-instant-invoice.ts';
import { issueCustomers } from '#core/billing/issue-lines.ts';
import { planRun } from '#core/billing/plan-run.ts';
import { sealRun } from '#core/billing/seal-run.ts';
import { startRun } from '#core/billing/start-run.ts';
import type { Deps } from '#core/deps.ts';
import type { Wake } from '#core/ports.ts';
import { oldestDue } from '#core/repositories/due.ts';
import { isPaused, readRun } from '#core/repositories/runs.ts';
import { advanceRun } from '#core/runs/advance-run.ts';
import { driveRun } from '#core/runs/complete-run.ts';
import { pauseRun, resumeRun } from '#core/runs/pause-run.ts';
import { needsAPerson, runReport } from '#core/runs/run-report.ts';
import { sweep } from '#core/runs/sweep.ts';
import { awaitRun } from '#core/runs/watch-run.ts';
import { createCloud } from '#test/support/aws/simulated-cloud.ts';
import { customerOf, loadNotes, loadOffice, noteOf, OCTOBER, SETTINGS } from '#test/support/data/dairy.ts';
import { brokenPromises } from '#test/support/simulation/promises.ts';
import { createWorld, Killed, type World } from '#test/support/simulation/simulation.ts';

/** More than two slices of the plan, and than the batches of documents under way at once. */
const CUSTOMERS = Array.from({ length: 90 }, (_, index) => customerOf(String(index + 1)));
const NOTES = CUSTOMERS.map(({ number }) => noteOf(`L${number}`, number, 5));
const FAST = { ...SETTINGS, mail: { ...SETTINGS.mail, pace: { perSecond: 1000, connections: 2 } } };

async function openOffice(customers = CUSTOMERS) {
  const world = createWorld(1);
  const { deps } = world.process();
  const notes = NOTES.slice(0, customers.length);
  await loadOffice(deps, notes, customers, FAST);
  return { world, deps, notes, runId: await startRun(OCTOBER, deps) };
}

/** The same, and `then` happens after the n-th call of this method of a port. */
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

async function assertEnds({ world, deps, notes, runId }: Awaited<ReturnType<typeof openOffice>>) {
  const run = (await readRun(deps.table, runId))!.value;
  assert.deepEqual([run.state, run.finished, await isPaused(deps.table, runId)], ['closed', true, false]);
  const evidence = { ...world, notes, unknowable: new Set<string>() };
  assert.deepEqual(await brokenPromises(evidence, true), []);
  const byMail = notes.filter(({ customer }) => customer !== '70').length;
  assert.deepEqual([world.received.size, new Set(world.received.values())], [byMail, new Set([1])]);
}

/** A day in which nothing but sweeps happens. */
async function aDay({ world, deps }: { world: World; deps: Deps }) {
  for (let hour = 0; hour < 24; hour++) {
    world.advance(3_600_000);
    await sweep(deps);
  }
}

describe('a paused run', () => {
  it('plans no further slice and takes no number, whatever sweeps, and goes on where it was', async () => {
    const office = await openOffice();
    const { deps, runId } = office;
    // The first slice of the plan is one write.
    await driveRun(
      runId,
      after(deps, 'table', 'write', 1, () => pauseRun(runId, deps)),
    );
    const paused = (await readRun(deps.table, runId))!.value;
    assert.deepEqual([paused.state, paused.cursor, paused.paused], ['planning', '40', true]);
    await aDay(office);
    assert.equal((await driveRun(runId, deps)).cursor, '40');
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
    await assertEnds(office);
  });

  it('begins no further batch of documents', async () => {
    const office = await openOffice();
    const { deps, runId } = office;
    await driveRun(
      runId,
      after(deps, 'printer', 'render', 1, () => pauseRun(runId, deps)),
    );
    const report = await runReport(runId, deps);
    assert.deepEqual([report.state, report.paused, needsAPerson(report)], ['sealed', true, true]);
    assert.ok(report.counts.issued >= 20 && report.counts.issued <= 40, `${report.counts.issued} issued`);
    await aDay(office);
    assert.deepEqual((await runReport(runId, deps)).counts, report.counts);
    assert.equal(office.world.received.size, 0, 'no mail of what is issued is sent');
    await resumeRun(runId, deps);
    await driveRun(runId, deps);
    await assertEnds(office);
  });

  it('sends no further mail, and other mails are not kept from going', async () => {
    const office = await openOffice();
    const { world, deps, runId } = office;
    await driveRun(
      runId,
      after(deps, 'composer', 'compose', 3, () => pauseRun(runId, deps)),
    );
    const sent = world.received.size;
    assert.ok(sent >= 3 && sent <= 5, `${sent} were under way`);
    await loadNotes(deps, [noteOf('N1', '9', 6)]);
    const other = await createInstantInvoice({ customer: '9' }, deps, (id) => driveRun(id, deps));
    assert.equal((await instantResult(other, deps)).state, 'issued');
    assert.equal(world.received.size, sent + 1);
    await aDay(office);
    assert.equal(world.received.size, sent + 1);
    assert.equal(await oldestDue(deps.table), undefined, 'what rests is not overdue');
    await resumeRun(runId, deps);
    await driveRun(runId, deps);
    world.received.delete([...world.received.keys()].find((id) => id.startsWith('<2026000091-1'))!);
    const run = (await readRun(deps.table, runId))!.value;
    assert.deepEqual([run.state, run.finished], ['closed', true]);
    assert.deepEqual(
      [world.received.size, new Set(world.received.values())],
      [CUSTOMERS.length - 1, new Set([1])],
    );
  });

  it('keeps a failed document from being tried again', async () => {
    const office = await openOffice();
    const { world, deps, runId } = office;
    const render = async (documents: readonly unknown[]) => {
      await pauseRun(runId, deps);
      return documents.map(() => ({ ok: false, reason: 'no paper' }) as const);
    };
    await driveRun(runId, { ...deps, printer: { ...deps.printer, render } });
    const { failed } = (await runReport(runId, deps)).counts;
    assert.ok(failed >= 20);
    await aDay(office);
    assert.equal((await runReport(runId, deps)).counts.failed, failed);
    const due = await oldestDue(deps.table);
    assert.ok(due !== undefined && due > deps.clock.now());
    await resumeRun(runId, deps);
    world.advance(7_200_000);
    await sweep(deps);
    await assertEnds(office);
  });

  it('tells of its pauses; pausing and resuming twice change nothing', async () => {
    const { world, deps, runId } = await openOffice();
    const paused = await pauseRun(runId, deps);
    world.advance(60_000);
    assert.deepEqual(await pauseRun(runId, deps), paused);
    const resumed = await resumeRun(runId, deps);
    assert.deepEqual(resumed.pauses, [{ from: '2026-11-02T03:00:00.000Z', to: '2026-11-02T03:01:00.000Z' }]);
    assert.deepEqual(await resumeRun(runId, deps), resumed);
    await pauseRun(runId, deps);
    const report = await runReport(runId, deps);
    assert.deepEqual(report.pauses?.at(-1), { from: '2026-11-02T03:01:00.000Z' });
    await resumeRun(runId, deps);
    const finished = await driveRun(runId, deps);
    await assert.rejects(pauseRun(runId, deps), { code: 'bad-input', message: /is finished/ });
    assert.deepEqual(await resumeRun(runId, deps), finished);
    for (const change of [pauseRun, resumeRun]) {
      await assert.rejects(change('nothing', deps), { code: 'not-found' });
    }
  });

  it('that is resumed at once is not taken further than it has come', async () => {
    for (const [port, method, n] of [
      ['table', 'write', 1],
      ['table', 'write', 4],
      ['table', 'write', 9],
      ['printer', 'render', 1],
      ['printer', 'render', 4],
      ['composer', 'compose', 1],
    ] as const) {
      const office = await openOffice();
      const { deps, runId } = office;
      const flicker = async () => {
        await pauseRun(runId, deps);
        // Whatever the driving process reads next may see either.
        setImmediate(() => resumeRun(runId, deps));
      };
      await driveRun(runId, after(deps, port, method as never, n, flicker));
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      await resumeRun(runId, deps);
      await aDay(office);
      await assertEnds(office);
    }
  });

  it('does not mind a kill at any call of the pause or the resumption', async () => {
    for (const change of [pauseRun, resumeRun]) {
      for (let at = 1, killed = true; killed; at++) {
        for (const when of ['before', 'after'] as const) {
          const office = await openOffice(CUSTOMERS.slice(0, 2));
          const { world, deps, runId } = office;
          if (change === resumeRun) await pauseRun(runId, deps);
          const mortal = world.process({ at, when });
          killed = await change(runId, mortal.deps).then(
            () => false,
            (error) => error instanceof Killed,
          );
          const { paused = false } = (await readRun(deps.table, runId))!.value;
          assert.equal(await isPaused(deps.table, runId), paused);
          assert.equal((await oldestDue(deps.table)) === undefined, paused);
          await resumeRun(runId, deps);
          await driveRun(runId, deps);
          await assertEnds(office);
        }
      }
    }
  });

  it('is not waited for by who watches it', async () => {
    const { world, deps, runId } = await openOffice();
    await pauseRun(runId, deps);
    const watched = await awaitRun(runId, { ...deps, queue: createCloud(world).queue });
    assert.deepEqual([watched.state, watched.paused], ['planning', true]);
  });

  it('has its mails woken when it is resumed after they were put off', async () => {
    const { deps, runId } = await openOffice(CUSTOMERS.slice(0, 3));
    const calls: Wake[] = [];
    const wake = async (more: readonly Wake[]) => void calls.push(...more);
    await advanceRun({ kind: 'run', id: runId, turn: 0 }, { ...deps, queue: { wake } });
    await issueCustomers(runId, ['1', '2', '3'], deps);
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

  it('is taken on by no function, and by one chain of calls after it', async () => {
    const world = createWorld(7);
    const cloud = createCloud(world);
    const { deps } = world.process(undefined, cloud.queue);
    await loadOffice(deps, NOTES, CUSTOMERS, FAST);
    const runId = await startRun(OCTOBER, deps);
    await advanceRun({ kind: 'run', id: runId, turn: 0 }, deps);
    await pauseRun(runId, deps);
    await cloud.run();
    const report = await runReport(runId, deps);
    assert.deepEqual([report.state, report.counts.issued, world.received.size], ['sealed', 0, 0]);
    assert.equal(await advanceRun({ kind: 'run', id: runId, turn: 1 }, deps), undefined);
    assert.equal(await advanceRun({ kind: 'run', id: runId }, deps), undefined);
    await resumeRun(runId, deps);
    await deps.queue.wake([{ kind: 'run', id: runId }]);
    await cloud.run();
    await assertEnds({ world, deps, notes: NOTES, runId });
  });
});
