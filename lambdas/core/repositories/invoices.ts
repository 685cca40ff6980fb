import type { Day } from '#core/domain/calendar.ts';
import { CUSTOMER_DEFAULTS } from '#core/domain/customer.ts';
import type { InvoiceFacts } from '#core/domain/invoice.ts';
import type { MailState } from '#core/domain/mail-states.ts';
import { naturalKey } from '#core/domain/natural-order.ts';
import { COMPANY_DEFAULTS } from '#core/domain/settings.ts';
import type { JsonObject, Key, Table } from '#core/ports.ts';
import { customerPartition } from './customers.ts';
import type { JournalHead } from './journal.ts';
import { read, type Stored, sinceVersion1, stored, withMissing } from './stored.ts';

/**
 * `INVOICE#<number> / INVOICE`: an issued invoice. All but its delivery and its cancellation stays as it was
 * issued.
 */
export interface InvoiceRecord {
  readonly facts: InvoiceFacts;
  readonly noteIds: readonly string[];
  readonly documents: readonly FiledDocument[];
  readonly runId: string;
  readonly draftId: string;
  readonly issuedAt: string;
  readonly delivery: Delivery;
  /** The number of the cancellation invoice that took this invoice back, written when that was issued. */
  readonly cancelledBy?: string;
  /** Whether the notes of a cancelled invoice are open again, so that anybody may change and bill them. */
  readonly notesReopened?: boolean;
  readonly journal: JournalHead;
}

/**
 * Upgrades a stored invoice. Company and customer stay as they were printed; fields that were added later
 * take their defaults, which print nothing.
 */
export function upgradeInvoice(value: JsonObject): InvoiceRecord {
  const record = sinceVersion1<InvoiceRecord>(value);
  const company = withMissing(record.facts.company, COMPANY_DEFAULTS);
  const customer = withMissing(record.facts.customer, CUSTOMER_DEFAULTS);
  return { ...record, facts: { ...record.facts, company, customer } };
}
/** Upgrades the items that find an invoice by its customer or its day. */
export const upgradeInvoicePointer = sinceVersion1<{ readonly number: string }>;

export interface FiledDocument {
  readonly kind: 'invoice' | 'delivery-overview';
  /** 1 for the invoice, 2 for the delivery overview. */
  readonly n: number;
  readonly fileName: string;
  readonly key: string;
  readonly version: string;
  readonly size: number;
  readonly sha256: string;
}

/** How the invoice goes to the customer. The state of a mailed invoice is that of its mail. */
export type Delivery =
  | { readonly state: 'filed' }
  /** `mailId` names the mail that had failed, which is why the invoice was printed. */
  | { readonly state: 'printed'; readonly mailId?: string }
  | { readonly state: 'to print'; readonly reason?: string }
  | { readonly state: 'mail'; readonly mailId: string };

/** The delivery state that reports show; for a mailed invoice, the state of its mail. */
export type DeliveryState = Exclude<Delivery['state'], 'mail'> | MailState;

export const invoicePartition = (number: string): string => `INVOICE#${number}`;
export const invoiceKey = (number: string): Key => ({ partition: invoicePartition(number), sort: 'INVOICE' });
/**
 * `CUSTOMER#<number> / INVOICE#<invoice>` finds an invoice by its customer; `INVOICES#<month> /
 * <date>#<invoice>`, the key of `invoiceListKey`, finds it by its day.
 */
export const customerInvoiceKey = (customer: string, number: string): Key => ({
  partition: customerPartition(customer),
  sort: `INVOICE#${naturalKey(number)}`,
});
export const invoiceListKey = (day: Day, number: string): Key => ({
  partition: `INVOICES#${day.slice(0, 7)}`,
  sort: `${day}#${naturalKey(number)}`,
});

/** `INVOICE#<number> / CANCELLATION`: the run that cancels the invoice. An invoice only ever has one. */
export const cancellationKey = (number: string): Key => ({
  partition: invoicePartition(number),
  sort: 'CANCELLATION',
});
export const readCancellation = (table: Table, number: string) =>
  read(table, cancellationKey(number), sinceVersion1<{ readonly runId: string }>);

export const readInvoice = (table: Table, number: string) => read(table, invoiceKey(number), upgradeInvoice);

export async function readInvoices(
  table: Table,
  numbers: readonly string[],
): Promise<Stored<InvoiceRecord>[]> {
  const items = await table.getMany(numbers.map(invoiceKey));
  return items.flatMap((item) => (item ? [stored(item, upgradeInvoice)] : []));
}

/** Lists the numbers of a customer's invoices, in their natural order. */
export async function listCustomerInvoices(table: Table, customer: string): Promise<string[]> {
  const items = await table.list(customerPartition(customer), { prefix: 'INVOICE#' });
  return items.map((item) => stored(item, upgradeInvoicePointer).value.number);
}

/** Lists the numbers of the invoices filed under the days of one month (`2026-10`), by day. */
export async function listMonthInvoices(table: Table, month: string): Promise<string[]> {
  const items = await table.list(`INVOICES#${month}`);
  return items.map((item) => stored(item, upgradeInvoicePointer).value.number);
}
