import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { startRun } from '#core/billing/start-run.ts';
import type { Deps } from '#core/deps.ts';
import { type Settings, settingsSchema } from '#core/domain/settings.ts';
import { Fault } from '#core/errors.ts';
import { openPace, PATIENCE_MS, readPace } from '#core/mailing/mail-pace.ts';
import { sendMails } from '#core/mailing/send-mails.ts';
import type { Change, MailAccount, MailQuota } from '#core/ports.ts';
import { listMonthMails } from '#core/repositories/mails.ts';
import { billRun } from '#core/runs/complete-run.ts';
import { customerOf, loadDairy, noteOf, OCTOBER, SETTINGS } from '#test/support/data/dairy.ts';
import { createSimulation, mulberry32 } from '#test/support/simulation/simulation.ts';

type Pace = Settings['mail']['pace'];
interface Turn {
  readonly at: number;
  readonly units: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MANY = 1_000_000;

const mailWith = (pace: Partial<Pace>, over: Partial<Settings['mail']> = {}): Settings['mail'] => ({
  ...settingsSchema.parse({ ...SETTINGS, mail: { ...SETTINGS.mail, pace } }).mail,
  ...over,
});

/** Finds the most units within any span of this length; instants are in milliseconds. */
function mostWithin(length: number, turns: readonly Turn[]): number {
  const sorted = turns.toSorted((a, b) => a.at - b.at);
  let most = 0;
  let sum = 0;
  for (let first = 0, next = 0; next < sorted.length; next++) {
    sum += sorted[next]!.units;
    while (sorted[first]!.at <= sorted[next]!.at - length) sum -= sorted[first++]!.units;
    most = Math.max(most, sum);
  }
  return most;
}

/** Counts the writes of these deps. */
function counting(deps: Deps): { readonly deps: Deps; readonly writes: () => number } {
  let writes = 0;
  const write = (changes: readonly Change[]) => {
    writes++;
    return deps.table.write(changes);
  };
  return { deps: { ...deps, table: { ...deps.table, write } }, writes: () => writes };
}

const accountOf = (quota: () => Promise<MailQuota>): MailAccount => ({
  quota,
  suppressed: async () => new Map(),
  lift: async () => {},
  senderProblems: async () => [],
});

describe('the pace of mails', () => {
  it('the pace is kept in every second, minute, hour and day, over all processes and restarts', async () => {
    const limit = (max: number) => fc.option(fc.integer({ min: 1, max }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          perSecond: fc.integer({ min: 1, max: 60 }),
          perMinute: limit(60),
          perHour: limit(150),
          perDay: limit(300),
        }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer(),
        async (limits, processes, seed) => {
          const simulation = createSimulation(seed);
          const random = mulberry32(seed);
          const turns: Turn[] = [];
          const handOvers: Turn[] = [];
          const mail = mailWith(limits as Partial<Pace>);
          const lifetime = async (mails: number) => {
            const { deps } = simulation.process();
            const pace = openPace(mail, deps);
            for (let ahead = mails; ahead > 0; ahead--) {
              if (!(await pace.turn(1, ahead))) {
                // Some processes come again just when the next turn is free.
                const { freeSince } = await readPace(mail, deps);
                if (random() < 0.5) simulation.advance(Math.max(0, Math.ceil(freeSince - deps.clock.now())));
                break;
              }
              const at = deps.clock.now();
              turns.push({ at, units: 1 });
              // Sending takes time, and other processes wait at this moment.
              if (random() < 0.3) simulation.advance(Math.floor(random() * 500));
              handOvers.push({ at: at + Math.floor(random() * 2500), units: 1 });
              // Some processes die without giving anything back.
              if (random() < 0.05) return;
            }
            await pace.close();
          };
          const sender = async () => {
            for (let life = 0; life < 6; life++) await lifetime(1 + Math.floor(random() * 40));
          };
          for (let round = 0; round < 5; round++) {
            await Promise.all(Array.from({ length: processes }, sender));
            simulation.advance(Math.floor(random() ** 3 * 14 * HOUR));
          }
          simulation.close();
          assert.ok(turns.length > 0);
          for (const [length, most = MANY, events] of [
            [SECOND, limits.perSecond, turns],
            [MINUTE, limits.perMinute, handOvers],
            [HOUR, limits.perHour, handOvers],
            [DAY, limits.perDay, handOvers],
          ] as const) {
            const found = mostWithin(length, events);
            assert.ok(found <= most, `${found} within ${length} ms, ${most} are allowed`);
          }
        },
      ),
      { numRuns: process.env.LONG ? 1000 : 60 },
    );
  });

  it('a mailing takes hardly longer than its limits say', async () => {
    for (const [pace, mails, least, most] of [
      [{ perSecond: 10 }, 200, 19, 22],
      [{ perSecond: 10, perMinute: 60 }, 240, 236, 255],
      [{ perSecond: 10, perHour: 100 }, 350, 3 * 3600, 3.4 * 3600],
      [{ perSecond: 10, perHour: 100, perDay: 300 }, 350, 24 * 3600, 26 * 3600],
    ] as const) {
      const simulation = createSimulation(1);
      const { deps } = simulation.process();
      const begun = deps.clock.now();
      const mail = mailWith(pace);
      const said = ((await readPace(mail, deps)).lastOf(mails) - begun) / 1000;
      for (let sent = 0; sent < mails; ) {
        const one = openPace(mail, deps);
        while (sent < mails && (await one.turn(1, mails - sent))) sent++;
        await one.close();
        if (sent < mails) simulation.advance(MINUTE);
      }
      const took = (deps.clock.now() - begun) / 1000;
      assert.ok(took >= least && took <= most, `${JSON.stringify(pace)}: ${took} s`);
      assert.ok(Math.abs(said - took) <= 60 + took / 100, `${said} s were foretold, it took ${took} s`);
      simulation.close();
    }
  });

  it('a process does not wait for a turn that is more than seconds away, and writes nothing then', async () => {
    const simulation = createSimulation(1);
    const { deps, writes } = counting(simulation.process().deps);
    const pace = openPace(mailWith({ perSecond: 100, perHour: 5 }), deps);
    for (let mail = 0; mail < 5; mail++) assert.equal(await pace.turn(1, 9 - mail), true);
    const [before, written] = [deps.clock.now(), writes()];
    assert.equal(await pace.turn(1, 4), false);
    assert.equal(await openPace(mailWith({ perSecond: 100, perHour: 5 }), deps).turn(1, 4), false);
    assert.deepEqual([deps.clock.now(), writes()], [before, written]);
    const { freeSince } = await readPace(mailWith({ perSecond: 100, perHour: 5 }), deps);
    assert.ok(freeSince > before + HOUR && freeSince < before + 1.1 * HOUR);
    simulation.advance(freeSince - before - PATIENCE_MS);
    assert.equal(await pace.turn(1, 4), true);
    assert.ok(deps.clock.now() >= freeSince);
    simulation.close();
  });

  it('a process takes no more turns than there are mails and gives back those that it did not use', async () => {
    const simulation = createSimulation(1);
    const { deps } = simulation.process();
    const mail = mailWith({ perSecond: 1000, perHour: 60 });
    for (let hour = 0; hour < 20; hour++) {
      const pace = openPace(mail, deps);
      // The other mails turn out to be sent already.
      for (let sent = 0; sent < 3; sent++) assert.equal(await pace.turn(1, 50), true);
      await pace.close();
    }
    assert.equal(await openPace(mail, deps).turn(1, 1), false, '60 were sent');
    simulation.advance(2 * HOUR);
    // Processes that die after their last mail have nothing to give back.
    for (let life = 0; life < 60; life++) assert.equal(await openPace(mail, deps).turn(1, 1), true);
    simulation.close();
  });

  it('turns that were left over do not make a burst', async () => {
    const simulation = createSimulation(1);
    const { clock } = simulation.process().deps;
    const senders = Array.from({ length: 10 }, () =>
      openPace(mailWith({ perSecond: 100 }), simulation.process().deps),
    );
    for (const pace of senders) await pace.turn(1, MANY);
    // Each sender has some turns left, and nobody mails anything for a while.
    simulation.advance(5000);
    const turns: Turn[] = [];
    const send = async (pace: (typeof senders)[number]) => {
      for (let mail = 0; mail < 20; mail++) {
        await pace.turn(1, MANY);
        turns.push({ at: clock.now(), units: 1 });
      }
    };
    await Promise.all(senders.map(send));
    assert.ok(mostWithin(SECOND, turns) <= 100);
    simulation.close();
  });

  it('a slow pace takes one write for each turn, and a fast pace takes few writes', async () => {
    for (const [perSecond, writes] of [
      [1, 20],
      [10, 20],
      [100, 3],
      [1000, 1],
    ] as const) {
      const simulation = createSimulation(1);
      const one = counting(simulation.process().deps);
      const pace = openPace(mailWith({ perSecond }), one.deps);
      const begun = one.deps.clock.now();
      for (let mail = 0; mail < 20; mail++) await pace.turn(1, 20 - mail);
      assert.equal(one.writes(), writes, `${perSecond} a second`);
      const seconds = (one.deps.clock.now() - begun) / 1000;
      assert.ok(Math.abs(seconds - 20.9 / perSecond) < 0.15, `${seconds} s at ${perSecond} a second`);
      simulation.close();
    }
  });

  it('the pace continues where a write to the table takes longer than a turn holds', async () => {
    const simulation = createSimulation(1);
    const { deps } = simulation.process();
    const write = async (changes: readonly Change[]) => {
      simulation.advance(400);
      return deps.table.write(changes);
    };
    const pace = openPace(mailWith({ perSecond: 5 }), { ...deps, table: { ...deps.table, write } });
    const turns: Turn[] = [];
    for (let mail = 0; mail < 30; mail++) {
      assert.equal(await pace.turn(1, MANY), true);
      turns.push({ at: deps.clock.now(), units: 1 });
    }
    assert.ok(mostWithin(SECOND, turns) <= 5);
    simulation.close();
  });

  it('mails that were sent already take no turn', async () => {
    const simulation = createSimulation(1);
    const { deps } = simulation.process();
    const customers = ['1', '2', '3'].map((number) => customerOf(number));
    const pace = { perSecond: 1, connections: 1 };
    const notes = customers.map(({ number }) => noteOf(`L${number}`, number, 1));
    await loadDairy(deps, notes, customers, { ...SETTINGS, mail: { ...SETTINGS.mail, pace } });
    await billRun(await startRun(OCTOBER, deps), deps);
    const ids = await listMonthMails(deps.table, '2026-11');
    await sendMails(ids, deps);
    assert.equal(simulation.received.size, 3);
    const before = deps.clock.now();
    await sendMails([...ids, ...ids], deps);
    assert.equal(deps.clock.now(), before);
    simulation.close();
  });
});

describe('the quota of a mail account', () => {
  const SES = mailWith({ perSecond: 100 }, { transport: 'ses' });

  /** Makes an account that counts what is sent as SES does: the recipients of the last 24 hours. */
  function dairy(perSecond: number, limit: number, used = 0) {
    const simulation = createSimulation(1);
    const { deps } = simulation.process();
    const sent: Turn[] = [];
    let asked = 0;
    const account = accountOf(async () => {
      asked++;
      const since = sent.filter(({ at }) => at > deps.clock.now() - DAY);
      return {
        perSecond,
        day: { limit, used: used + since.reduce((sum, { units }) => sum + units, 0) },
      };
    });
    return { simulation, deps: { ...deps, openMailAccount: () => account }, sent, asked: () => asked };
  }

  it('the quota limits the pace together with the settings and counts recipients', async () => {
    const { simulation, deps, sent, asked } = dairy(10, 500);
    for (let hour = 0; hour < 60; hour++) {
      const pace = openPace(SES, deps);
      for (let mail = 0; mail < 40; mail++) {
        const units = 1 + (mail % 3);
        if (!(await pace.turn(units, 40 - mail))) break;
        sent.push({ at: deps.clock.now(), units });
      }
      await pace.close();
      simulation.advance(HOUR);
    }
    assert.ok(mostWithin(DAY, sent) <= 500);
    assert.ok(mostWithin(DAY, sent) > 490, 'and it is used');
    // A second may hold the recipients of one more mail.
    assert.ok(mostWithin(SECOND, sent) <= 10 + 2);
    assert.ok(asked() <= 61, `asked ${asked()} times`);
    simulation.close();
  });

  it('the quota is asked for by one process every few minutes', async () => {
    const { simulation, deps, asked } = dairy(10, 50_000);
    for (let minute = 0; minute < 20; minute++) {
      await Promise.all(
        [1, 2, 3].map(async () => {
          const pace = openPace(SES, deps);
          for (let mail = 0; mail < 5; mail++) await pace.turn(1, 5 - mail);
          await pace.close();
        }),
      );
      simulation.advance(MINUTE);
    }
    assert.ok(asked() <= 12, `asked ${asked()} times in 20 minutes`);
    simulation.close();
  });

  it('the quota is spent once, even if several processes ask for it at the same time', async () => {
    const { simulation, sent, deps } = dairy(1000, 30);
    const processes = Array.from({ length: 4 }, () => simulation.process().deps);
    await Promise.all(
      processes.map(async (mine) => {
        const pace = openPace(SES, { ...mine, openMailAccount: deps.openMailAccount });
        for (let mail = 0; mail < 20 && (await pace.turn(1, 20 - mail)); mail++) {
          sent.push({ at: mine.clock.now(), units: 1 });
        }
      }),
    );
    assert.equal(sent.length, 30);
    simulation.close();
  });

  it('a quota that is used up leaves the mails waiting and is asked for again after some minutes', async () => {
    const { simulation, deps, sent } = dairy(10, 200, 200);
    assert.equal(await openPace(SES, deps).turn(1, 3), false);
    const { freeSince } = await readPace(SES, deps);
    assert.equal(freeSince - deps.clock.now(), 5 * MINUTE);
    simulation.advance(5 * MINUTE);
    assert.equal(await openPace(SES, deps).turn(1, 3), false);
    assert.equal(sent.length, 0);
    simulation.close();
  });

  it('a quota that cannot be read leaves only the limits of the settings, with a warning', async () => {
    const simulation = createSimulation(1);
    const warnings: unknown[] = [];
    const account = accountOf(async () => {
      throw new Fault('unavailable', 'SES does not answer.');
    });
    const deps: Deps = {
      ...simulation.process().deps,
      openMailAccount: () => account,
      log: (level, event) => void warnings.push([level, event]),
    };
    const pace = openPace(SES, deps);
    const begun = deps.clock.now();
    for (let mail = 0; mail < 100; mail++) assert.equal(await pace.turn(1, 100 - mail), true);
    assert.ok(deps.clock.now() - begun < 1200);
    assert.deepEqual(warnings, [['warn', 'quota of the mail account not read']]);
    simulation.close();
  });

  it('the quota of SES does not limit mails through a mail server', async () => {
    const { simulation, deps } = dairy(1, 200, 200);
    await openPace(SES, deps).turn(1, 1);
    const here = { ...deps, openMailAccount: () => undefined };
    assert.equal(await openPace(mailWith({ perSecond: 100 }), here).turn(1, 1), true);
    simulation.close();
  });
});
