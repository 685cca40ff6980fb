import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startRun } from '#core/billing/start-run.ts';
import type { Deps } from '#core/deps.ts';
import { sendMails, tryMails } from '#core/mailing/send-mails.ts';
import type { Change, Mailer } from '#core/ports.ts';
import { listMonthMails } from '#core/repositories/mails.ts';
import { billRun } from '#core/runs/complete-run.ts';
import { sweep } from '#core/runs/sweep.ts';
import { customerOf, loadDairy, noteOf, OCTOBER, SETTINGS } from '#test/support/data/dairy.ts';
import { createSimulation } from '#test/support/simulation/simulation.ts';

const MINUTE = 60_000;

/** Makes this many waiting mails, and mailers that count how many messages are under way at once. */
async function dairy(mails: number, connections: number) {
  const simulation = createSimulation(3);
  const { deps } = simulation.process();
  const customers = Array.from({ length: mails }, (_, index) => customerOf(String(index + 1)));
  const notes = customers.map(({ number }) => noteOf(`L${number}`, number, 1));
  const pace = { perSecond: 1000, connections };
  await loadDairy(deps, notes, customers, { ...SETTINGS, mail: { ...SETTINGS.mail, pace } });
  await billRun(await startRun(OCTOBER, deps), deps);
  const seen = { now: 0, most: 0 };
  const counted = (of: Deps, during: () => Promise<void> = async () => {}): Deps => ({
    ...of,
    openMailer: async (settings) => {
      const mailer = await of.openMailer(settings);
      const send: Mailer['send'] = async (...message) => {
        seen.now++;
        seen.most = Math.max(seen.most, seen.now);
        try {
          await during();
          return await mailer.send(...message);
        } finally {
          seen.now--;
        }
      };
      return { ...mailer, send };
    },
  });
  return { simulation, deps, seen, counted, ids: await listMonthMails(deps.table, '2026-11') };
}

describe('connections to the mail server', () => {
  it('all processes together use no more connections than the settings say', async () => {
    for (const connections of [1, 3]) {
      const { simulation, deps, seen, counted, ids } = await dairy(40, connections);
      // Functions work like this: each call has ten mails, and some calls come twice.
      const calls = [0, 10, 20, 30, 10].map((at) => ids.slice(at, at + 10));
      const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
      await Promise.all(
        calls.map(async (some) => {
          const one = simulation.process();
          await sendMails(some, { ...counted(one.deps, turn), workers: unknowing(one.deps) });
        }),
      );
      // Waiting takes no real time here, so that some calls have lost their patience.
      await sweep(counted(deps));
      assert.equal(seen.most, connections);
      assert.deepEqual([simulation.received.size, new Set(simulation.received.values())], [40, new Set([1])]);
      simulation.close();
    }
  });

  it('a process that finds one free connection uses it for all of its mails', async () => {
    const { simulation, seen, counted, ids } = await dairy(20, 3);
    const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
    const other = counted(simulation.process().deps, turn);
    let others: Promise<string> | undefined;
    const during = async () => {
      others ??= tryMails(ids.slice(2), other);
      await others;
    };
    await sendMails(ids.slice(0, 2), counted(simulation.process().deps, during));
    assert.equal(await others, 'tried');
    assert.deepEqual([seen.most, simulation.received.size], [3, 20]);
    simulation.close();
  });

  it('connections of a dead process are free at once if its death is known, and after minutes if not', async () => {
    const { simulation, counted, ids } = await dairy(3, 1);
    const dead = simulation.process();
    const dies = counted(dead.deps, async () => dead.end());
    await assert.rejects(sendMails(ids.slice(0, 1), dies));
    const other = simulation.process().deps;
    assert.equal(await tryMails(ids.slice(1, 2), { ...other, workers: unknowing(other) }), 'left waiting');
    assert.equal(simulation.received.size, 0);
    assert.equal(await tryMails(ids.slice(1, 2), other), 'tried');
    assert.equal(simulation.received.size, 1);
    simulation.advance(5 * MINUTE);
    assert.equal(await tryMails(ids.slice(2), { ...other, workers: unknowing(other) }), 'tried');
    await sweep(other);
    assert.deepEqual([simulation.received.size, new Set(simulation.received.values())], [3, new Set([1])]);
    simulation.close();
  });

  it('a process that mails for longer than a claim holds keeps its connection', async () => {
    const { simulation, seen, counted, ids } = await dairy(12, 1);
    const slow = simulation.process().deps;
    const other = simulation.process().deps;
    const ends: string[] = [];
    const during = async () => {
      if (simulation.received.size === 10) return;
      simulation.advance(2 * MINUTE);
      ends.push(await tryMails(ids.slice(11), counted({ ...other, workers: unknowing(other) })));
    };
    await sendMails(ids.slice(0, 11), counted(slow, during));
    assert.deepEqual(new Set(ends), new Set(['left waiting']));
    assert.deepEqual([seen.most, simulation.received.size], [1, 11]);
    simulation.close();
  });

  it('no connection is claimed for mails that need none', async () => {
    const { simulation, deps, ids } = await dairy(2, 1);
    let written = 0;
    const write = (changes: readonly Change[]) => {
      if (changes.some((change) => 'put' in change && change.put.sort === 'CONNECTIONS')) written++;
      return deps.table.write(changes);
    };
    const counting = { ...deps, table: { ...deps.table, write } };
    await sendMails(ids, counting);
    assert.equal(written, 2, 'one claims them, one gives them back');
    await sendMails(ids, counting);
    assert.equal(written, 2);
    simulation.close();
  });
});

/** Makes workers as they are on Lambda, where nobody knows whether another process lives. */
const unknowing = ({ workers }: Pick<Deps, 'workers'>): Deps['workers'] => ({
  ...workers,
  isDead: () => false,
});
