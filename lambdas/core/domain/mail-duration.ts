/** How many may go out in each window of time; undefined means no limit. */
export interface PaceLimits {
  readonly perSecond: number;
  readonly perMinute?: number | undefined;
  readonly perHour?: number | undefined;
  readonly perDay?: number | undefined;
}
/** How many went out in the last minute, hour and day. */
export interface PaceUsed {
  readonly minute?: number;
  readonly hour?: number;
  readonly day?: number;
}

/**
 * Returns the seconds until the last of so many mails has its turn; 0 for a single mail that may go at once.
 * Mails follow one another evenly within a second, and no minute, hour or day, wherever it begins, holds more
 * than its limit. It is not known when the mails in `used` went out: they are taken to have gone just now, so
 * that the time is rather too long than too short.
 */
export function mailDuration(mails: number, limits: PaceLimits, used: PaceUsed = {}): number {
  const windows = [
    { seconds: 60, limit: limits.perMinute, used: used.minute ?? 0 },
    { seconds: 3600, limit: limits.perHour, used: used.hour ?? 0 },
    { seconds: 86_400, limit: limits.perDay, used: used.day ?? 0 },
  ].flatMap(({ limit, ...window }) => (limit === undefined ? [] : [{ ...window, limit }]));
  const turns: number[] = [];
  for (let mail = 0; mail < mails; mail++) {
    const evenly = mail === 0 ? 0 : turns[mail - 1]! + 1 / limits.perSecond;
    const free = windows.map((window) => {
      if (mail >= window.limit) return turns[mail - window.limit]! + window.seconds;
      return mail + window.used >= window.limit ? window.seconds : 0;
    });
    turns.push(Math.max(evenly, ...free));
  }
  return turns.at(-1) ?? 0;
}

/** Words a duration for a person: `12 seconds`, `about 3 minutes`, `about 2 hours`, `about 4 days`. */
export function durationText(seconds: number): string {
  const [unit, size] = (
    [
      ['day', 86_400],
      ['hour', 3600],
      ['minute', 60],
    ] as const
  ).find(([, least]) => seconds >= 1.5 * least) ?? ['second', 1];
  const count = Math.round(seconds / size);
  return `${size === 1 ? '' : 'about '}${count} ${unit}${count === 1 ? '' : 's'}`;
}
