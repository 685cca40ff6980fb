import type { Day } from './calendar.ts';
import type { Customer } from './customer.ts';
import type { DeliveryLine, VatCategory } from './delivery-note.ts';
import type { Cents, Percent } from './money.ts';
import type { Settings } from './settings.ts';

/** One row of the VAT summary: EN 16931 BG-23. */
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
  /** By category, then falling rate. */
  readonly vatRows: readonly VatRow[];
}

export interface InvoiceLine extends DeliveryLine {
  readonly net: Cents;
}

/** The lines of one note that went to one place. */
export interface NoteSection {
  readonly number: string;
  readonly date: Day;
  readonly lines: readonly InvoiceLine[];
  readonly net: Cents;
}

/** `place` is empty for what was delivered to the customer itself. */
export interface PlaceSection {
  readonly place: string;
  readonly notes: readonly NoteSection[];
  readonly net: Cents;
}

/** § 14 (4) no. 7 UStG: the agreed reduction. Undefined where there is none or nothing to pay. */
export interface Skonto {
  readonly percent: Percent;
  readonly until: Day;
  readonly amount: Cents;
  readonly payable: Cents;
}

export type Payment =
  | { readonly by: 'transfer'; readonly due: Day }
  /** SEPA direct debit, taken on the day it is due. */
  | {
      readonly by: 'direct-debit';
      readonly due: Day;
      readonly iban: string;
      readonly mandate: string;
      readonly creditorId: string;
    }
  /** Nothing to pay, or the customer gets money back. */
  | { readonly by: 'credit' };

/** What an invoice says beside its lines; kept with the issued invoice for ever. */
export interface InvoiceFacts {
  readonly number: string;
  readonly date: Day;
  /** The billed cycle's first and last day; undefined for an instant invoice. */
  readonly period: { readonly from: Day; readonly to: Day } | undefined;
  /** First and last day of delivery (§ 14 (4) no. 6 UStG). */
  readonly delivered: { readonly from: Day; readonly to: Day };
  readonly company: Settings['company'];
  readonly customer: Customer;
  readonly totals: Totals;
  readonly payment: Payment;
  readonly skonto: Skonto | undefined;
  /** A cancellation: the invoice that it takes back. */
  readonly cancels?: { readonly number: string; readonly date: Day };
}

/** Everything an invoice says, figured out once; documents, e-invoice and API show these figures and compute none. */
export interface Invoice extends InvoiceFacts {
  /** In natural order of place (the customer itself first), then date and number. */
  readonly places: readonly PlaceSection[];
}

/** One article of the delivery overview: what was delivered of it, by day. */
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
  /** Net of all rows: the invoice's. */
  readonly net: Cents;
}
