import { issueLines } from '#core/billing/issue-lines.ts';
import { RUN_LEASE_MS } from '#core/billing/start-run.ts';
import type { Deps } from '#core/deps.ts';
import { Fault } from '#core/errors.ts';
import { dueMails } from '#core/mailing/due-mails.ts';
import { PATIENCE_MS } from '#core/mailing/mail-pace.ts';
import { pauseRunMails } from '#core/mailing/pause-mails.ts';
import { sendMails } from '#core/mailing/send-mails.ts';
import type { Queue, Wake } from '#core/ports.ts';
import { listDue } from '#core/repositories/due.ts';
import { readMailingHold } from '#core/repositories/mails.ts';
import { completeRun } from './complete-run.ts';

/**
 * Puts back to work whatever waits and is due: unfinished runs whose process died, invoices whose documents could
 * not be made, mails. The table is the truth; nothing depends on a process having lived or a message having come.
 * One thing that fails stops no other.
 * @returns how many things were taken up
 */
export async function sweep(deps: Deps): Promise<number> {
  const runs = await dueRuns(deps);
  for (const id of runs) await unlessItFails('run', id, deps, () => completeRun(id, deps));
  const invoices = await dueInvoices(deps);
  for (const { run, customer } of invoices) {
    await unlessItFails('invoice', `${run}/${customer}`, deps, () => issueLines(run, [customer], deps));
  }
  // Last, for there may be more of them by now.
  return runs.length + invoices.length + (await mailWhatIsDue(deps));
}

async function mailWhatIsDue(deps: Deps): Promise<number> {
  const { mails, pausedRuns, isProbe } = await dueMails(HERE, deps);
  for (const id of pausedRuns) await unlessItFails('run', id, deps, () => pauseRunMails(id, deps));
  const ids = mails.map(({ id }) => id);
  if (ids.length === 0 || deps.stop.aborted) return 0;
  await unlessItFails('mail', ids.join(), deps, () => sendMails(ids, deps));
  if (!isProbe || (await readMailingHold(deps.table))) return ids.length;
  // The others need not wait for the next sweep.
  return ids.length + (await mailWhatIsDue(deps));
}

/** The same where other functions do the work: puts all of it into their queues. */
export async function sweepToQueues(deps: DueDeps & { readonly queue: Queue }): Promise<number> {
  const calls: Wake[] = [
    ...(await dueRuns(deps)).map((id): Wake => ({ kind: 'run', id })),
    ...(await dueInvoices(deps)).map(
      ({ run, customer }): Wake => ({ kind: 'documents', run, customers: [customer] }),
    ),
  ];
  await deps.queue.wake(calls);
  return calls.length + (await wakeDueMails(deps));
}

/** Puts the mails that are due and have a turn until the next sweep into their queue, each for its time. */
export async function wakeDueMails(deps: DueDeps & { readonly queue: Queue }): Promise<number> {
  const { mails, pausedRuns } = await dueMails(UNTIL_NEXT_SWEEP, deps);
  await deps.queue.wake(pausedRuns.map((id) => ({ kind: 'run', id })));
  const together = Map.groupBy(mails, ({ turnIn }) => Math.ceil(turnIn / PATIENCE_MS));
  for (const [times, group] of together) {
    const delaySeconds = (times * PATIENCE_MS) / 1000;
    await deps.queue.wake(
      group.map(({ id }) => ({ kind: 'mail', id })),
      delaySeconds === 0 ? {} : { delaySeconds },
    );
  }
  return mails.length;
}

type DueDeps = Pick<Deps, 'table' | 'clock' | 'workers'>;

/** On AWS sweep comes every five minutes. */
const UNTIL_NEXT_SWEEP = { milliseconds: 5 * 60_000, mails: 1000 };
/** On one machine it comes soon after its end: long enough that the pace is used, short enough to look for other work. */
const HERE = { milliseconds: 30_000, mails: 1000 };

const dueRuns = (deps: DueDeps) => listDue('run', RUN_LEASE_MS, deps);
const dueInvoices = async (deps: DueDeps) =>
  (await listDue('invoice', 0, deps)).map((id) => {
    const [run = '', customer = ''] = id.split('/');
    return { run, customer };
  });

async function unlessItFails(
  kind: string,
  id: string,
  deps: Pick<Deps, 'log' | 'stop'>,
  work: () => Promise<unknown>,
): Promise<void> {
  if (deps.stop.aborted) return;
  try {
    await work();
  } catch (error) {
    if (error instanceof Fault && error.code === 'interrupted') return;
    deps.log('error', 'sweep failed', { kind, id, error });
  }
}
