import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planRun } from '#core/billing/plan-run.ts';
import { startRun } from '#core/billing/start-run.ts';
import type { Progress } from '#core/deps.ts';
import type { Fault } from '#core/errors.ts';
import type { Queue, Wake } from '#core/ports.ts';
import { listMonthMails, readMails } from '#core/repositories/mails.ts';
import { create } from '#core/repositories/stored.ts';
import { driveRun } from '#core/runs/complete-run.ts';
import { awaitMails, awaitRun } from '#core/runs/watch-run.ts';
import { importSettings } from '#core/settings/import-settings.ts';
import { createCloud } from '#test/support/aws/simulated-cloud.ts';
import { customerOf, loadOffice, noteOf, OCTOBER, SETTINGS } from '#test/support/data/dairy.ts';
import { createWorld, type World } from '#test/support/simulation/simulation.ts';

const CUSTOMERS = Array.from({ length: 45 }, (_, index) => customerOf(String(index + 1)));
const NOTES = CUSTOMERS.map(({ number }) => noteOf(`L${number}`, number, 5));
const FAST = { ...SETTINGS, mail: { ...SETTINGS.mail, pace: { perSecond: 1000, connections: 4 } } };

/** A clerk at the command line, the October run that he has started, and the functions that do the work. */
async function openOffice(seed: number, queueOf: (cloud: Queue) => Queue = (cloud) => cloud) {
  const world = createWorld(seed);
  const cloud = createCloud(world);
  const { deps } = world.process(undefined, queueOf(cloud.queue));
  await loadOffice(deps, NOTES, CUSTOMERS, FAST);
  return { world, cloud, clerk: deps, runId: await startRun(OCTOBER, deps) };
}

const mailStates = async (world: World) =>
  new Set(
    (await readMails(world.table, await listMonthMails(world.table, '2026-11'))).map(
      ({ value }) => value.state,
    ),
  );

const isFault = (code: string, message: RegExp) => (error: Fault) =>
  error.code === code && message.test(error.message);

describe('a run that is watched from afar', () => {
  it('is over when its books are closed and each mail was tried; progress is told meanwhile', async () => {
    const { world, cloud, clerk, runId } = await openOffice(1);
    world.scripts.push('deferred');
    const told: Progress[] = [];
    const watching = awaitRun(runId, { ...clerk, onProgress: (progress) => told.push(progress) });
    const [run] = await Promise.all([watching, cloud.run()]);
    assert.equal(run.state, 'closed');
    assert.equal(run.finished, true);
    assert.deepEqual([...(await mailStates(world))], ['accepted']);
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
    world.close();
  });

  it('is asked for by its turn, so that a message that comes twice begins one; not at all when it is over', async () => {
    const asked: Wake[] = [];
    const { world, cloud, clerk, runId } = await openOffice(2, (cloud) => ({
      wake: async (calls, options) => {
        asked.push(...calls);
        await cloud.wake([...calls, ...calls], options);
      },
    }));
    await Promise.all([awaitRun(runId, clerk), cloud.run()]);
    const [call] = asked;
    assert.ok(asked.length === 1 && call?.kind === 'run' && call.turn !== undefined);
    await awaitRun(runId, clerk);
    assert.equal(asked.length, 1);
    assert.equal(world.received.size, 45);
    world.close();
  });

  it('tells which import keeps it from being planned', async () => {
    const { world, clerk, runId } = await openOffice(3, () => ({ wake: async () => {} }));
    const marker = {
      ...{ name: 'deliveries.csv', hash: 'x', since: '2026-11-02T02:00:00.000Z' },
      lease: { worker: 'gone', until: 0 },
    };
    await world.table.write([create({ partition: 'IMPORT', sort: 'MARKER' }, marker)]);
    await assert.rejects(awaitRun(runId, clerk), isFault('import-interrupted', /deliveries\.csv/));
    world.close();
  });

  it('tells which numbers keep it from being sealed', async () => {
    const { world, clerk, runId } = await openOffice(4, () => ({ wake: async () => {} }));
    await driveRun(runId, clerk);
    // Other words for the same numbers.
    const shifted = { ...FAST, numbering: { format: '20260{number:5}', firstNumber: 1 } };
    await loadOffice(clerk, [noteOf('M1', '9', 6)], CUSTOMERS, shifted);
    const next = await startRun(OCTOBER, clerk);
    await planRun(next, clerk);
    await assert.rejects(awaitRun(next, clerk), isFault('number-taken', /2026000001/));
    world.close();
  });

  it('is given up when nothing moves, and when this process is to stop', async () => {
    const { world, clerk, runId } = await openOffice(5, () => ({ wake: async () => {} }));
    const begun = clerk.clock.now();
    await assert.rejects(awaitRun(runId, clerk), isFault('unavailable', /has not moved for 45 minutes/));
    assert.ok(clerk.clock.now() - begun < 46 * 60_000);
    const stop = AbortSignal.abort();
    await assert.rejects(awaitRun(runId, { ...clerk, stop }), isFault('interrupted', /goes on by itself/));
    await assert.rejects(awaitRun('none', clerk), isFault('not-found', /no run none/));
    world.close();
  });
});

describe('mails that are watched from afar', () => {
  it('are woken, and over when each was tried, whatever came of it', async () => {
    const { world, cloud, clerk, runId } = await openOffice(6);
    await driveRun(runId, { ...clerk, openMailer: async () => assert.fail('not here') }).catch(() => {});
    assert.deepEqual([...(await mailStates(world))], ['queued']);
    world.scripts.push('failed', 'held');
    const ids = await listMonthMails(world.table, '2026-11');
    const watching = awaitMails(ids, clerk).then(() => mailStates(world));
    const [states] = await Promise.all([watching, cloud.run()]);
    assert.equal(states.has('queued'), false);
    assert.equal(states.has('failed'), true);
    world.close();
  });

  it('are left alone while mail is switched off', async () => {
    const { world, clerk, runId } = await openOffice(7, () => ({ wake: async () => {} }));
    await driveRun(runId, { ...clerk, openMailer: async () => assert.fail('not here') }).catch(() => {});
    await importSettings({ ...FAST, mail: { ...FAST.mail, transport: 'off' } }, undefined, clerk);
    await awaitMails(await listMonthMails(world.table, '2026-11'), clerk);
    assert.deepEqual([...(await mailStates(world))], ['queued']);
    world.close();
  });
});
