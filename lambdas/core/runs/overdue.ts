import type { Deps } from '#core/deps.ts';
import { readPace } from '#core/mailing/mail-pace.ts';
import { oldestDue } from '#core/repositories/due.ts';
import { readMailingHold } from '#core/repositories/mails.ts';
import { findSettings } from '#core/repositories/settings.ts';

type OverdueDeps = Pick<Deps, 'table' | 'clock'>;

/**
 * Returns for how many seconds work has been due without anybody doing it. Mails count only from when the
 * pace had a free turn for them, and not at all while the mailing is held or switched off, because they then
 * wait on purpose.
 */
export async function overdueSeconds(deps: OverdueDeps): Promise<number> {
  const now = deps.clock.now();
  const others = (await oldestDue(deps.table, ['run', 'invoice'])) ?? now;
  return Math.max(0, now - Math.min(others, await mailsSince(now, deps))) / 1000;
}

async function mailsSince(now: number, deps: OverdueDeps): Promise<number> {
  const oldest = await oldestDue(deps.table, ['mail']);
  if (oldest === undefined) return now;
  const settings = (await findSettings(deps.table))?.value.settings.mail;
  if (!settings || settings.transport === 'off' || (await readMailingHold(deps.table))) return now;
  return Math.max(oldest, (await readPace(settings, deps)).freeSince);
}
