import type { Deps } from '#core/deps.ts';
import { instant } from '#core/deps.ts';
import { refuse } from '#core/errors.ts';
import { hasWaitingMails } from '#core/mailing/pause-mails.ts';
import { addDue, removeDue } from '#core/repositories/due.ts';
import { existingRun, pausedKey, type Run } from '#core/repositories/runs.ts';
import { create, replace } from '#core/repositories/stored.ts';
import { retryOnConflict } from '#core/retry.ts';

type PauseDeps = Pick<Deps, 'table' | 'clock'>;

/** Of one run, on record. */
const MAX_PAUSES = 100;

/**
 * Lets a run rest wherever it stands: it plans no further, takes no numbers, begins no further documents and sends no
 * further mail, and nothing takes it up until a person resumes it. What is under way just now is ended. Its claims stay;
 * other runs go on. Of a run whose books are closed the mailing rests. A run that is paused already stays as it is.
 * @throws Fault `not-found`; `bad-input` for a run that is finished and none of whose mails waits
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
 * Lets a paused run go on where it was: it is due at once, and taken up by the next sweep or by whoever is told, who also
 * makes its mails due again. One that is not paused stays as it is.
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
