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
/** Longer than it takes until a lost message or a dead process is found by `sweep`, or hidden messages come back. */
const STALLED_MS = 45 * 60_000;

/**
 * Lets other processes take a run to its end, and watches: until its books are closed and each of its mails was tried, or
 * waits for the pace, or until a person pauses it.
 * @throws Fault `not-found`; what keeps a plan or a seal from going on, as `driveRun` would; `unavailable` when nothing
 *   moves for long; `interrupted` when this process is asked to stop. The run goes on all the same
 */
export async function watchRun(runId: string, deps: AwaitDeps): Promise<Run> {
  const begun = (await existingRun(deps.table, runId)).value;
  // Where the same turn is asked for twice, it is taken once.
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

/** Lets other processes try these mails, and watches until each was tried or waits for the pace. @throws Fault as `awaitRun` */
export async function awaitMails(ids: readonly string[], deps: AwaitDeps): Promise<void> {
  await deps.queue.wake(ids.map((id) => ({ kind: 'mail', id })));
  await watchMails(ids, deps);
}

async function watchMails(ids: readonly string[], deps: AwaitDeps): Promise<void> {
  const settings = (await readSettings(deps.table)).mail;
  // They wait as they are.
  if (settings.transport === 'off') return;
  const nextLook = watcher('The mailing', deps);
  for (let done = 0; done < ids.length; ) {
    // Goes on where the last look ended: the first mail that was not tried then.
    const page = ids.slice(done, done + PAGE);
    const first = (await readMails(deps.table, page)).find(({ value }) => isUntried(value));
    done += first ? page.indexOf(first.value.id) : page.length;
    deps.onProgress?.({ phase: 'mail', done, total: ids.length });
    if (!first) continue;
    // What waits for hours is not waited for here.
    if (await isRunPaused(first.value, deps)) return;
    if ((await readPace(settings, deps)).freeSince > deps.clock.now() + PATIENCE_MS) return;
    await nextLook(String(done));
  }
}

/**
 * What keeps a plan from going on is told to whoever waits here, in the words of one machine: an import that was
 * interrupted, or numbers that are taken. To seal it is harmless: the first who does wins.
 */
async function tellObstacle(run: Run, deps: AwaitDeps): Promise<void> {
  await waitForImport(deps);
  if ((await nextCustomers(run, deps)).length === 0) await sealRun(run.id, deps);
}

/** Goes on where the last look ended: what was done before the first open line is not read again. */
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

/** Waits for the time of the next look. @returns whether anything has moved since the last one */
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
