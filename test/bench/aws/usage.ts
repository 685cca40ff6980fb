import { issueLines } from '#core/billing/issue-lines.ts';
import { startRun } from '#core/billing/start-run.ts';
import type { Deps } from '#core/deps.ts';
import { recordMailFeedback } from '#core/mailing/record-mail-feedback.ts';
import { sendMails } from '#core/mailing/send-mails.ts';
import type { Mailer, Queue, Wake } from '#core/ports.ts';
import { listMonthMails, type MailFeedback } from '#core/repositories/mails.ts';
import { advanceRun } from '#core/runs/advance-run.ts';
import { sweepToQueues } from '#core/runs/sweep.ts';
import { loadDairy, OCTOBER } from '#test/support/data/dairy.ts';
import { createSimulation } from '#test/support/simulation/simulation.ts';
import { LATENCIES, MAILS_A_CALL } from './assumptions.ts';
import { countedArchive, countedTable, nothing, type Usage } from './counted.ts';
import { monthOf } from './month.ts';
import { createVirtualTime } from './virtual-time.ts';

/**
 * `plan` also takes the numbers and hands out the documents, and `close` looks whether all documents are
 * there.
 */
const WORKS = ['import', 'plan', 'documents', 'close', 'mail', 'feedback', 'sweep'] as const;
type Work = (typeof WORKS)[number];
export interface MonthUsage {
  readonly invoices: number;
  readonly mails: number;
  /** The usage of each work over the whole month; that of sweep is for a single sweep. */
  readonly work: Readonly<Record<Work, Usage>>;
  /** Bytes of the table after the month. */
  readonly stored: number;
}

/**
 * Bills a month in memory with the use cases that the functions call, one call after the other, and counts.
 * @param logo as the settings hold it, because it is read with them
 * @param perSecond the pace of mails: below ten a second each turn takes a write of its own
 */
export async function measureUsage(count: number, logo: string, perSecond: number): Promise<MonthUsage> {
  const simulation = createSimulation(1);
  const { deps } = simulation.process();
  const clock = createVirtualTime(deps.clock.now());
  const work = Object.fromEntries(WORKS.map((name) => [name, nothing()])) as Record<Work, Usage>;
  let current: Work = 'import';
  const usage = () => work[current];
  const during = async <T>(name: Work, doing: () => Promise<T>): Promise<T> => {
    current = name;
    const begun = clock.now();
    const result = await doing();
    work[name].waited += clock.now() - begun;
    return result;
  };

  const { table, stored } = countedTable(simulation.table, usage, clock, LATENCIES);
  const waiting: Wake[] = [];
  const here: Deps & { readonly queue: Queue } = {
    ...deps,
    table,
    archive: countedArchive(simulation.archive, usage, clock, LATENCIES),
    clock,
    openMailer: async () => mailer,
    composer: { compose: async ({ messageId }) => new TextEncoder().encode(messageId) },
    workers: { me: 'lambda:00000000000000000000000', isDead: () => false },
    queue: {
      async wake(calls) {
        usage().messages += calls.length;
        waiting.push(...calls);
        await clock.wait(Math.ceil(calls.length / 10) * LATENCIES.send);
      },
    },
  };
  const mailer: Mailer = {
    async send(_envelope, _message, beforeHandOver) {
      await beforeHandOver();
      await clock.wait(LATENCIES.mail);
      return { state: 'accepted', reply: `010701${'0'.repeat(54)}-000000`, refused: [] };
    },
    close: async () => {},
  };
  const take = <K extends Wake['kind']>(kind: K, atMost: number): Extract<Wake, { kind: K }>[] => {
    const taken = waiting.filter((call) => call.kind === kind).slice(0, atMost);
    for (const call of taken) waiting.splice(waiting.indexOf(call), 1);
    return taken as Extract<Wake, { kind: K }>[];
  };

  const month = monthOf(count, { transport: 'ses', pace: { perSecond, connections: 2 } }, logo);
  await during('import', () => loadDairy(here, month.notes, month.customers, month.settings));
  await during('plan', async () =>
    advanceRun({ kind: 'run', id: await startRun(OCTOBER, here), turn: 0 }, here),
  );
  for (let [call] = take('documents', 1); call; [call] = take('documents', 1)) {
    const { run, customers } = call;
    await during('documents', async () => {
      const { mails } = await issueLines(run, customers, here);
      await here.queue.wake(mails.map((id) => ({ kind: 'mail', id })));
    });
  }
  for (let [call] = take('run', 1); call; [call] = take('run', 1)) {
    const look = call;
    await during('close', () => advanceRun(look, here));
  }
  for (let calls = take('mail', MAILS_A_CALL); calls.length > 0; calls = take('mail', MAILS_A_CALL)) {
    const ids = calls.map(({ id }) => id);
    await during('mail', () => sendMails(ids, here));
  }
  const mails = await listMonthMails(simulation.table, '2026-11');
  for (const id of mails) {
    for (const told of [feedback('accepted', id), feedback('delivered', id)]) {
      await during('feedback', () => recordMailFeedback(id, told, here));
    }
  }
  await during('sweep', () => sweepToQueues(here));
  const result = { invoices: count, mails: mails.length, work, stored: stored() };
  simulation.close();
  return result;
}

/** Makes the event with which SES reports about a mail that arrives. */
const feedback = (kind: MailFeedback['kind'], mailId: string): MailFeedback => ({
  id: `${kind} 010701${'0'.repeat(54)}-000000 2026-11-02T03:00:00.000Z`,
  ...{ kind, at: '2026-11-02T03:00:00.000Z', recipients: [`${mailId}@kunde.example`] },
  detail: '250 2.0.0 OK queued as 4XyZ1a2b3c4d5e6f',
});
