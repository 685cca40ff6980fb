import { type StartDeps, startRun } from '#core/billing/start-run.ts';
import type { Deps } from '#core/deps.ts';
import { berlinDay } from '#core/domain/calendar.ts';
import type { Cycle } from '#core/domain/customer.ts';
import { previousPeriod } from '#core/domain/period.ts';
import type { Wake } from '#core/ports.ts';
import { readSettings } from '#core/repositories/settings.ts';

/**
 * Starts the run that a schedule asks for. It bills the last period of the cycle that was over on the day of
 * the scheduled time in Germany. A scheduler may call late and several times, so the start is idempotent: the
 * key of cycle and period allows only one scheduled run, for ever.
 * @param scheduledAt milliseconds since 1970
 * @returns the call for the run's first turn, which does nothing once that turn was taken; undefined if the
 *   settings leave the start to a person (`schedule.release`)
 */
export async function startScheduledRun(
  { cycle, scheduledAt }: { readonly cycle: Cycle; readonly scheduledAt: number },
  deps: StartDeps & Pick<Deps, 'log'>,
): Promise<Extract<Wake, { kind: 'run' }> | undefined> {
  const { text: period, from, to: until } = previousPeriod(cycle, berlinDay(scheduledAt));
  const { schedule } = await readSettings(deps.table);
  if (schedule.release !== 'automatic') {
    deps.log('info', 'scheduled run left to a person', { cycle, period });
    return undefined;
  }
  const id = await startRun(
    { kind: 'cycle', cycle, period, from, until, mailCustomersOnly: false, output: 'pdf' },
    deps,
    { partition: 'SCHEDULE', sort: `${cycle}#${period}` },
  );
  return { kind: 'run', id, turn: 0 };
}
