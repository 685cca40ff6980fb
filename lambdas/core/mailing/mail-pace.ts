import type { Deps } from '#core/deps.ts';
import type { PaceLimits } from '#core/domain/mail-duration.ts';
import {
  afterTurns,
  LATE_MS,
  lastTurn,
  nextFree,
  type PaceState,
  QUOTA_MS,
  room,
  spacing,
  turnsAhead,
  UNUSED,
} from '#core/domain/pace-windows.ts';
import type { Settings } from '#core/domain/settings.ts';
import { TRANSPORT_RULES } from '#core/domain/transport.ts';
import type { Key, MailAccount } from '#core/ports.ts';
import type { Mail } from '#core/repositories/mails.ts';
import { createOrReplace, read, sinceVersion1 } from '#core/repositories/stored.ts';
import { retryOnConflict } from '#core/retry.ts';
import { pendingRecipients } from './mail-state.ts';

/**
 * `MAILING / PACE`: the turns that were taken, shared by all processes that send mails, whenever they run.
 */
const PACE: Key = { partition: 'MAILING', sort: 'PACE' };
/**
 * Turns are taken from the table for this many milliseconds at once, so that a fast pace does not cost one
 * write per mail.
 */
const SPAN_MS = 100;
/**
 * How long a process waits for a turn, in milliseconds. If the next turn comes later, the mails are left as
 * they are, and stay due.
 */
export const PATIENCE_MS = 5000;

type MailSettings = Pick<Settings['mail'], 'transport' | 'pace'>;
type ReadDeps = Pick<Deps, 'table' | 'clock'>;
export type PaceDeps = ReadDeps & Pick<Deps, 'openMailAccount' | 'log'>;

/**
 * Counts the units of the pace that a mail takes. A mail server counts messages; SES counts recipients, and
 * so do all limits of `mail.pace` when mails go by SES. Only recipients who are tried now count.
 */
export const unitsOf = (mail: Mail, { transport }: Pick<MailSettings, 'transport'>): number =>
  TRANSPORT_RULES[transport].paceCounts === 'recipients' ? Math.max(1, pendingRecipients(mail).length) : 1;

export interface MailPace {
  /**
   * Waits for the turn of a mail.
   * @param units how many units the mail takes, see `unitsOf`
   * @param ahead how many mails this process has yet to send, including this one: it takes no more turns than
   *   these need
   * @returns false if no turn comes within `PATIENCE_MS`
   */
  turn(units: number, ahead: number): Promise<boolean>;
  /** Gives back the turns that were taken and not used. */
  close(): Promise<void>;
}

/**
 * Shares out the turns of all processes: within any second, minute, hour or day no more units are sent than
 * the settings and the provider's quota allow. If the units are recipients, a second or a minute may also
 * hold those of one more mail. A turn is the beginning of a try; its hand-over follows within the time that
 * one message may take, which the windows of hours and days allow for. Turns that were taken and not used in
 * time are lost, because using them later would make a burst.
 */
export function openPace(mail: Settings['mail'], deps: PaceDeps): MailPace {
  const account = deps.openMailAccount(mail);
  const limits: PaceLimits = mail.pace;
  /**
   * The turns that this process holds: the instant of the next one, the units left, and the milliseconds from
   * one turn to the next.
   */
  let mine = { at: 0, units: 0, each: 0 };
  let unused: { readonly at: number; readonly units: number }[] = [];
  let taking: Promise<boolean> | undefined;
  /**
   * How many milliseconds ahead of now turns are asked for: if the table is slow, earlier turns would be over
   * before this process knows that it has them.
   */
  let lead = 0;

  async function take(units: number, ahead: number): Promise<boolean> {
    const asked = account && (await askedNow(account, deps));
    const begun = deps.clock.now();
    const taken = await retryOnConflict(async () => {
      const stored = await read(deps.table, PACE, sinceVersion1<PaceState>);
      const now = deps.clock.now();
      const { quota, ...rest } = stored?.value ?? UNUSED;
      const counts = asked && isOld(quota, now) ? asked : quota;
      const state: PaceState = account && counts ? { ...rest, quota: counts } : rest;
      const at = nextFree(state, limits, units, now + lead);
      const each = spacing(limits, state);
      if (at > now + PATIENCE_MS) {
        if (asked && counts === asked) await deps.table.write([createOrReplace(PACE, stored, state)]);
        return undefined;
      }
      const atOnce = Math.min(Math.floor(SPAN_MS / each), ahead, room(state, limits, at));
      const all = Math.max(units, atOnce);
      await deps.table.write([createOrReplace(PACE, stored, afterTurns(state, limits, all, at))]);
      return { at, units: all, each };
    });
    if (!taken) return false;
    leave(mine);
    mine = taken;
    const passed = deps.clock.now() - begun;
    lead = passed > LATE_MS ? Math.min(2 * passed, PATIENCE_MS / 2) : 0;
    return true;
  }

  /** Notes the turns that were not used, so that `close` gives them back. */
  function leave({ at, units }: { readonly at: number; readonly units: number }): void {
    if (units > 0) unused.push({ at, units });
  }

  return {
    async turn(units, ahead) {
      for (;;) {
        if (mine.units < units) {
          taking ??= take(units, ahead).finally(() => {
            taking = undefined;
          });
          if (!(await taking)) return false;
          continue;
        }
        const { at, each } = mine;
        mine = { at: at + units * each, units: mine.units - units, each };
        const wait = at - deps.clock.now();
        if (wait > 0) await deps.clock.wait(wait);
        // A turn that is too late is lost even for a process that overslept: several that wake up at once
        // would make a burst.
        if (deps.clock.now() - at < LATE_MS) return true;
        leave({ at, units });
      }
    },
    async close() {
      leave(mine);
      mine = { ...mine, units: 0 };
      const back = unused;
      unused = [];
      if (back.length === 0) return;
      await retryOnConflict(async () => {
        const stored = await read(deps.table, PACE, sinceVersion1<PaceState>);
        if (!stored) return;
        const state = back.reduce((all, { at, units }) => afterTurns(all, limits, -units, at), stored.value);
        await deps.table.write([createOrReplace(PACE, stored, state)]);
      });
    },
  };
}

type Quota = NonNullable<PaceState['quota']>;

/** Asks the provider for its quota if its last answer is old; undefined while that answer still counts. */
async function askedNow(account: MailAccount, deps: PaceDeps): Promise<Quota | undefined> {
  const known = (await read(deps.table, PACE, sinceVersion1<PaceState>))?.value.quota;
  const readAt = deps.clock.now();
  if (!isOld(known, readAt)) return undefined;
  try {
    const { perSecond, day } = await account.quota();
    return {
      readAt,
      perSecond,
      ...(day ? { limit: day.limit, left: Math.max(0, day.limit - day.used) } : {}),
    };
  } catch (error) {
    const remedy = 'only mail.pace of the settings counts for some minutes';
    deps.log('warn', 'quota of the mail account not read', { remedy, error });
    return { readAt };
  }
}

const isOld = (quota: Quota | undefined, now: number): boolean => !quota || quota.readAt + QUOTA_MS <= now;

/** Shows what the pace allows to callers that only look and take no turns. */
export interface PaceView {
  /** The instant from which a turn is free; it may lie in the past. */
  readonly freeSince: number;
  /** Lists the instants of the next turns. */
  turns(): Iterable<number>;
  /**
   * Tells when the last of so many units has its turn by the settings. The provider's quota of a day is left
   * to the caller.
   */
  lastOf(units: number): number;
  readonly quota: ProviderQuota | undefined;
}
export interface ProviderQuota {
  readonly perSecond: number;
  /** The units allowed in 24 hours; undefined if there is no limit. */
  readonly limit: number | undefined;
  readonly used: number;
}

export async function readPace(mail: MailSettings, deps: ReadDeps): Promise<PaceView> {
  const { quota, ...state } = (await read(deps.table, PACE, sinceVersion1<PaceState>))?.value ?? UNUSED;
  const now = deps.clock.now();
  const counts: PaceState = TRANSPORT_RULES[mail.transport].tellsQuota && quota ? { ...state, quota } : state;
  return {
    freeSince: nextFree(counts, mail.pace, 1, 0),
    turns: () => turnsAhead(counts, mail.pace, now),
    lastOf: (units) => lastTurn(withoutDay(counts), mail.pace, units, now),
    quota: providerQuota(counts),
  };
}

function withoutDay({ quota, ...state }: PaceState): PaceState {
  if (!quota) return state;
  const { left: _, limit: __, ...rest } = quota;
  return { ...state, quota: rest };
}

function providerQuota({ quota }: PaceState): ProviderQuota | undefined {
  if (quota?.perSecond === undefined) return undefined;
  const { perSecond, limit, left = 0 } = quota;
  return { perSecond, limit, used: limit === undefined ? 0 : limit - left };
}
