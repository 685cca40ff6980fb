import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRun } from '#core/billing/start-run.ts';
import type { Progress } from '#core/deps.ts';
import { completeRun } from '#core/runs/complete-run.ts';
import { customerOf, loadDairy, noteOf, OCTOBER, SETTINGS } from '#test/support/data/dairy.ts';
import { createSimulation } from '#test/support/simulation/simulation.ts';

/** More than the batches of documents under way at once. */
const CUSTOMERS = Array.from({ length: 45 }, (_, index) => customerOf(String(index + 1)));
const NOTES = CUSTOMERS.map(({ number }) => noteOf(`L${number}`, number, 5));
const FAST = { ...SETTINGS, mail: { ...SETTINGS.mail, pace: { perSecond: 1000, connections: 2 } } };

const counting = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

test('a run tells of its documents one by one, each after it was printed and before the next of its batch', async () => {
  const { deps } = createSimulation(1).process();
  await loadDairy(deps, NOTES, CUSTOMERS, FAST);
  const told: Progress[] = [];
  let printed = 0;
  const ahead: number[] = [];
  const printer = {
    ...deps.printer,
    render: async (documents: Parameters<typeof deps.printer.render>[0]) => {
      printed++;
      return deps.printer.render(documents);
    },
  };
  const onProgress = (progress: Progress) => {
    told.push(progress);
    if (progress.phase === 'documents') ahead.push(printed - progress.done);
  };
  await completeRun(await startRun(OCTOBER, deps), { ...deps, printer, onProgress });
  const done = (phase: Progress['phase']) => told.filter((one) => one.phase === phase).map((one) => one.done);
  assert.deepEqual(done('documents'), counting(0, 45));
  assert.deepEqual(done('mail'), counting(1, 45));
  // Two batches are under way at once, so no more than two documents wait to be told.
  assert.ok(Math.max(...ahead) <= 2 && Math.min(...ahead) >= 0, `${ahead}`);
});
