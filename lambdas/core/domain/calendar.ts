import { z } from 'zod';
import { patterned } from './text.ts';

/** A calendar day such as `2026-10-31`; days can be compared as texts. */
export type Day = string;

const DAY_MS = 86_400_000;
const BERLIN = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Europe/Berlin',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});

/** A day that exists, between 2000 and 2099, written `2026-10-31` or `31.10.2026`. */
export const day = z
  .string()
  .transform((input, context): Day => {
    const text = input.trim();
    const german = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text);
    const iso = german ? `${german[3]}-${german[2]!.padStart(2, '0')}-${german[1]!.padStart(2, '0')}` : text;
    if (!isDay(iso)) {
      context.addIssue({
        code: 'custom',
        message: `"${text.slice(0, 40)}" is not a day such as 2026-10-31 or 31.10.2026`,
      });
      return z.NEVER;
    }
    return iso;
  })
  .meta({ example: '2026-10-31' });

/** A month between 2000 and 2099, written `2026-10`. */
export const month = patterned(/^20\d\d-(0[1-9]|1[0-2])$/, 'is not a month such as 2026-10').meta({
  example: '2026-10',
});

/** A year between 2000 and 2099. */
export const year = patterned(/^20\d\d$/, 'is not a year such as 2026').meta({ example: '2026' });

export function isDay(text: string): boolean {
  if (!/^20\d\d-\d\d-\d\d$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === text;
}

/** Returns the day in Germany at an instant (milliseconds since 1970). */
export function berlinDay(instant: number): Day {
  return BERLIN.format(instant);
}

export function addDays(from: Day, days: number): Day {
  return toDay(Date.parse(`${from}T00:00:00Z`) + days * DAY_MS);
}

export function daysBetween(from: Day, to: Day): number {
  return (Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS;
}

/** Returns the day of the week, from 1 for Monday to 7 for Sunday (ISO 8601). */
export function weekday(of: Day): number {
  return new Date(`${of}T00:00:00Z`).getUTCDay() || 7;
}

/** Returns the ISO 8601 week of a day; the year of a week is that of its Thursday. */
export function isoWeek(of: Day): { readonly year: number; readonly week: number } {
  const thursday = addDays(of, 4 - weekday(of));
  const year = Number(thursday.slice(0, 4));
  return { year, week: Math.floor(daysBetween(`${year}-01-01`, thursday) / 7) + 1 };
}

/** Returns the Monday of an ISO week. */
export function mondayOf(year: number, week: number): Day {
  const fourth = `${year}-01-04`; // always in week 1
  return addDays(fourth, 1 - weekday(fourth) + (week - 1) * 7);
}

export function lastOfMonth(year: number, month: number): Day {
  return toDay(Date.UTC(year, month, 0));
}

function toDay(time: number): Day {
  return new Date(time).toISOString().slice(0, 10);
}
