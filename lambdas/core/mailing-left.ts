import type { Deps } from './deps.ts';
import { mailDuration } from './domain/mail-duration.ts';
import { readPace, unitsOf } from './mail-pace.ts';
import { countDue } from './repositories/due.ts';
import { type Mail, readMailingHold } from './repositories/mails.ts';
import type { Run } from './repositories/runs.ts';
import { findSettings } from './repositories/settings.ts';
import { mayBeTried } from './rested-mails.ts';

/** What a run's mails wait for. */
export interface MailingLeft {
  /** For a first or a further try. */
  readonly waiting: number;
  /** Until the last of them has its turn, with what is due before them. Absent while they do not go. */
  readonly secondsLeft?: number;
  /** Why no mail is tried just now. */
  readonly held?: string;
  readonly paused?: true;
}

/** Further ones that wait are not looked at: it is a long time anyway. */
const MOST = 5000;

/** @returns undefined when none of these mails waits */
export async function mailingLeft(
  run: Pick<Run, 'id' | 'paused'>,
  mails: readonly Mail[],
  deps: Pick<Deps, 'table' | 'clock'>,
): Promise<MailingLeft | undefined> {
  const waiting = mails.filter(mayBeTried);
  if (waiting.length === 0) return undefined;
  const left = { waiting: waiting.length };
  if (run.paused) return { ...left, paused: true };
  const settings = (await findSettings(deps.table))?.value.settings.mail;
  if (!settings || settings.transport === 'off') return { ...left, held: 'Mail is switched off.' };
  const hold = await readMailingHold(deps.table);
  if (hold) return { ...left, held: hold.value.reason };
  const now = deps.clock.now();
  const last = Math.max(...waiting.map(({ dueAt = now }) => dueAt));
  // Whatever is due before the last of them goes before it, or with it.
  const due = await countDue('mail', Math.max(last, now), MOST, deps.table);
  const each = waiting.reduce((sum, mail) => sum + unitsOf(mail, settings), 0) / waiting.length;
  const units = Math.ceil(Math.max(due, waiting.length) * each);
  return { ...left, secondsLeft: await secondsFor(units, last, settings, deps) };
}

/**
 * Until so many units have gone out, at the pace and the quota as they are used now.
 * @param notBefore instant at which the last of them is due
 */
async function secondsFor(
  units: number,
  notBefore: number,
  settings: Parameters<typeof readPace>[0],
  deps: Pick<Deps, 'table' | 'clock'>,
): Promise<number> {
  const pace = await readPace(settings, deps);
  const now = deps.clock.now();
  const byPace = (Math.max(pace.lastOf(units), notBefore) - now) / 1000;
  if (!pace.quota) return Math.ceil(Math.max(0, byPace));
  // When those went out that count against the provider's quota is not known.
  const { perSecond = settings.pace.perSecond, limit, used } = pace.quota;
  const byQuota = mailDuration(units, { perSecond, perDay: limit }, { day: used });
  return Math.ceil(Math.max(0, byPace, byQuota));
}
