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
/** How long to leave the documents alone before looking again. */
const LOOK_AGAIN_SECONDS = 20;

/**
 * What `driveRun` does in one process, for many that live for minutes: plan and seal here, documents and mails by
 * messages to others. Then it looks again and again, from the first customer that was not done the last time, and
 * closes the books when all are.
 *
 * Each call that is taken on is a turn of the run and names the next one, so that one chain of calls drives it whatever
 * comes twice, late or never. When the run is overdue (the chain broke, or some documents are still not made), `sweep`
 * begins another chain, which hands out again whatever is open.
 * @returns the run when its books were closed by this call; undefined when other calls go on with it
 * @throws what a run throws; `sweep` tries again
 */
export async function advanceRun(wake: RunWake, deps: AdvanceDeps): Promise<Run | undefined> {
  const { id, after } = wake;
  let turn: number | undefined;
  try {
    // Also of a run that is finished but for its mails, which takes no turns any more.
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
 * Counts a turn of the run; one that is more than a look puts off when the run is overdue.
 * @returns the count; undefined when there is nothing to do: the turn was taken before, or the run is finished
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
      // Never the same instant again, also when two turns are taken within a millisecond.
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

/** Puts all open lines into the queue of the documents. @returns where to look first, undefined when all are done */
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

/** The last customer before the first open one, after the given one; undefined when none is open. */
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
