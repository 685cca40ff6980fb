import type { Deps } from '#core/deps.ts';
import { instant } from '#core/deps.ts';
import { refuse } from '#core/errors.ts';
import { hasWaitingMails } from '#core/mailing/pause-mails.ts';
import { addDue, removeDue } from '#core/repositories/due.ts';
import { existingRun, pausedKey, type Run } from '#core/repositories/runs.ts';
import { create, replace } from '#core/repositories/stored.ts';
import { retryOnConflict } from '#core/retry.ts';

type PauseDeps = Pick<Deps, 'table' | 'clock'>;

/** How many pauses of one run are kept in its record; older ones are dropped. */
const MAX_PAUSES = 100;

/**
 * Pauses a run wherever it stands: it plans no further, takes no numbers, begins no further documents and
 * sends no further mail until a person resumes it. Steps that are under way are completed. Its claims stay,
 * and other runs go on. If the books are closed already, only the mailing is paused. Pausing a paused run
 * changes nothing.
 * @throws Fault `not-found`; `bad-input` if the run is finished and none of its mails is waiting
 */
export async function pauseRun(id: string, deps: PauseDeps): Promise<Run> {
  return retryOnConflict(async () => {
    const run = await existingRun(deps.table, id);
    if (run.value.paused) return run.value;
    if (run.value.finished && !(await hasWaitingMails(id, deps))) {
      refuse(`Run ${id} is finished and none of its mails waits: there is nothing left to pause.`);
    }
    const from = instant(deps.clock.now());
    const pauses = [...(run.value.pauses ?? []), { from }].slice(-MAX_PAUSES);
    const paused: Run = { ...run.value, paused: true, pauses, timesPaused: (run.value.timesPaused ?? 0) + 1 };
    await deps.table.write([
      replace(run, paused),
      create(pausedKey(id), { from }),
      removeDue(run.value.dueAt, { kind: 'run', id }),
    ]);
    return paused;
  });
}

/**
 * Resumes a paused run where it stopped. The run becomes due at once; the next sweep, or whoever is told,
 * continues it and makes its mails due again. Resuming a run that is not paused changes nothing.
 * @throws Fault `not-found`
 */
export async function resumeRun(id: string, deps: PauseDeps): Promise<Run> {
  return retryOnConflict(async () => {
    const run = await existingRun(deps.table, id);
    if (!run.value.paused) return run.value;
    const { paused: _, pauses = [], ...rest } = run.value;
    const dueAt = deps.clock.now();
    const ended = pauses.slice(-1).map(({ from }) => ({ from, to: instant(dueAt) }));
    const resumed: Run = { ...rest, pauses: [...pauses.slice(0, -1), ...ended], dueAt };
    await deps.table.write([
      replace(run, resumed),
      { delete: pausedKey(id) },
      addDue(dueAt, { kind: 'run', id }),
    ]);
    return resumed;
  });
}
