import { closeRun } from '#core/billing/close-run.ts';
import { planRun } from '#core/billing/plan-run.ts';
import { sealRun } from '#core/billing/seal-run.ts';
import { RUN_LEASE_MS } from '#core/billing/start-run.ts';
import type { Deps } from '#core/deps.ts';
import { Fault } from '#core/errors.ts';
import { isFree } from '#core/lease.ts';
import { pauseRunMails, resumeRunMails } from '#core/mailing/pause-mails.ts';
import type { Queue, Wake } from '#core/ports.ts';
import { addDue, removeDue } from '#core/repositories/due.ts';
import { leaseOf, type Run, readRun, runLinePages } from '#core/repositories/runs.ts';
import { replace } from '#core/repositories/stored.ts';
import { retryOnConflict } from '#core/retry.ts';
import { finishRun, inBatches, isOpen } from './complete-run.ts';
import { wakeDueMails } from './sweep.ts';

export type AdvanceDeps = Pick<
  Deps,
  'table' | 'clock' | 'ids' | 'workers' | 'fonts' | 'openTemplates' | 'hasher' | 'log' | 'stop'
> & { readonly queue: Queue };

type RunWake = Extract<Wake, { kind: 'run' }>;

const PAGE = 200;
/** How long a call waits before it checks again whether the documents it handed out are made. */
const LOOK_AGAIN_SECONDS = 20;

/**
 * Advances a run by one turn, where functions that live only for minutes do what `completeRun` does in one
 * process. It plans and seals here, and leaves documents and mails to other functions by queue messages.
 * Further turns check, from the first customer that was open the last time, whether all lines are done, and
 * then close the books.
 *
 * Each accepted call takes a turn of the run and names the next one, so that a single chain of calls drives
 * the run even if messages come twice, late or never. If the run is overdue, because the chain broke or some
 * documents are still not made, `sweep` starts another chain, which hands out all open lines again.
 * @returns the run if this call finished it; undefined if there was nothing to do or other calls go on with
 *   it
 * @throws whatever a run throws; `sweep` tries again
 */
export async function advanceRun(wake: RunWake, deps: AdvanceDeps): Promise<Run | undefined> {
  const { id, after } = wake;
  let turn: number | undefined;
  try {
    // Mails are paused and resumed before the turn is taken, because a finished run takes no turns but may
    // have mails left.
    if (await pauseRunMails(id, deps)) return undefined;
    if (await resumeRunMails(id, deps)) await wakeDueMails(deps);
    turn = await takeTurn(wake, deps);
    if (turn === undefined) return undefined;
    if (!(await planRun(id, deps)) || !(await sealRun(id, deps))) return undefined;
    const open = after === undefined ? await handOut(id, deps) : await firstOpen(id, after, deps);
    if (open !== undefined) {
      await deps.queue.wake([{ kind: 'run', id, turn, after: open }], { delaySeconds: LOOK_AGAIN_SECONDS });
      return undefined;
    }
    await closeRun(id, deps);
    const run = await retryOnConflict(() => finishRun(id, deps));
    return run.finished ? run : undefined;
  } catch (error) {
    if (!(error instanceof Fault && error.code === 'interrupted')) throw error;
    await deps.queue.wake([turn === undefined ? wake : { ...wake, turn }]);
    return undefined;
  }
}

/**
 * Takes a turn of the run by counting it, so that each call is accepted only once. A turn that only checks
 * open lines (`after` is given) leaves the due time as it is; any other turn renews it.
 * @returns the new count; undefined if the turn was taken before, the run is not overdue yet, finished or
 *   paused
 */
async function takeTurn({ id, turn, after }: RunWake, deps: AdvanceDeps): Promise<number | undefined> {
  return retryOnConflict(async () => {
    const run = await readRun(deps.table, id);
    if (!run || run.value.finished || run.value.paused) return undefined;
    const { turn: last = 0, dueAt } = run.value;
    const isNext = turn === undefined ? dueAt <= deps.clock.now() : turn === last;
    if (!isNext) return undefined;
    const taken: Run = { ...run.value, turn: last + 1 };
    if (after !== undefined) await deps.table.write([replace(run, taken)]);
    else {
      // The new due time always differs from the old one, even if two turns are taken within one millisecond.
      const overdueAt = Math.max(deps.clock.now() + RUN_LEASE_MS, dueAt + 1);
      await deps.table.write([
        replace(run, { ...taken, dueAt: overdueAt }),
        removeDue(dueAt, { kind: 'run', id }),
        addDue(overdueAt, { kind: 'run', id, worker: deps.workers.me }),
      ]);
    }
    return last + 1;
  });
}

/**
 * Puts all open lines that no process holds a lease on into the queue for documents.
 * @returns the last customer before the first open line, where the next check begins; undefined if no line is
 *   open
 */
async function handOut(runId: string, deps: AdvanceDeps): Promise<string | undefined> {
  let open: string | undefined;
  let before = '';
  for await (const page of runLinePages(deps.table, runId, { limit: PAGE })) {
    for (const { value } of page) {
      if (isOpen(value)) open ??= before;
      else if (open === undefined) before = value.customer;
    }
    const waiting = page.filter(({ value }) => isOpen(value) && isFree(leaseOf(value), deps));
    await deps.queue.wake(
      inBatches(waiting).map((batch) => ({
        kind: 'documents',
        run: runId,
        customers: batch.map(({ value }) => value.customer),
      })),
    );
  }
  return open;
}

/**
 * Finds the first open line after the given customer.
 * @returns the customer just before it, where the next check begins; undefined if no line is open
 */
async function firstOpen(runId: string, after: string, deps: AdvanceDeps): Promise<string | undefined> {
  let before = after;
  for await (const page of runLinePages(deps.table, runId, { after, limit: PAGE })) {
    for (const { value } of page) {
      if (isOpen(value)) return before;
      before = value.customer;
    }
  }
  return undefined;
}
