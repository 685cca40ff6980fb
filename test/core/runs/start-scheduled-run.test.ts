import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startRun } from '#core/billing/start-run.ts';
import type { Cycle } from '#core/domain/customer.ts';
import type { Settings } from '#core/domain/settings.ts';
import { listRunIds, readRun } from '#core/repositories/runs.ts';
import { advanceRun } from '#core/runs/advance-run.ts';
import { completeRun } from '#core/runs/complete-run.ts';
import { runReport } from '#core/runs/run-report.ts';
import { startScheduledRun } from '#core/runs/start-scheduled-run.ts';
import { customerOf, loadDairy, loadNotes, noteOf, OCTOBER, SETTINGS } from '#test/support/data/dairy.ts';
import { createSimulation } from '#test/support/simulation/simulation.ts';

const AUTOMATIC: Settings = { ...SETTINGS, schedule: { ...SETTINGS.schedule, release: 'automatic' } };
/** Four in the morning in Germany; winter time has begun a week before. */
const FIRST_OF_NOVEMBER = Date.parse('2026-11-01T04:00:00+01:00');
const MONTHLY = { cycle: 'monthly', scheduledAt: FIRST_OF_NOVEMBER } as const;

async function dairy(settings: Settings = AUTOMATIC) {
  const simulation = createSimulation(1);
  const { deps } = simulation.process();
  await loadDairy(deps, [noteOf('L1', '9', 1), noteOf('L2', '10', 31)], undefined, settings);
  const runs = async () =>
    Promise.all((await listRunIds(deps.table)).map(async (id) => (await readRun(deps.table, id))!.value));
  return { simulation, deps, runs };
}

describe('a scheduled run', () => {
  it('a scheduled run is started once for a cycle and period, however often and late the event comes', async () => {
    const { simulation, deps, runs } = await dairy();
    const first = await startScheduledRun(MONTHLY, deps);
    assert.deepEqual(await startScheduledRun(MONTHLY, deps), first);
    await completeRun(first!.id, deps);
    simulation.advance(20 * 24 * 3_600_000);
    await loadNotes(deps, [noteOf('L3', '9', 15)]);
    assert.deepEqual(await startScheduledRun(MONTHLY, deps), first);
    assert.deepEqual(
      (await runs()).map(({ order, finished }) => [order, finished]),
      [[OCTOBER, true]],
    );
  });

  it('a scheduled run is started once when several events come at the same moment', async () => {
    const { simulation, deps, runs } = await dairy();
    const starts = [1, 2, 3].map(() => startScheduledRun(MONTHLY, simulation.process().deps));
    const [first, ...others] = await Promise.all(starts);
    for (const other of others) assert.deepEqual(other, first);
    assert.equal((await runs()).length, 1);
    await completeRun(first!.id, deps);
    assert.equal((await runReport(first!.id, deps)).counts.issued, 2);
  });

  it('a repeated event does nothing once the first turn of the run was taken', async () => {
    const { deps } = await dairy();
    const wake = (await startScheduledRun(MONTHLY, deps))!;
    const woken: unknown[] = [];
    const cloud = { ...deps, queue: { wake: async (calls: unknown) => void woken.push(calls) } };
    await advanceRun(wake, cloud);
    assert.equal(woken.length, 2, 'documents, and the next look');
    await advanceRun((await startScheduledRun(MONTHLY, deps))!, cloud);
    assert.equal(woken.length, 2);
  });

  it('a scheduled run joins the same run that a person has started and that is not finished', async () => {
    const { deps, runs } = await dairy();
    const byHand = await startRun(OCTOBER, deps);
    assert.equal((await startScheduledRun(MONTHLY, deps))!.id, byHand);
    await completeRun(byHand, deps);
    assert.equal((await startScheduledRun(MONTHLY, deps))!.id, byHand);
    assert.equal((await runs()).length, 1);
  });

  it("a scheduled run bills the notes that came after a person's run had finished", async () => {
    const { deps } = await dairy();
    const byHand = await startRun(OCTOBER, deps);
    await completeRun(byHand, deps);
    await loadNotes(deps, [noteOf('L3', '9', 15)]);
    const scheduled = (await startScheduledRun(MONTHLY, deps))!.id;
    assert.notEqual(scheduled, byHand);
    await completeRun(scheduled, deps);
    const { counts } = await runReport(scheduled, deps);
    assert.deepEqual([counts.issued, counts['nothing to bill']], [1, 2]);
  });

  it('the schedule starts nothing where the settings leave the start to a person', async () => {
    const { deps, runs } = await dairy(SETTINGS);
    assert.equal(await startScheduledRun(MONTHLY, deps), undefined);
    assert.deepEqual(await runs(), []);
  });

  const periods: [Cycle, string, string][] = [
    ['monthly', '2026-11-01T04:00:00+01:00', '2026-10'],
    // In UTC this instant is still in January.
    ['monthly', '2027-02-01T00:00:00+01:00', '2027-01'],
    ['monthly', '2026-07-01T00:30:00+02:00', '2026-06'],
    ['weekly', '2026-11-02T04:00:00+01:00', '2026-W44'],
    ['weekly', '2027-01-04T04:00:00+01:00', '2026-W53'],
    ['daily', '2026-11-01T04:00:00+01:00', '2026-10-31'],
    // In this night the clocks go back; the two instants lie on both sides of the hour that comes twice.
    ['daily', '2026-10-25T01:30:00+02:00', '2026-10-24'],
    ['daily', '2026-10-25T04:00:00+01:00', '2026-10-24'],
  ];
  for (const [cycle, at, period] of periods) {
    it(`the ${cycle} schedule at ${at} bills ${period}, which was over that day in Germany`, async () => {
      const { deps, runs } = await dairy();
      await startScheduledRun({ cycle, scheduledAt: Date.parse(at) }, deps);
      assert.deepEqual(
        (await runs()).map(({ order }) => order.kind === 'cycle' && [order.cycle, order.period]),
        [[cycle, period]],
      );
    });
  }

  it('each cycle and period is started once, independently of the others', async () => {
    const { deps, runs } = await dairy();
    const days = ['2026-11-01', '2026-11-02', '2026-11-03'].map((day) => Date.parse(`${day}T04:00:00+01:00`));
    for (const scheduledAt of [...days, ...days]) {
      for (const cycle of ['daily', 'weekly', 'monthly'] as const) {
        await startScheduledRun({ cycle, scheduledAt }, deps);
      }
    }
    const started = (await runs()).map(({ order }) => order.kind === 'cycle' && order.period).sort();
    const daily = ['2026-10-31', '2026-11-01', '2026-11-02'];
    assert.deepEqual(started, ['2026-10', ...daily, '2026-W43', '2026-W44'].sort());
  });

  it('a customer who joined on the last day of the period is billed', async () => {
    const { deps } = await dairy();
    await loadDairy(
      deps,
      [],
      ['9', '10', '70', '71'].map((number) => customerOf(number)),
      AUTOMATIC,
    );
    await loadNotes(deps, [noteOf('L9', '71', 31)]);
    const { id } = (await startScheduledRun(MONTHLY, deps))!;
    await completeRun(id, deps);
    assert.equal((await runReport(id, deps)).counts.issued, 3);
  });
});
