import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createFolderArchive } from '#adapters/folder/archive.ts';
import type { Table } from '#core/ports.ts';
import { listMonthMails, type Mail, readMails } from '#core/repositories/mails.ts';
import { sweep } from '#core/runs/sweep.ts';
import { customerOf, loadDairy, noteOf, SETTINGS } from '#test/support/data/dairy.ts';
import { billOctober, cancelFirst, openData } from '#test/support/data/october.ts';
import { type MailCounter, startMailCounter } from '#test/support/mail/mail-counter.ts';
import { brokenPromises } from '#test/support/simulation/promises.ts';
import type { Program } from '#wiring/program.ts';

const PRINTER = process.env.LONG ? 'chrome' : 'plain';
const AT_ONCE = 3;
const CHILD = join(import.meta.dirname, '../e2e/kill-child.ts');
const NOTES = [3, 1, 2].flatMap((count, customer) =>
  Array.from({ length: count }, (_, n) => noteOf(`L${customer}${n}`, String(8 + customer), n + 1)),
);

interface Scenario {
  readonly name: 'billing' | 'cancellation';
  /** Name of the data folder that the scenario starts from. */
  readonly seed: string;
  work(local: Program): Promise<unknown>;
  /** How many mails have been sent before the scenario, and after it. */
  readonly mails: readonly [before: number, after: number];
  readonly fewestCalls: number;
}
const BILLING: Scenario = {
  ...{ name: 'billing', seed: 'seed', mails: [0, 2], fewestCalls: 80 },
  work: billOctober,
};
const CANCELLATION: Scenario = {
  ...{ name: 'cancellation', seed: 'billed', mails: [2, 3], fewestCalls: 50 },
  work: cancelFirst,
};

/** Opens the tables that belong to data folders; the table of the folder `seed` exists and is empty. */
export interface TableEngine {
  readonly name: string;
  open(folder: string): Promise<Table & { close(): void }>;
  /** Copies the table; called after the folder itself was copied. */
  copy(from: string, to: string): Promise<void>;
  /** Returns the variables that tell `kill-child.ts` where the folder's table is. */
  environment(folder: string): Record<string, string>;
}

/**
 * Runs the suite of kills: a real process bills a month against a real table, archive and SMTP server, or
 * cancels one of its invoices, and is ended with SIGKILL before and after its I/O calls in turn: at each of
 * these moments, or at every `step`-th. The next process must bring everything to the same end. With LONG=1
 * it also prints with Chrome, and is killed there too.
 */
export function killSuite(
  engine: TableEngine,
  steps: { readonly billing: number; readonly cancellation: number },
): void {
  describe(`a process that is killed, on ${engine.name}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'kill-'));
    let server: MailCounter;

    before(async () => {
      server = await startMailCounter();
      const mail = {
        ...SETTINGS.mail,
        smtp: { ...SETTINGS.mail.smtp, host: '127.0.0.1', port: server.port, encryption: 'none' as const },
        pace: { perSecond: 1000, connections: 1 },
      };
      const customers = [
        customerOf('8', { deliveryOverview: true }),
        customerOf('9', { invoiceByMail: false }),
        customerOf('10'),
      ];
      await onData(join(folder, BILLING.seed), (local) =>
        loadDairy(local, NOTES, customers, { ...SETTINGS, mail }),
      );
    });

    after(async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    });

    it('billing completes as if nothing had happened, whichever I/O call the kill hits', () =>
      killAll(BILLING, steps.billing));

    it('cancelling completes as if nothing had happened, whichever I/O call the kill hits', async () => {
      await copy(BILLING.seed, CANCELLATION.seed);
      await onData(join(folder, CANCELLATION.seed), BILLING.work);
      await killAll(CANCELLATION, steps.cancellation);
    });

    async function killAll(scenario: Scenario, every: number): Promise<void> {
      const trace = join(folder, `${scenario.name}.trace`);
      const reference = `${scenario.name}-reference`;
      await child(scenario, reference, { TRACE: trace });
      await check(scenario, reference, new Set());
      const events = readFileSync(trace, 'utf8').trim().split('\n');
      const calls = events.filter((event) => event.startsWith('before')).length;
      assert.ok(calls > scenario.fewestCalls, `all of it has ${calls} calls`);

      const started = events.findIndex((event) => /^after .* RUN:planning/.test(event));
      const chosen = [...events.keys()].filter((index) => index % every === 0);
      const queue = chosen.values();
      const worker = async () => {
        for (const index of queue) {
          const [when = '', n = ''] = events[index]!.split(' ');
          const name = `${scenario.name}-${when}-${n}`;
          const own = join(folder, `${name}.trace`);
          await child(scenario, name, { KILL: `${when} ${n}`, TRACE: own });
          const reached = readFileSync(own, 'utf8').trim().split('\n');
          // Once the run is on record, starting it again and merely sweeping must both complete it, so they
          // take turns.
          const again = (index / every) % 2 === 0 || index < started;
          await onData(join(folder, name), (local) => (again ? scenario.work(local) : sweep(local)));
          // The child's own trace counts, because on a busy machine it may make a call more or less than the
          // reference.
          await check(scenario, name, unknowableAt(reached, reached.length - 1));
          rmSync(join(folder, name), { recursive: true, force: true });
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      console.log(
        `${scenario.name}: ${calls} I/O calls, ${chosen.length} kills (${engine.name}, ${PRINTER} printer)`,
      );
    }

    async function onData(data: string, work: (local: Program) => Promise<unknown>): Promise<void> {
      const table = await engine.open(data);
      const local = openData(data, PRINTER, table);
      try {
        await work(local);
      } finally {
        await local.close();
        table.close();
      }
    }

    async function check(
      { mails: [before, after] }: Scenario,
      name: string,
      unknowable: ReadonlySet<number>,
    ): Promise<void> {
      const data = join(folder, name);
      const table = await engine.open(data);
      try {
        const mails = await mailsOfToday(table);
        const byNumber = mails.map(({ messageId }) => messageId);
        const evidence = {
          table,
          archive: createFolderArchive(join(data, 'archive')),
          notes: NOTES,
          received: server.received,
          unknowable: new Set([...unknowable].map((index) => byNumber[before + index]!)),
        };
        assert.deepEqual(await brokenPromises(evidence, true), [], `after a kill at ${name}`);
        assert.equal(mails.length, after, `${after} mails after a kill at ${name}`);
        for (const { id, messageId, state } of mails) {
          const times = server.received.get(messageId) ?? 0;
          const expected = state === 'unknown' ? [0, 1] : [1];
          assert.ok(
            expected.includes(times),
            `mail ${id} (${state}) received ${times} times, kill at ${name}`,
          );
        }
      } finally {
        table.close();
      }
    }

    async function copy(from: string, to: string): Promise<string> {
      const [source, target] = [join(folder, from), join(folder, to)];
      mkdirSync(target, { recursive: true });
      cpSync(source, target, { recursive: true });
      await engine.copy(source, target);
      return target;
    }

    /**
     * Runs a scenario in a child process on a copy of the seed, and expects it to be killed if it reaches the
     * event KILL.
     */
    async function child(
      { name: scenario, seed }: Scenario,
      name: string,
      env: Record<string, string>,
    ): Promise<void> {
      const data = await copy(seed, name);
      const { PATH, HOME } = process.env;
      const one = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CHILD], {
        env: {
          ...{
            PATH,
            HOME,
            DATA_DIR: data,
            SCENARIO: scenario,
            PRINTER,
            NODE_COMPILE_CACHE: join(folder, 'compiled'),
          },
          ...engine.environment(data),
          ...env,
        },
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      const [code, ended] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
        one.on('exit', (exitCode, exitSignal) => resolve([exitCode, exitSignal]));
      });
      const cameThere = env.KILL !== undefined && readFileSync(env.TRACE!, 'utf8').includes(`${env.KILL} `);
      assert.deepEqual([code, ended], cameThere ? [null, 'SIGKILL'] : [0, null], `process ${name}`);
    }
  });
}

/**
 * Returns the mails whose fate nobody can know after the kill: a hand-over is recorded at its beginning, and
 * is uncertain until the answer is on record.
 */
function unknowableAt(events: readonly string[], killed: number): Set<number> {
  const unknowable = new Set<number>();
  const marks = events.flatMap((event, index) => (/^after .* MAIL:handing over$/.test(event) ? [index] : []));
  for (const [mail, mark] of marks.entries()) {
    const record = events.findIndex((event, index) => index > mark && /^after .* MAIL:accepted/.test(event));
    if (killed >= mark && (record === -1 || killed < record)) unknowable.add(mail);
  }
  return unknowable;
}

/** Lists the mails of today, and those of last month in case it ends while the test runs. */
async function mailsOfToday(table: Table): Promise<Mail[]> {
  const months = [Date.now() - 86_400_000, Date.now()].map((time) =>
    new Date(time).toISOString().slice(0, 7),
  );
  const ids = await Promise.all([...new Set(months)].map((month) => listMonthMails(table, month)));
  return (await readMails(table, ids.flat())).map(({ value }) => value);
}
