import type { Day } from './calendar.ts';
import type { Cycle } from './customer.ts';
import type { DeliveryLine } from './delivery-note.ts';

/** What becomes of the invoices of a run: mailed, printed in one file, or only filed and shown. */
export const OUTPUTS = ['pdf', 'print', 'screen'] as const;
export type Output = (typeof OUTPUTS)[number];

/** The way an invoice goes by the output of its run, where nothing stands in the way of a mail. */
export const OUTPUT_WAYS: Readonly<Record<Output, 'mail' | 'to print' | 'filed'>> = {
  pdf: 'mail',
  print: 'to print',
  screen: 'filed',
};

/**
 * What a run was asked for. An order that is equal to one of an unfinished run joins that run: they are compared by their
 * `orderFingerprint`.
 */
export type RunOrder = CycleOrder | InstantOrder | CancellationOrder;

interface AnyOrder {
  /** Notes up to this day are billed. */
  readonly until: Day;
  readonly mailCustomersOnly: boolean;
  readonly output: Output;
  /** As the user gave it. */
  readonly invoiceDate?: Day;
}

/** Bills all customers of a cycle, or some of them. */
export interface CycleOrder extends AnyOrder {
  readonly kind: 'cycle';
  readonly cycle: Cycle;
  /** As written: `2026-10`, `2026-W44`, `2026-10-31`. */
  readonly period: string;
  readonly from: Day;
  /** Only these, in natural order; undefined: all customers of the cycle. */
  readonly customers?: readonly string[];
}

/** Bills one customer now. */
export interface InstantOrder extends AnyOrder {
  readonly kind: 'instant';
  readonly customers: readonly [customer: string];
  /** Only these, by their ids; undefined: all that are open. */
  readonly notes?: readonly string[];
}

/** What is asked for when an invoice is made outside of any cycle: over given lines, over chosen notes, or over all open notes of the customer. */
export interface InstantRequest {
  readonly customer: string;
  /** Ids with their year: `2026/L-2610-0001`. */
  readonly notes?: readonly string[];
  /** They become a delivery note first. Not together with `notes`. */
  readonly lines?: readonly DeliveryLine[];
  /** Of the note that the lines become; without them the day is today, and the number is made up. */
  readonly note?: { readonly number?: string; readonly date?: Day };
  readonly output?: Output;
  readonly invoiceDate?: Day;
}

/** Takes one issued invoice back. */
export interface CancellationOrder extends AnyOrder {
  readonly kind: 'cancellation';
  readonly cancellation: Cancelling;
}

/** The invoice that is taken back, and what becomes of its notes: billed for ever, or open again. */
export interface Cancelling {
  readonly invoice: string;
  readonly reopenNotes: boolean;
  /** For the journal. */
  readonly reason?: string;
}

/** What a cancellation takes back; undefined for the orders that bill. */
export const cancellingOf = (order: RunOrder): Cancelling | undefined =>
  order.kind === 'cancellation' ? order.cancellation : undefined;

/** The customers that an order names; undefined where it names none. */
export const namedCustomers = (order: RunOrder): readonly string[] | undefined =>
  order.kind === 'cancellation' ? undefined : order.customers;
