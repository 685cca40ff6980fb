import type { Day } from './calendar.ts';
import type { Cycle } from './customer.ts';
import type { DeliveryLine } from './delivery-note.ts';

/** What becomes of the invoices of a run: they are mailed, printed in one file, or only filed and shown. */
export const OUTPUTS = ['pdf', 'print', 'screen'] as const;
export type Output = (typeof OUTPUTS)[number];

/** The way that invoices go by the output of their run, if nothing stands in the way of a mail. */
export const OUTPUT_WAYS: Readonly<Record<Output, 'mail' | 'to print' | 'filed'>> = {
  pdf: 'mail',
  print: 'to print',
  screen: 'filed',
};

/**
 * What a run was asked for. An order equal to that of an unfinished run joins it; `orderFingerprint` compares
 * them.
 */
export type RunOrder = CycleOrder | InstantOrder | CancellationOrder;

interface AnyOrder {
  /** The last day of the notes that are billed. */
  readonly until: Day;
  readonly mailCustomersOnly: boolean;
  readonly output: Output;
  /** The invoice date, if the user gave one. */
  readonly invoiceDate?: Day;
}

/** Bills all customers of a cycle, or some of them. */
export interface CycleOrder extends AnyOrder {
  readonly kind: 'cycle';
  readonly cycle: Cycle;
  /** The period as written: `2026-10`, `2026-W44`, `2026-10-31`. */
  readonly period: string;
  readonly from: Day;
  /** Bills only these customers, in natural order; undefined bills all customers of the cycle. */
  readonly customers?: readonly string[];
}

/** Bills one customer now. */
export interface InstantOrder extends AnyOrder {
  readonly kind: 'instant';
  readonly customers: readonly [customer: string];
  /** Bills only the notes with these ids; undefined bills all open notes. */
  readonly notes?: readonly string[];
}

/**
 * A request for an invoice outside any cycle: over given lines, over chosen notes, or over all open notes of
 * the customer.
 */
export interface InstantRequest {
  readonly customer: string;
  /** Ids of notes, with their year: `2026/L-2610-0001`. */
  readonly notes?: readonly string[];
  /** Lines that become a delivery note first; they cannot be given together with `notes`. */
  readonly lines?: readonly DeliveryLine[];
  /**
   * Number and date of the note that `lines` become; if they are missing, the number is made up and the date
   * is today.
   */
  readonly note?: { readonly number?: string; readonly date?: Day };
  readonly output?: Output;
  readonly invoiceDate?: Day;
}

/** Cancels one issued invoice. */
export interface CancellationOrder extends AnyOrder {
  readonly kind: 'cancellation';
  readonly cancellation: Cancelling;
}

/** The invoice to cancel, and what becomes of its notes: they stay billed for ever, or are open again. */
export interface Cancelling {
  readonly invoice: string;
  readonly reopenNotes: boolean;
  /** Kept in the journal. */
  readonly reason?: string;
}

/** Returns what a cancellation cancels; undefined for orders that bill. */
export const cancellingOf = (order: RunOrder): Cancelling | undefined =>
  order.kind === 'cancellation' ? order.cancellation : undefined;

/** Returns the customers that an order names; undefined if it names none. */
export const namedCustomers = (order: RunOrder): readonly string[] | undefined =>
  order.kind === 'cancellation' ? undefined : order.customers;
