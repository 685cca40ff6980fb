import type { Day } from './calendar.ts';

/**
 * Invoice numbers: a frame of letters, digits, `{yyyy}`, `{yy}` and `{mm}` around exactly one `{number}`, or
 * `{number:6}` for at least six digits.
 * All numbers of one range (`rangeOf`) come from one counter that only rises, and no two of its values are
 * written alike: every part except the number has a fixed width, so the number stands at a known distance
 * from both ends and can be read back. Within a range the year is fixed, and the month may change without a
 * new start. Padding does not make a range: 0012 and 00012 are one number. Numbers of two years under one
 * format differ in the digits of the year; numbers of two formats may collide, which the store refuses
 * (`number-taken`).
 */

export const MAX_NUMBER = 999_999_999;
const MAX_LENGTH = 20;
const PLACEHOLDER = /\{(yyyy|yy|mm|number(?::[1-9])?)\}/g;

/** Returns what is wrong with a format, for a person, or undefined if nothing is. */
export function checkNumberFormat(format: string): string | undefined {
  const frame = format.replace(PLACEHOLDER, '');
  const other = /\{[^}]*\}?|[^A-Za-z0-9]/.exec(frame);
  if (other) {
    return `contains "${other[0]}": it may hold letters, digits, {yyyy}, {yy}, {mm} and one {number} or {number:6}`;
  }
  const numbers = format.match(/\{number[^}]*\}/g) ?? [];
  if (numbers.length !== 1) {
    return `must hold {number} exactly once, such as {yyyy}{number:6}; it does ${numbers.length} times`;
  }
  const longest = fill(format, MAX_NUMBER, '2026-12-31').length;
  if (longest <= MAX_LENGTH) return undefined;
  return `makes numbers of up to ${longest} characters; ${MAX_LENGTH} are allowed (a number may grow to nine digits)`;
}

/** Formats an invoice number: on a day of 2026, `{yyyy}{number:6}` turns 123 into `2026000123`. */
export function formatNumber(format: string, number: number, date: Day): string {
  if (!Number.isInteger(number) || number < 1 || number > MAX_NUMBER) {
    throw new RangeError(`${number} is not a number from 1 to ${MAX_NUMBER}`);
  }
  return fill(format, number, date);
}

/**
 * Names the counter of a format: the format with its year filled in, such as `2026{number}`. There is one
 * counter a year if the format shows the year, otherwise one for all years.
 */
export function rangeOf(format: string, date: Day): string {
  return format.replace(PLACEHOLDER, (placeholder, name: string) => {
    if (name.startsWith('number')) return '{number}';
    return name === 'mm' ? placeholder : dated(name, date);
  });
}

function fill(format: string, number: number, date: Day): string {
  return format.replace(PLACEHOLDER, (_, name: string) =>
    name.startsWith('number')
      ? String(number).padStart(Number(name.slice('number:'.length)), '0')
      : dated(name, date),
  );
}

function dated(name: string, date: Day): string {
  if (name === 'yyyy') return date.slice(0, 4);
  return name === 'yy' ? date.slice(2, 4) : date.slice(5, 7);
}
