import type { Deps } from '#core/deps.ts';
import { mailDuration } from '#core/domain/mail-duration.ts';
import type { Settings } from '#core/domain/settings.ts';
import { countDue, listDue } from '#core/repositories/due.ts';
import { type Mail, readMailingHold, readMails } from '#core/repositories/mails.ts';
import type { Run } from '#core/repositories/runs.ts';
import { findSettings } from '#core/repositories/settings.ts';
import { readPace, unitsOf } from './mail-pace.ts';
import { mayBeTried } from './mail-state.ts';

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

type DueDeps = Pick<Deps, 'table' | 'clock' | 'workers'>;

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
  const stopped = await stoppedBy(deps);
  if ('held' in stopped) return { ...left, ...stopped };
  const now = deps.clock.now();
  const last = Math.max(...waiting.map(({ dueAt = now }) => dueAt));
  // Whatever is due before the last of them goes before it, or with it.
  const due = await countDue('mail', Math.max(last, now), MOST, deps.table);
  const units = Math.ceil(Math.max(due, waiting.length) * averageUnits(waiting, stopped));
  return { ...left, secondsLeft: await secondsFor(units, last, stopped, deps) };
}

const averageUnits = (mails: readonly Mail[], settings: Settings['mail']): number =>
  mails.length === 0 ? 1 : mails.reduce((sum, mail) => sum + unitsOf(mail, settings), 0) / mails.length;

/** Why no mail is tried just now, or the settings by which they are. */
async function stoppedBy({ table }: Pick<Deps, 'table'>): Promise<{ held: string } | Settings['mail']> {
  const settings = (await findSettings(table))?.value.settings.mail;
  if (!settings || settings.transport === 'off') return { held: 'Mail is switched off.' };
  const hold = await readMailingHold(table);
  return hold ? { held: hold.value.reason } : settings;
}

/** Of which the number of recipients is looked at. */
const SOME = 100;

/** The same of all mails that are due or will be, but for those of paused runs; undefined when there are none. */
export async function allMailsLeft(deps: DueDeps): Promise<MailingLeft | undefined> {
  const waiting = await countDue('mail', Number.POSITIVE_INFINITY, MOST, deps.table);
  if (waiting === 0) return undefined;
  const stopped = await stoppedBy(deps);
  if ('held' in stopped) return { waiting, ...stopped };
  const ids = (await listDue('mail', 0, deps)).slice(0, SOME);
  const some = (await readMails(deps.table, ids)).map(({ value }) => value);
  const units = Math.ceil(waiting * averageUnits(some, stopped));
  return { waiting, secondsLeft: await secondsFor(units, deps.clock.now(), stopped, deps) };
}

/**
 * Until so many units have gone out, at the pace and the quota as they are used now.
 * @param notBefore instant at which the last of them is due
 */
async function secondsFor(
  units: number,
  notBefore: number,
  settings: Settings['mail'],
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
