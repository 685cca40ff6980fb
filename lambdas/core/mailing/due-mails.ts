import type { Deps } from '#core/deps.ts';
import { abandonedDue, duePages, oldestDue } from '#core/repositories/due.ts';
import { type Mail, readMailingHold, readMails } from '#core/repositories/mails.ts';
import { isPaused } from '#core/repositories/runs.ts';
import { findSettings } from '#core/repositories/settings.ts';
import { readPace, unitsOf } from './mail-pace.ts';
import { MAIL_LEASE_MS } from './send-invoice-mail.ts';

export type DueMailDeps = Pick<Deps, 'table' | 'clock' | 'workers'>;

export interface DueMails {
  /** The mails to try: those that a dead process left come first, then the others, the longest due first. */
  readonly mails: readonly { readonly id: string /** Milliseconds from now. */; readonly turnIn: number }[];
  /** Paused runs some of whose mails are still due: `pauseRunMails` must take the due items of these away. */
  readonly pausedRuns: readonly string[];
  /** Whether the mailing is held: then only one mail is tried, to find out whether the reason still holds. */
  readonly isProbe: boolean;
}

/** How many mails are read at once, at least. */
const LOOK = 100;
const NONE: DueMails = { mails: [], pausedRuns: [], isProbe: false };

/**
 * Lists the mails that are due and get a turn within the given time, provided no other process takes that
 * turn. While mail is switched off there are none; while the mailing is held there are only those that a dead
 * process left, and one probe once the hold may be tried again. Writes nothing.
 */
export async function dueMails(
  within: { readonly milliseconds: number; readonly mails: number },
  deps: DueMailDeps,
): Promise<DueMails> {
  const now = deps.clock.now();
  if (((await oldestDue(deps.table, ['mail'])) ?? Number.POSITIVE_INFINITY) > now + MAIL_LEASE_MS)
    return NONE;
  const settings = (await findSettings(deps.table))?.value.settings.mail;
  if (!settings || settings.transport === 'off') return NONE;
  // A mail that a dead process was handing over is judged without a turn, and does not wait until all mails
  // before it are sent.
  const abandoned = await abandonedDue('mail', MAIL_LEASE_MS, deps);
  const mails = abandoned.map((id) => ({ id, turnIn: 0 }));
  const hold = await readMailingHold(deps.table);
  if (hold && hold.value.retryAt > now) return { ...NONE, mails };
  const end = now + within.milliseconds;
  const turns: number[] = [];
  for (const at of (await readPace(settings, deps)).turns()) {
    if (at > end || turns.length === (hold ? 1 : within.mails)) break;
    turns.push(at);
  }
  if (turns.length === 0) return { ...NONE, mails };
  const paused = new Set<string>();
  let units = 0;
  for await (const mail of dueNow(turns.length, paused, deps)) {
    if (abandoned.includes(mail.id)) continue;
    mails.push({ id: mail.id, turnIn: Math.max(0, turns[units]! - now) });
    units += unitsOf(mail, settings);
    if (units >= turns.length) break;
  }
  return { mails, pausedRuns: [...paused], isProbe: hold !== undefined };
}

/**
 * Yields the due mails, the longest due first, without those of paused runs: such runs are added to `paused`
 * instead.
 */
async function* dueNow(wanted: number, paused: Set<string>, deps: DueMailDeps): AsyncGenerator<Mail> {
  const going = new Set<string>();
  const isOfPaused = async ({ run, state }: Mail): Promise<boolean> => {
    // A try that a dead process began must be judged even while its run is paused.
    if (run === undefined || state === 'sending' || going.has(run)) return false;
    if (!paused.has(run) && !(await isPaused(deps.table, run))) going.add(run);
    else paused.add(run);
    return paused.has(run);
  };
  const look = Math.max(LOOK, wanted);
  for await (const ids of duePages('mail', MAIL_LEASE_MS, deps)) {
    for (let at = 0; at < ids.length; at += look) {
      for (const { value } of await readMails(deps.table, ids.slice(at, at + look))) {
        if (!(await isOfPaused(value))) yield value;
      }
    }
  }
}
