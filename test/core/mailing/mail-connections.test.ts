import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startRun } from '#core/billing/start-run.ts';
import type { Deps } from '#core/deps.ts';
import { sendMails, tryMails } from '#core/mailing/send-mails.ts';
import type { Change, Mailer } from '#core/ports.ts';
import { listMonthMails } from '#core/repositories/mails.ts';
import { billRun } from '#core/runs/complete-run.ts';
import { sweep } from '#core/runs/sweep.ts';
import { customerOf, loadOffice, noteOf, OCTOBER, SETTINGS } from '#test/support/data/dairy.ts';
import { createWorld } from '#test/support/simulation/simulation.ts';

const MINUTE = 60_000;

/** So many mails that wait, and mailers that count how many messages are under way at once. */
async function office(mails: number, connections: number) {
  const world = createWorld(3);
  const { deps } = world.process();
  const customers = Array.from({ length: mails }, (_, index) => customerOf(String(index + 1)));
  const notes = customers.map(({ number }) => noteOf(`L${number}`, number, 1));
  const pace = { perSecond: 1000, connections };
  await loadOffice(deps, notes, customers, { ...SETTINGS, mail: { ...SETTINGS.mail, pace } });
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
  return { world, deps, seen, counted, ids: await listMonthMails(deps.table, '2026-11') };
}

describe('connections to the mail server', () => {
  it('are no more than the settings say, over all processes', async () => {
    for (const connections of [1, 3]) {
      const { world, deps, seen, counted, ids } = await office(40, connections);
      // As functions have them: ten mails a call, and some calls come twice.
      const calls = [0, 10, 20, 30, 10].map((at) => ids.slice(at, at + 10));
      const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
      await Promise.all(
        calls.map(async (some) => {
          const one = world.process();
          await sendMails(some, { ...counted(one.deps, turn), workers: unknowing(one.deps) });
        }),
      );
      // Waiting takes no real time here, so that some have lost their patience.
      await sweep(counted(deps));
      assert.equal(seen.most, connections);
      assert.deepEqual([world.received.size, new Set(world.received.values())], [40, new Set([1])]);
      world.close();
    }
  });

  it('are shared: who finds one free uses one for all of its mails', async () => {
    const { world, seen, counted, ids } = await office(20, 3);
    const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
    const other = counted(world.process().deps, turn);
    let others: Promise<string> | undefined;
    const during = async () => {
      others ??= tryMails(ids.slice(2), other);
      await others;
    };
    await sendMails(ids.slice(0, 2), counted(world.process().deps, during));
    assert.equal(await others, 'tried');
    assert.deepEqual([seen.most, world.received.size], [3, 20]);
    world.close();
  });

  it('of a process that died are free at once where that is known, and after some minutes where not', async () => {
    const { world, counted, ids } = await office(3, 1);
    const dead = world.process();
    const dies = counted(dead.deps, async () => dead.end());
    await assert.rejects(sendMails(ids.slice(0, 1), dies));
    const other = world.process().deps;
    assert.equal(await tryMails(ids.slice(1, 2), { ...other, workers: unknowing(other) }), 'left waiting');
    assert.equal(world.received.size, 0);
    assert.equal(await tryMails(ids.slice(1, 2), other), 'tried');
    assert.equal(world.received.size, 1);
    world.advance(5 * MINUTE);
    assert.equal(await tryMails(ids.slice(2), { ...other, workers: unknowing(other) }), 'tried');
    await sweep(other);
    assert.deepEqual([world.received.size, new Set(world.received.values())], [3, new Set([1])]);
    world.close();
  });

  it('are kept by a process that mails for longer than a claim holds', async () => {
    const { world, seen, counted, ids } = await office(12, 1);
    const slow = world.process().deps;
    const other = world.process().deps;
    const ends: string[] = [];
    const during = async () => {
      if (world.received.size === 10) return;
      world.advance(2 * MINUTE);
      ends.push(await tryMails(ids.slice(11), counted({ ...other, workers: unknowing(other) })));
    };
    await sendMails(ids.slice(0, 11), counted(slow, during));
    assert.deepEqual(new Set(ends), new Set(['left waiting']));
    assert.deepEqual([seen.most, world.received.size], [1, 11]);
    world.close();
  });

  it('are not counted for mails that need none, nor for SES', async () => {
    const { world, deps, ids } = await office(2, 1);
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
    world.close();
  });
});

/** As processes of Lambda are: whether another one lives is not known. */
const unknowing = ({ workers }: Pick<Deps, 'workers'>): Deps['workers'] => ({
  ...workers,
  isDead: () => false,
});
