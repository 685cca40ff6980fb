import { nextCustomers } from '#core/billing/plan-run.ts';
import { sealRun } from '#core/billing/seal-run.ts';
import type { Deps } from '#core/deps.ts';
import { isUntried } from '#core/domain/mail-states.ts';
import { Fault } from '#core/errors.ts';
import { waitForImport } from '#core/imports/import-lock.ts';
import { PATIENCE_MS, readPace } from '#core/mailing/mail-pace.ts';
import { isRunPaused } from '#core/mailing/send-invoice-mail.ts';
import type { Queue } from '#core/ports.ts';
import { readMails } from '#core/repositories/mails.ts';
import { existingRun, hasDraft, type Run, runLinePages } from '#core/repositories/runs.ts';
import { readSettings } from '#core/repositories/settings.ts';
import { isOpen, runMails } from './complete-run.ts';

type AwaitDeps = Pick<Deps, 'table' | 'clock' | 'workers' | 'stop' | 'onProgress'> & {
  readonly queue: Queue;
};

const LOOK_MS = 2000;
const PAGE = 200;
/**
 * How long nothing may move before the wait is given up: longer than `sweep` needs to find a lost message or
 * a dead process, and longer than the queue hides a message before it delivers it again.
 */
const STALLED_MS = 45 * 60_000;

/**
 * Lets other processes take a run to its end and watches them, until its books are closed and each of its
 * mails was tried or waits for the pace, or until a person pauses the run.
 * @throws Fault `not-found`; whatever keeps the plan or the seal from going on, as `completeRun` would throw
 *   it; `unavailable` if nothing moves for long; `interrupted` if this process is asked to stop. The run
 *   itself goes on
 */
export async function watchRun(runId: string, deps: AwaitDeps): Promise<Run> {
  const begun = (await existingRun(deps.table, runId)).value;
  // Asking twice for one turn is harmless, because a turn is taken only once.
  if (!begun.finished) await deps.queue.wake([{ kind: 'run', id: runId, turn: begun.turn ?? 0 }]);
  const nextLook = watcher(`The run ${runId}`, deps);
  const seen = { after: '', done: 0 };
  for (;;) {
    const run = (await existingRun(deps.table, runId)).value;
    if (run.paused) return run;
    if (run.finished) break;
    const { drafts, held, nothing } = run.planned;
    if (run.state === 'planning') {
      deps.onProgress?.({ phase: 'plan', done: drafts + held + nothing, total: undefined });
    } else {
      await countEnded(runId, seen, deps);
      deps.onProgress?.({ phase: 'documents', done: seen.done, total: drafts });
    }
    const moved = await nextLook(JSON.stringify([run.state, run.cursor, seen.after]));
    if (!moved && run.state === 'planning') await tellObstacle(run, deps);
  }
  const mails = await runMails(runId, deps);
  await watchMails(
    mails.map(({ id }) => id),
    deps,
  );
  return (await existingRun(deps.table, runId)).value;
}

/**
 * Lets other processes send these mails, and watches until each was tried or waits for the pace.
 * @throws Fault `unavailable` if nothing moves for long; `interrupted` if this process is asked to stop
 */
export async function awaitMails(ids: readonly string[], deps: AwaitDeps): Promise<void> {
  await deps.queue.wake(ids.map((id) => ({ kind: 'mail', id })));
  await watchMails(ids, deps);
}

async function watchMails(ids: readonly string[], deps: AwaitDeps): Promise<void> {
  const settings = (await readSettings(deps.table)).mail;
  // While mail is switched off nothing is sent, so there is nothing to watch.
  if (settings.transport === 'off') return;
  const nextLook = watcher('The mailing', deps);
  for (let done = 0; done < ids.length; ) {
    // Continues with the first mail that was untried at the last look.
    const page = ids.slice(done, done + PAGE);
    const first = (await readMails(deps.table, page)).find(({ value }) => isUntried(value));
    done += first ? page.indexOf(first.value.id) : page.length;
    deps.onProgress?.({ phase: 'mail', done, total: ids.length });
    if (!first) continue;
    // A paused run or a pace without a free turn may keep mails waiting for hours, so watching ends here.
    if (await isRunPaused(first.value, deps)) return;
    if ((await readPace(settings, deps)).freeSince > deps.clock.now() + PATIENCE_MS) return;
    await nextLook(String(done));
  }
}

/**
 * Throws what keeps the plan of a run from going on, so that whoever waits here learns it as on one machine:
 * an import that was interrupted, or invoice numbers that are taken. Sealing the run here to find out is
 * harmless, because only the first to seal it wins.
 */
async function tellObstacle(run: Run, deps: AwaitDeps): Promise<void> {
  await waitForImport(deps);
  if ((await nextCustomers(run, deps)).length === 0) await sealRun(run.id, deps);
}

/**
 * Counts the lines that have ended. It continues where the last look stopped, so that no ended line is read
 * twice.
 */
async function countEnded(
  runId: string,
  seen: { after: string; done: number },
  { table }: Pick<Deps, 'table'>,
): Promise<void> {
  for await (const page of runLinePages(table, runId, { after: seen.after, limit: PAGE })) {
    for (const { value } of page) {
      if (isOpen(value)) return;
      seen.after = value.customer;
      if (hasDraft(value)) seen.done++;
    }
  }
}

/**
 * Creates a function that waits until the next look and gives up when nothing moves for `STALLED_MS`.
 * @returns a function that takes the state seen now and returns whether it changed since the last look
 * @throws Fault from the returned function: `unavailable` if nothing moves for too long; `interrupted` on a
 *   stop
 */
function watcher(what: string, { clock, stop }: Pick<Deps, 'clock' | 'stop'>) {
  let last: string | undefined;
  let movedAt = clock.now();
  return async (state: string): Promise<boolean> => {
    if (stop.aborted) {
      throw new Fault('interrupted', 'Stopped watching. It goes on by itself: see `report` and `mails`.');
    }
    const moved = state !== last;
    if (moved) movedAt = clock.now();
    last = state;
    if (clock.now() - movedAt > STALLED_MS) {
      throw new Fault(
        'unavailable',
        `${what} has not moved for ${STALLED_MS / 60_000} minutes: see the alarms and the logs of the functions. What waits is taken up by itself.`,
      );
    }
    await clock.wait(LOOK_MS);
    return moved;
  };
}
