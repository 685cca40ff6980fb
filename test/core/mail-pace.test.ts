import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { billRun } from '#core/drive-run.ts';
import { pacemaker } from '#core/mail-pace.ts';
import { listMonthMails } from '#core/repositories/mails.ts';
import { sendMails } from '#core/send-mails.ts';
import { startRun } from '#core/start-run.ts';
import { customerOf, loadOffice, noteOf, OCTOBER, SETTINGS } from '#test/support/office.ts';
import { createWorld } from '#test/support/world.ts';

/** The most turns in any second; turns are instants in milliseconds. */
function mostInASecond(turns: readonly number[]): number {
  const sorted = turns.toSorted((a, b) => a - b);
  return Math.max(...sorted.map((from) => sorted.filter((at) => at >= from && at < from + 1000).length));
}

describe('the pace of mails', () => {
  it('holds over all processes, whatever each of them does in between', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer(),
        fc.array(fc.nat(400), { minLength: 1, maxLength: 8 }),
        async (perSecond, processes, seed, work) => {
          const world = createWorld(seed);
          const turns: number[] = [];
          const sender = async (n: number) => {
            const { deps } = world.process();
            const waitForTurn = pacemaker(perSecond, deps);
            for (let mail = 0; mail < 15; mail++) {
              await waitForTurn();
              turns.push(deps.clock.now());
              // Sending takes its time, and other processes wait at the same one.
              if (work[(mail + n) % work.length]! > 200) world.advance(work[(mail + n) % work.length]!);
            }
          };
          await Promise.all(Array.from({ length: processes }, (_, n) => sender(n)));
          world.close();
          // Turns of a tenth of a second may be used a tenth late.
          const limit = Math.ceil(perSecond * 1.1) + 1;
          const most = mostInASecond(turns);
          assert.ok(most <= limit, `${most} in a second, ${perSecond} a second are allowed`);
          assert.equal(turns.length, processes * 15);
        },
      ),
      { numRuns: process.env.LONG ? 1000 : 60 },
    );
  });

  it('makes no burst of turns that were left over', async () => {
    const world = createWorld(1);
    const { clock } = world.process().deps;
    const senders = Array.from({ length: 10 }, () => pacemaker(100, world.process().deps));
    for (const waitForTurn of senders) await waitForTurn();
    // Each of them has nine more, and nobody mails anything for a while.
    world.advance(5000);
    const turns: number[] = [];
    const send = async (waitForTurn: () => Promise<void>) => {
      for (let mail = 0; mail < 20; mail++) {
        await waitForTurn();
        turns.push(clock.now());
      }
    };
    await Promise.all(senders.map(send));
    const most = mostInASecond(turns);
    assert.ok(most <= 111, `${most} in a second, 100 are allowed`);
    world.close();
  });

  it('takes one write a turn where it is slow, and few where it is fast', async () => {
    for (const [perSecond, writes] of [
      [1, 20],
      [10, 20],
      [100, 2],
      [1000, 1],
    ] as const) {
      const world = createWorld(1);
      const one = world.process();
      let written = 0;
      const table = {
        ...one.deps.table,
        write: async (changes: Parameters<typeof one.deps.table.write>[0]) => {
          written++;
          await one.deps.table.write(changes);
        },
      };
      const waitForTurn = pacemaker(perSecond, { ...one.deps, table });
      const begun = one.deps.clock.now();
      for (let mail = 0; mail < 20; mail++) await waitForTurn();
      assert.equal(written, writes, `${perSecond} a second`);
      const seconds = (one.deps.clock.now() - begun) / 1000;
      assert.ok(Math.abs(seconds - 19 / perSecond) < 0.15, `${seconds} s at ${perSecond} a second`);
      world.close();
    }
  });

  it('is not spent on mails that were sent already', async () => {
    const world = createWorld(1);
    const { deps } = world.process();
    const customers = ['1', '2', '3'].map((number) => customerOf(number));
    const pace = { perSecond: 1, connections: 1 };
    const notes = customers.map(({ number }) => noteOf(`L${number}`, number, 1));
    await loadOffice(deps, notes, customers, { ...SETTINGS, mail: { ...SETTINGS.mail, pace } });
    await billRun(await startRun(OCTOBER, deps), deps);
    const ids = await listMonthMails(deps.table, '2026-11');
    await sendMails(ids, deps);
    assert.equal(world.received.size, 3);
    const before = deps.clock.now();
    await sendMails([...ids, ...ids], deps);
    assert.equal(deps.clock.now(), before);
    world.close();
  });
});
