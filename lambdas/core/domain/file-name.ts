import type { Day } from './calendar.ts';

/**
 * The names of files, which tests, archives and people rely on. If a prefix is empty, its hyphen is left out
 * too. Customer and invoice numbers are letters and digits only, so that the parts can be told apart.
 */

/**
 * Returns `Rechnung-10001-2026000123-2026-10-31-1.pdf`; `n` is 1 for the invoice, 2 for the delivery
 * overview.
 */
export function documentFileName(of: {
  readonly prefix: string;
  readonly customer: string;
  readonly number: string;
  /** The date of the invoice. */
  readonly date: Day;
  readonly n: number;
  readonly extension?: 'pdf' | 'xml';
}): string {
  return `${join(of.prefix, of.customer, of.number, of.date, of.n)}.${of.extension ?? 'pdf'}`;
}

/**
 * Returns `Lieferschein-10001-L-2610-0001-2026-10-01.pdf`, with its own prefix; a second copy ends in
 * `-2.pdf`.
 */
export function deliveryNoteFileName(of: {
  readonly prefix: string;
  readonly customer: string;
  readonly number: string;
  /** The date of the delivery. */
  readonly date: Day;
  /**
   * Counts the documents of one note, which has several if it was corrected or made with and without prices.
   * It begins at 1, which is not written.
   */
  readonly copy: number;
}): string {
  return `${join(of.prefix, of.customer, of.number, of.date, of.copy > 1 ? of.copy : '')}.pdf`;
}

/** Joins the parts in composed Unicode, so that a prefix typed on another system names the same file. */
const join = (prefix: string, ...parts: (string | number)[]): string =>
  [prefix.normalize('NFC'), ...parts].filter((part) => part !== '').join('-');
