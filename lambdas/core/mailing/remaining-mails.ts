import type { Deps } from '#core/deps.ts';
import { mailDuration } from '#core/domain/mail-duration.ts';
import type { Settings } from '#core/domain/settings.ts';
import { countDue, listDue } from '#core/repositories/due.ts';
import { type Mail, readMailingHold, readMails } from '#core/repositories/mails.ts';
import type { Run } from '#core/repositories/runs.ts';
import { findSettings } from '#core/repositories/settings.ts';
import { readPace, unitsOf } from './mail-pace.ts';
import { mayBeTried } from './mail-state.ts';

/** What mails wait for, and how long they will take. */
export interface MailingLeft {
  /** How many mails wait for a first or a further try. */
  readonly waiting: number;
  /**
   * The seconds until the last of them has its turn, with what is due before them. Absent while no mail is
   * sent.
   */
  readonly secondsLeft?: number;
  /** Why no mail is tried just now. */
  readonly held?: string;
  readonly paused?: true;
}

type DueDeps = Pick<Deps, 'table' | 'clock' | 'workers'>;

/** No more waiting mails than this are counted: with so many, the mailing takes a long time anyway. */
const MOST = 5000;

/**
 * Tells what these mails of a run wait for, and how long they will take.
 * @returns undefined if none of these mails waits
 */
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
  // Mails that are due before the last of these are sent before it, or with it, and so take turns as well.
  const due = await countDue('mail', Math.max(last, now), MOST, deps.table);
  const units = Math.ceil(Math.max(due, waiting.length) * averageUnits(waiting, stopped));
  return { ...left, secondsLeft: await secondsFor(units, last, stopped, deps) };
}

const averageUnits = (mails: readonly Mail[], settings: Settings['mail']): number =>
  mails.length === 0 ? 1 : mails.reduce((sum, mail) => sum + unitsOf(mail, settings), 0) / mails.length;

/** Returns why no mail is tried now or, if mails are tried, the settings that apply to them. */
async function stoppedBy({ table }: Pick<Deps, 'table'>): Promise<{ held: string } | Settings['mail']> {
  const settings = (await findSettings(table))?.value.settings.mail;
  if (!settings || settings.transport === 'off') return { held: 'Mail is switched off.' };
  const hold = await readMailingHold(table);
  return hold ? { held: hold.value.reason } : settings;
}

/** How many mails are read to estimate how many units a mail takes on average. */
const SOME = 100;

/**
 * Tells what all mails that are due or will be wait for, except those of paused runs; undefined if there are
 * none.
 */
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
 * Estimates the seconds until so many units have been sent, at the pace and the quota as they are used now.
 * @param notBefore the instant at which the last of them is due
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
  // It is not known when the units were sent that already count against the provider's quota.
  const { perSecond = settings.pace.perSecond, limit, used } = pace.quota;
  const byQuota = mailDuration(units, { perSecond, perDay: limit }, { day: used });
  return Math.ceil(Math.max(0, byPace, byQuota));
}
