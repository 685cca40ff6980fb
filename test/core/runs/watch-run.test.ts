import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planRun } from '#core/billing/plan-run.ts';
import { startRun } from '#core/billing/start-run.ts';
import type { Progress } from '#core/deps.ts';
import type { Fault } from '#core/errors.ts';
import type { Queue, Wake } from '#core/ports.ts';
import { listMonthMails, readMails } from '#core/repositories/mails.ts';
import { create } from '#core/repositories/stored.ts';
import { completeRun } from '#core/runs/complete-run.ts';
import { awaitMails, watchRun } from '#core/runs/watch-run.ts';
import { importSettings } from '#core/settings/import-settings.ts';
import { createCloud } from '#test/support/aws/simulated-cloud.ts';
import { customerOf, loadDairy, noteOf, OCTOBER, SETTINGS } from '#test/support/data/dairy.ts';
import { createSimulation, type Simulation } from '#test/support/simulation/simulation.ts';

const CUSTOMERS = Array.from({ length: 45 }, (_, index) => customerOf(String(index + 1)));
const NOTES = CUSTOMERS.map(({ number }) => noteOf(`L${number}`, number, 5));
const FAST = { ...SETTINGS, mail: { ...SETTINGS.mail, pace: { perSecond: 1000, connections: 4 } } };

/**
 * Opens a dairy with a clerk at the command line, the October run that he has started, and the functions at
 * work.
 */
async function openDairy(seed: number, queueOf: (cloud: Queue) => Queue = (cloud) => cloud) {
  const simulation = createSimulation(seed);
  const cloud = createCloud(simulation);
  const { deps } = simulation.process(undefined, queueOf(cloud.queue));
  await loadDairy(deps, NOTES, CUSTOMERS, FAST);
  return { simulation, cloud, clerk: deps, runId: await startRun(OCTOBER, deps) };
}

const mailStates = async (simulation: Simulation) =>
  new Set(
    (await readMails(simulation.table, await listMonthMails(simulation.table, '2026-11'))).map(
      ({ value }) => value.state,
    ),
  );

const isFault = (code: string, message: RegExp) => (error: Fault) =>
  error.code === code && message.test(error.message);

describe('a run that a clerk watches from afar', () => {
  it('watching ends when the books are closed and each mail was tried, with progress in between', async () => {
    const { simulation, cloud, clerk, runId } = await openDairy(1);
    simulation.scripts.push('deferred');
    const told: Progress[] = [];
    const watching = watchRun(runId, { ...clerk, onProgress: (progress) => told.push(progress) });
    const [run] = await Promise.all([watching, cloud.run()]);
    assert.equal(run.state, 'closed');
    assert.equal(run.finished, true);
    assert.deepEqual([...(await mailStates(simulation))], ['accepted']);
    assert.deepEqual(
      ['plan', 'documents', 'mail'].filter((phase) => told.some((one) => one.phase === phase)),
      ['plan', 'documents', 'mail'],
    );
    const documents = told.filter(({ phase }) => phase === 'documents');
    assert.deepEqual(
      documents.map(({ done }) => done),
      documents.map(({ done }) => done).sort((a, b) => a - b),
    );
    assert.deepEqual(told.at(-1), { phase: 'mail', done: 45, total: 45 });
    simulation.close();
  });

  it('watching asks for the turn of the run, so that a doubled message starts it once, and not when it is over', async () => {
    const asked: Wake[] = [];
    const { simulation, cloud, clerk, runId } = await openDairy(2, (cloud) => ({
      wake: async (calls, options) => {
        asked.push(...calls);
        await cloud.wake([...calls, ...calls], options);
      },
    }));
    await Promise.all([watchRun(runId, clerk), cloud.run()]);
    const [call] = asked;
    assert.ok(asked.length === 1 && call?.kind === 'run' && call.turn !== undefined);
    await watchRun(runId, clerk);
    assert.equal(asked.length, 1);
    assert.equal(simulation.received.size, 45);
    simulation.close();
  });

  it('the clerk learns which import keeps the run from being planned', async () => {
    const { simulation, clerk, runId } = await openDairy(3, () => ({ wake: async () => {} }));
    const marker = {
      ...{ name: 'deliveries.csv', hash: 'x', since: '2026-11-02T02:00:00.000Z' },
      lease: { worker: 'gone', until: 0 },
    };
    await simulation.table.write([create({ partition: 'IMPORT', sort: 'MARKER' }, marker)]);
    await assert.rejects(watchRun(runId, clerk), isFault('import-interrupted', /deliveries\.csv/));
    simulation.close();
  });

  it('the clerk learns which numbers keep the run from being sealed', async () => {
    const { simulation, clerk, runId } = await openDairy(4, () => ({ wake: async () => {} }));
    await completeRun(runId, clerk);
    // This format writes the same numbers in another way.
    const shifted = { ...FAST, numbering: { format: '20260{number:5}', firstNumber: 1 } };
    await loadDairy(clerk, [noteOf('M1', '9', 6)], CUSTOMERS, shifted);
    const next = await startRun(OCTOBER, clerk);
    await planRun(next, clerk);
    await assert.rejects(watchRun(next, clerk), isFault('number-taken', /2026000001/));
    simulation.close();
  });

  it('watching is given up when nothing moves, when the process is to stop, and for an unknown run', async () => {
    const { simulation, clerk, runId } = await openDairy(5, () => ({ wake: async () => {} }));
    const begun = clerk.clock.now();
    await assert.rejects(watchRun(runId, clerk), isFault('unavailable', /has not moved for 45 minutes/));
    assert.ok(clerk.clock.now() - begun < 46 * 60_000);
    const stop = AbortSignal.abort();
    await assert.rejects(watchRun(runId, { ...clerk, stop }), isFault('interrupted', /goes on by itself/));
    await assert.rejects(watchRun('none', clerk), isFault('not-found', /no run none/));
    simulation.close();
  });
});

describe('mails that a clerk watches from afar', () => {
  it('the mails are woken, and watching ends when each was tried, whatever its outcome', async () => {
    const { simulation, cloud, clerk, runId } = await openDairy(6);
    await completeRun(runId, { ...clerk, openMailer: async () => assert.fail('not here') }).catch(() => {});
    assert.deepEqual([...(await mailStates(simulation))], ['queued']);
    simulation.scripts.push('failed', 'held');
    const ids = await listMonthMails(simulation.table, '2026-11');
    const watching = awaitMails(ids, clerk).then(() => mailStates(simulation));
    const [states] = await Promise.all([watching, cloud.run()]);
    assert.equal(states.has('queued'), false);
    assert.equal(states.has('failed'), true);
    simulation.close();
  });

  it('the mails are left alone while mail is switched off', async () => {
    const { simulation, clerk, runId } = await openDairy(7, () => ({ wake: async () => {} }));
    await completeRun(runId, { ...clerk, openMailer: async () => assert.fail('not here') }).catch(() => {});
    await importSettings({ ...FAST, mail: { ...FAST.mail, transport: 'off' } }, undefined, clerk);
    await awaitMails(await listMonthMails(simulation.table, '2026-11'), clerk);
    assert.deepEqual([...(await mailStates(simulation))], ['queued']);
    simulation.close();
  });
});
