import type { Day } from './calendar.ts';
import type { Customer } from './customer.ts';
import type { DeliveryLine, VatCategory } from './delivery-note.ts';
import type { Cents, Percent } from './money.ts';
import type { Settings } from './settings.ts';

/** One row of the VAT summary (EN 16931 BG-23). */
export interface VatRow {
  readonly category: VatCategory;
  /** Hundredths of a percent. */
  readonly rate: Percent;
  readonly net: Cents;
  readonly vat: Cents;
}

export interface Totals {
  readonly notes: number;
  readonly lines: number;
  readonly net: Cents;
  readonly vat: Cents;
  readonly gross: Cents;
  /** Sorted by category, then by falling rate. */
  readonly vatRows: readonly VatRow[];
}

export interface InvoiceLine extends DeliveryLine {
  readonly net: Cents;
}

/** Those lines of one note that went to one place. */
export interface NoteSection {
  readonly number: string;
  readonly date: Day;
  readonly lines: readonly InvoiceLine[];
  readonly net: Cents;
}

/** The notes of one place; `place` is empty for what was delivered to the customer itself. */
export interface PlaceSection {
  readonly place: string;
  readonly notes: readonly NoteSection[];
  readonly net: Cents;
}

/**
 * The agreed reduction for paying early (§ 14 (4) no. 7 UStG); undefined if there is none, or nothing to pay.
 */
export interface Skonto {
  readonly percent: Percent;
  readonly until: Day;
  readonly amount: Cents;
  readonly payable: Cents;
}

export type Payment =
  | { readonly by: 'transfer'; readonly due: Day }
  /** SEPA direct debit; the issuer collects the amount on the day it is due. */
  | {
      readonly by: 'direct-debit';
      readonly due: Day;
      readonly iban: string;
      readonly mandate: string;
      readonly creditorId: string;
    }
  /** There is nothing to pay, or the customer gets money back. */
  | { readonly by: 'credit' };

/** What an invoice says besides its lines; it is kept with the issued invoice for ever. */
export interface InvoiceFacts {
  readonly number: string;
  readonly date: Day;
  /** First and last day of the billed period; undefined for an instant invoice. */
  readonly period: { readonly from: Day; readonly to: Day } | undefined;
  /** First and last day of delivery (§ 14 (4) no. 6 UStG). */
  readonly delivered: { readonly from: Day; readonly to: Day };
  readonly company: Settings['company'];
  readonly customer: Customer;
  readonly totals: Totals;
  readonly payment: Payment;
  readonly skonto: Skonto | undefined;
  /** The invoice that this cancellation invoice takes back. */
  readonly cancels?: { readonly number: string; readonly date: Day };
}

/**
 * Everything an invoice says, computed once: documents, e-invoice and API show these figures and compute none
 * of their own.
 */
export interface Invoice extends InvoiceFacts {
  /** In natural order of the place (the customer itself comes first), then by date and number. */
  readonly places: readonly PlaceSection[];
}

/** One article of the delivery overview, with what was delivered of it by day. */
export interface OverviewRow {
  readonly article: string;
  readonly description: string;
  readonly unit: DeliveryLine['unit'];
  readonly days: readonly { readonly day: Day; readonly quantity: number }[];
  readonly quantity: number;
  readonly net: Cents;
}

export interface DeliveryOverview {
  /** In natural order of article number, then description and unit. */
  readonly rows: readonly OverviewRow[];
  /** The net of all rows, which equals that of the invoice. */
  readonly net: Cents;
}
