import type { PaceLimits } from './mail-duration.ts';

/**
 * How late a hand-over may follow its turn and still keep the pace, for minutes and for hours and days:
 * longer than one message may take.
 */
const MINUTE_SLACK_MS = 3000;
const SLACK_MS = 3 * 60_000;
/** How late a turn may still be used, in milliseconds. */
export const LATE_MS = 100;

/**
 * Units that went out are counted in buckets of time. A window with its slack is this many buckets long and
 * touches one more, which counts as a whole. So the pace is kept wherever a window begins, and a full window
 * waits 4 % longer than it must.
 */
const BUCKETS = 24;
const WINDOWS = [
  { name: 'hour', limit: 'perHour', bucketMs: (3_600_000 + SLACK_MS) / BUCKETS },
  { name: 'day', limit: 'perDay', bucketMs: (86_400_000 + SLACK_MS) / BUCKETS },
] as const;

/** Units that went out, by the number of their bucket since 1970. */
type Counts = Readonly<Record<string, number>>;

/**
 * What has gone out, and what a provider allows. Durations are in milliseconds, instants in milliseconds
 * since 1970.
 */
export interface PaceState {
  /** From when on the limits by second and by minute leave a turn free. */
  readonly freeFrom: number;
  readonly hour?: Counts;
  readonly day?: Counts;
  /** What the provider said last; it has no figures if the provider could not be asked. */
  readonly quota?: {
    readonly readAt: number;
    readonly perSecond?: number;
    /** How many units of the provider's limit for 24 hours are left now; `limit` is that limit. */
    readonly left?: number;
    readonly limit?: number;
  };
}

export const UNUSED: PaceState = { freeFrom: 0 };
/** How long the figures of a provider count, in milliseconds. */
export const QUOTA_MS = 5 * 60_000;

/**
 * Returns the milliseconds from one turn to the next; within seconds and minutes, turns follow one another
 * evenly.
 */
export function spacing(limits: PaceLimits, { quota }: PaceState = UNUSED): number {
  const perSecond = Math.min(limits.perSecond, quota?.perSecond ?? Number.POSITIVE_INFINITY);
  const byMinute = limits.perMinute === undefined ? 0 : (60_000 + MINUTE_SLACK_MS) / limits.perMinute;
  const each = Math.max((1000 + LATE_MS) / perSecond, byMinute);
  // Rounded to 1/1024 so that instants add up exactly: 41 bits of milliseconds and ten behind the point.
  return Math.ceil(each * 1024) / 1024;
}

/**
 * Returns the first instant from `from` on at which so many units may go at once. More units than a window
 * takes wait until the window is empty.
 */
export function nextFree(state: PaceState, limits: PaceLimits, units: number, from: number): number {
  const free = WINDOWS.map(({ name, limit, bucketMs }) => {
    const most = limits[limit];
    if (most === undefined) return 0;
    let over = -most + Math.min(units, most);
    // The newest bucket comes first: the one that exceeds the limit must have left the window.
    for (const bucket of numbers(state[name]).toReversed()) {
      over += state[name]![bucket]!;
      if (over > 0) return (bucket + BUCKETS + 1) * bucketMs;
    }
    return 0;
  });
  const { readAt = 0, left = Number.POSITIVE_INFINITY } = state.quota ?? {};
  return Math.max(from, state.freeFrom, ...free, left < units ? readAt + QUOTA_MS : 0);
}

/** Returns how many units the limits of hours and days and the quota allow at an instant. */
export function room(state: PaceState, limits: PaceLimits, at: number): number {
  const rooms = WINDOWS.map(({ name, limit, bucketMs }) => {
    const oldest = Math.floor(at / bucketMs) - BUCKETS;
    return (limits[limit] ?? Number.POSITIVE_INFINITY) - countFrom(state[name], oldest);
  });
  return Math.max(0, Math.min(...rooms, state.quota?.left ?? Number.POSITIVE_INFINITY));
}

/**
 * Returns the state after so many units have taken their turns from that instant on; a negative number gives
 * turns back.
 */
export function afterTurns(state: PaceState, limits: PaceLimits, units: number, at: number): PaceState {
  const counts = WINDOWS.map(({ name, bucketMs }) => {
    const bucket = Math.floor(at / bucketMs);
    const kept = numbers(state[name]).filter((number) => number >= bucket - BUCKETS);
    const all = new Map(kept.map((number) => [number, state[name]![number]!]));
    all.set(bucket, Math.max(0, (all.get(bucket) ?? 0) + units));
    return [name, Object.fromEntries(all)] as const;
  });
  const { quota } = state;
  // A turn given back is not added to a quota that was read after the turn, because the provider never
  // counted it.
  const isCounted = quota?.left !== undefined && (units > 0 || quota.readAt <= at);
  return {
    ...state,
    ...Object.fromEntries(counts),
    ...(units > 0 ? { freeFrom: at + units * spacing(limits, state) } : {}),
    ...(isCounted ? { quota: { ...quota, left: Math.max(0, quota.left! - units) } } : {}),
  };
}

/**
 * Yields the instants of the next turns if every free turn is taken one by one, each for one unit. When the
 * quota is used up, the last turn is for asking the provider again, because nobody knows how many follow it.
 */
export function* turnsAhead(state: PaceState, limits: PaceLimits, now: number): Generator<number> {
  for (let ahead = state; ; ) {
    const at = nextFree(ahead, limits, 1, now);
    yield at;
    if (ahead.quota?.left !== undefined && ahead.quota.left < 1) return;
    ahead = afterTurns(ahead, limits, 1, at);
  }
}

/** Returns when the last of so many units has its turn, if every free turn is taken. */
export function lastTurn(state: PaceState, limits: PaceLimits, units: number, now: number): number {
  const [{ bucketMs }] = WINDOWS;
  const each = spacing(limits, state);
  let ahead = state;
  let last = now;
  for (let left = units; left > 0; ) {
    const at = nextFree(ahead, limits, 1, now);
    // All turns of one bucket are taken in one step.
    const inBucket = Math.floor(((Math.floor(at / bucketMs) + 1) * bucketMs - at) / each);
    const step = Math.max(1, Math.min(left, inBucket, room(ahead, limits, at)));
    ahead = afterTurns(ahead, limits, step, at);
    last = at + (step - 1) * each;
    left -= step;
  }
  return last;
}

const numbers = (counts: Counts = {}): number[] =>
  Object.keys(counts)
    .map(Number)
    .sort((a, b) => a - b);

const countFrom = (counts: Counts = {}, oldest: number): number =>
  numbers(counts).reduce((sum, number) => (number >= oldest ? sum + counts[number]! : sum), 0);
