import type { Day } from '#core/domain/calendar.ts';
import { plainDecimal } from '#core/domain/money.ts';
import type { Conventions } from './labels.ts';

/**
 * Formats an integer with `decimals` implied places as people read it: at least `least` decimals, further
 * ones only where they are not zero. Works on digits; no float is involved. `formatDecimal(12_500, 4, 2)` is
 * `1,25`.
 */
export function formatDecimal(
  value: number,
  decimals: number,
  least: number,
  conventions: Conventions,
): string {
  const [whole = '0', fraction = ''] = plainDecimal(value, decimals).split('.');
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, conventions.groupMark);
  let shown = fraction;
  while (shown.length > least && shown.endsWith('0')) shown = shown.slice(0, -1);
  return shown === '' ? grouped : `${grouped}${conventions.decimalMark}${shown}`;
}

/** Formats a day by the language's pattern: `31.10.2026` or `31 Oct 2026`. */
export function formatDay(day: Day, pattern: string, conventions: Conventions): string {
  const [yyyy = '', mm = '', dd = ''] = day.split('-');
  const parts: Record<string, string> = {
    yyyy,
    mm,
    dd,
    d: String(Number(dd)),
    month: conventions.months[Number(mm) - 1] ?? '',
  };
  return pattern.replace(/\{(\w+)\}/g, (_, name: string) => parts[name] ?? '');
}

/** Groups an IBAN by four, as banks print it: `DE02 1203 0000 …`. */
export function formatIban(iban: string): string {
  return iban.replace(/\s/g, '').replace(/.{4}(?=.)/g, '$& ');
}

/**
 * Masks an IBAN except for country, check digits and the last four: enough for its owner to recognize it, too
 * little for anybody else.
 */
export function maskIban(iban: string): string {
  const plain = iban.replace(/\s/g, '');
  return formatIban(plain.slice(0, 4) + '*'.repeat(Math.max(0, plain.length - 8)) + plain.slice(-4));
}

/**
 * Quotes a text as a CSS string (CSS Syntax 3, 4.3.7). The result contains no `<`, so it cannot end a style
 * element either.
 */
export function cssString(text: string): string {
  const escaped = text.replace(/[^\p{L}\p{N} .,:@+-]/gu, (character) => {
    return `\\${character.codePointAt(0)!.toString(16)} `;
  });
  return `"${escaped}"`;
}
