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
 * Continues all work that is due: unfinished runs whose process died, invoices whose documents could not be
 * made, and mails. The due items in the table are the only source, so no work is lost when a process dies or
 * a message never comes. If one piece of work fails, the others still go on.
 * @returns how many runs, invoices and mails were taken up
 */
export async function sweep(deps: Deps): Promise<number> {
  const runs = await dueRuns(deps);
  for (const id of runs) await unlessItFails('run', id, deps, () => completeRun(id, deps));
  const invoices = await dueInvoices(deps);
  for (const { run, customer } of invoices) {
    await unlessItFails('invoice', `${run}/${customer}`, deps, () => issueLines(run, [customer], deps));
  }
  // Mails come last, because the runs and invoices above may have made further mails due.
  return runs.length + invoices.length + (await mailWhatIsDue(deps));
}

async function mailWhatIsDue(deps: Deps): Promise<number> {
  const { mails, pausedRuns, isProbe } = await dueMails(HERE, deps);
  for (const id of pausedRuns) await unlessItFails('run', id, deps, () => pauseRunMails(id, deps));
  const ids = mails.map(({ id }) => id);
  if (ids.length === 0 || deps.stop.aborted) return 0;
  await unlessItFails('mail', ids.join(), deps, () => sendMails(ids, deps));
  if (!isProbe || (await readMailingHold(deps.table))) return ids.length;
  // The probe mail has ended the hold on the mailing, so the other mails need not wait for the next sweep.
  return ids.length + (await mailWhatIsDue(deps));
}

/**
 * Puts all work that is due into the queues of the functions that do it, where `sweep` would do it in one
 * process.
 * @returns how many runs, invoices and mails were queued
 */
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

/**
 * Queues the due mails that get a turn before the next sweep, each delayed until its turn, and wakes the
 * paused runs whose mails are still due, so that these are paused too.
 * @returns how many mails were queued
 */
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

/** How far ahead mails are queued on AWS, where a sweep runs every five minutes. */
const UNTIL_NEXT_SWEEP = { milliseconds: 5 * 60_000, mails: 1000 };
/**
 * How far ahead one sweep sends mails on one machine, where the next sweep follows soon: long enough to use
 * the pace, and short enough to notice other work in time.
 */
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
