import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { startRun } from '#core/billing/start-run.ts';
import type { Wake } from '#core/ports.ts';
import { completeRun } from '#core/runs/complete-run.ts';
import { createCloud, type Mishaps, NO_MISHAPS } from '#test/support/aws/simulated-cloud.ts';
import { customerOf, loadDairy, noteOf, OCTOBER, SETTINGS } from '#test/support/data/dairy.ts';
import { outcomeOf } from '#test/support/simulation/outcome.ts';
import { brokenPromises } from '#test/support/simulation/promises.ts';
import { createSimulation, mulberry32, type Simulation } from '#test/support/simulation/simulation.ts';

/**
 * These customers fill more than one batch of documents. Every fifth wants no mail, one cannot be billed, and
 * one has nothing to bill.
 */
const NUMBERS = Array.from({ length: 26 }, (_, index) => String(index + 1));
const CUSTOMERS = NUMBERS.map((number) =>
  customerOf(number, {
    invoiceByMail: Number(number) % 5 !== 0,
    deliveryOverview: number === '4',
    ...(number === '7' ? { name: 'Kunde 7 ☃' } : {}),
  }),
);
const NOTES = NUMBERS.filter((number) => number !== '12').flatMap((customer, index) =>
  Array.from({ length: 1 + (index % 3) }, (_, n) => noteOf(`L${index}x${n}`, customer, n + 1, index + 1)),
);
const FAST = { ...SETTINGS, mail: { ...SETTINGS.mail, pace: { perSecond: 1000, connections: 4 } } };

async function onOneMachine() {
  const simulation = createSimulation(1);
  const { deps } = simulation.process();
  await loadDairy(deps, NOTES, CUSTOMERS, FAST);
  const runId = await startRun(OCTOBER, deps);
  await completeRun(runId, deps);
  const outcome = await outcomeOf(runId, deps);
  simulation.close();
  return outcome;
}

async function inTheCloud(simulation: Simulation, mishaps: Mishaps) {
  const cloud = createCloud(simulation, mishaps);
  const clerk = simulation.process().deps;
  await loadDairy(clerk, NOTES, CUSTOMERS, FAST);
  const runId = await startRun(OCTOBER, clerk);
  await cloud.queue.wake([{ kind: 'run', id: runId, turn: 0 }]);
  await cloud.run();
  return { cloud, runId, clerk };
}

/** Lets these shares of the messages meet a mishap; after six hours there are no more mishaps. */
function mishapsOf(
  simulation: Simulation,
  seed: number,
  share: Readonly<Record<'lose' | 'double' | 'late' | 'kill' | 'timeUp', number>>,
): Mishaps {
  const next = mulberry32(seed + 1);
  const { clock } = simulation.process().deps;
  const end = clock.now() + 6 * 3_600_000;
  const meets = (of: number) => next() < of && clock.now() < end;
  return {
    lose: () => meets(share.lose),
    double: () => meets(share.double),
    late: () => (meets(share.late) ? Math.floor(next() * 30 * 60_000) : 0),
    kill: () =>
      meets(share.kill)
        ? { at: 1 + Math.floor(next() * 60), when: next() < 0.5 ? 'before' : 'after' }
        : undefined,
    timeUp: () => (meets(share.timeUp) ? Math.floor(next() * 60) : undefined),
    pick: (of) => Math.floor(next() * of),
  };
}

const promises = (simulation: Simulation, unknowable: ReadonlySet<string>) =>
  brokenPromises({ ...simulation, notes: NOTES, unknowable }, true);

describe('a run that many short processes share', () => {
  it('the run ends as on one machine, without a sweep', async () => {
    const expected = await onOneMachine();
    const simulation = createSimulation(2);
    const { cloud, runId, clerk } = await inTheCloud(simulation, NO_MISHAPS);
    const outcome = await outcomeOf(runId, clerk);
    assert.deepEqual(outcome, expected);
    assert.deepEqual([outcome.counts.issued, outcome.counts.held], [24, 1]);
    assert.equal(cloud.counts.sweeps, 0);
    assert.deepEqual(await promises(simulation, new Set()), []);
    simulation.close();
  });

  it('one chain of calls drives the run, though each call comes twice', async () => {
    const simulation = createSimulation(3);
    let runs = 0;
    // The documents come late, so that the run looks for them many times.
    const { cloud } = await inTheCloud(simulation, {
      ...NO_MISHAPS,
      double({ kind }) {
        if (kind === 'run') runs++;
        return kind === 'run';
      },
      late: ({ kind }) => (kind === 'documents' ? 8 * 60_000 : 0),
    });
    assert.ok(runs > 20 && runs < 30, `${runs} calls`);
    assert.equal(cloud.counts.sweeps, 1, 'which found nothing overdue');
    assert.deepEqual(await promises(simulation, new Set()), []);
    simulation.close();
  });

  it('the run is handed out once more, by sweep, when its documents are overdue', async () => {
    const simulation = createSimulation(4);
    const calls: Wake[] = [];
    let lost = 0;
    const { cloud } = await inTheCloud(simulation, {
      ...NO_MISHAPS,
      // The first two messages are lost, and with them all documents of the first turn.
      lose: (call) => call.kind === 'documents' && lost++ < 2,
      double(call) {
        calls.push(call);
        return false;
      },
    });
    const turns = calls.filter((call) => call.kind === 'run' && call.after === undefined);
    assert.equal(turns.length, 2, 'that of the clerk, and one of sweep');
    assert.ok(cloud.counts.sweeps > 1);
    assert.equal(calls.filter(({ kind }) => kind === 'documents').length, 2);
    assert.deepEqual(await promises(simulation, new Set()), []);
    simulation.close();
  });

  it('the run ends as on one machine when calls are lost, doubled, late, unordered, killed or cut short', async () => {
    const { delivery: _, ...expected } = await onOneMachine();
    const sums = { handled: 0, lost: 0, doubled: 0, killed: 0, timeUp: 0, failed: 0, sweeps: 0 };
    const share = fc.constantFrom(0, 0.1, 0.4);
    const shares = fc.record({ lose: share, double: share, late: share, kill: share, timeUp: share });
    await fc.assert(
      fc.asyncProperty(fc.integer(), shares, async (seed, troubles) => {
        const simulation = createSimulation(seed);
        try {
          const { cloud, runId, clerk } = await inTheCloud(simulation, mishapsOf(simulation, seed, troubles));
          for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += cloud.counts[name];
          assert.deepEqual(await promises(simulation, cloud.unknowable), []);
          // Mails that remain unknown are compared by the check of the promises.
          const { delivery: _, ...figures } = await outcomeOf(runId, clerk);
          assert.deepEqual(figures, expected);
        } finally {
          simulation.close();
        }
      }),
      {
        numRuns: process.env.LONG ? 1000 : 60,
        ...(process.env.SEED ? { seed: Number(process.env.SEED) } : {}),
      },
    );
    console.log(JSON.stringify(sums));
    for (const [name, count] of Object.entries(sums)) if (name !== 'failed') assert.ok(count > 0, name);
  });
});
