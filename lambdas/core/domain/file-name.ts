import type { Day } from './calendar.ts';

/**
 * File names that tests, archives and people rely on. An empty prefix takes its hyphen along. Customer and invoice
 * numbers are letters and digits, so that the parts can be told apart.
 */

/** `Rechnung-10001-2026000123-2026-10-31-1.pdf`; `n` is 1 for the invoice, 2 for the delivery overview. */
export function documentFileName(of: {
  readonly prefix: string;
  readonly customer: string;
  readonly number: string;
  /** Of the invoice. */
  readonly date: Day;
  readonly n: number;
  readonly extension?: 'pdf' | 'xml';
}): string {
  return `${join(of.prefix, of.customer, of.number, of.date, of.n)}.${of.extension ?? 'pdf'}`;
}

/** `Lieferschein-10001-L-2610-0001-2026-10-01.pdf`, with a prefix of its own; a second one ends in `-2.pdf`. */
export function deliveryNoteFileName(of: {
  readonly prefix: string;
  readonly customer: string;
  readonly number: string;
  /** Of the delivery. */
  readonly date: Day;
  /** From 1, which is not written: documents of one note that was corrected, or with and without prices. */
  readonly copy: number;
}): string {
  return `${join(of.prefix, of.customer, of.number, of.date, of.copy > 1 ? of.copy : '')}.pdf`;
}

/** Composed Unicode: the same prefix typed on another system names the same file. */
const join = (prefix: string, ...parts: (string | number)[]): string =>
  [prefix.normalize('NFC'), ...parts].filter((part) => part !== '').join('-');
