import type { Deps } from '#core/deps.ts';
import type { Day } from '#core/domain/calendar.ts';
import { compareNatural } from '#core/domain/natural-order.ts';
import { refuse } from '#core/errors.ts';
import {
  type InvoiceRecord,
  listCustomerInvoices,
  listMonthInvoices,
  readInvoices,
} from '#core/repositories/invoices.ts';
import { monthAfter } from '#core/repositories/month-lists.ts';
import type { Stored } from '#core/repositories/stored.ts';

/**
 * Says which invoices are selected. At least one of `numbers`, `customer` and `period` must be given, and an
 * invoice must fit everything that is given.
 */
export interface InvoiceSelection {
  readonly numbers?: readonly string[];
  readonly customer?: string;
  /** The billed period must end within these days; for an instant invoice, its date counts. */
  readonly period?: { readonly from: Day; readonly to: Day };
  /** Only customers who get their invoices by mail. */
  readonly mailCustomersOnly?: boolean;
}

/**
 * Returns the issued invoices that fit a selection, in natural order of customer, then number.
 * @throws Fault `bad-input` for a number that does not exist, or a selection that selects nothing
 */
export async function selectInvoices(
  selection: InvoiceSelection,
  deps: Pick<Deps, 'table'>,
): Promise<Stored<InvoiceRecord>[]> {
  const candidates = await readInvoices(deps.table, await candidateNumbers(selection, deps));
  const missing = selection.numbers?.find(
    (number) => !candidates.some(({ value }) => value.facts.number === number),
  );
  if (missing !== undefined) refuse(`There is no invoice ${missing}.`);
  const selected = candidates.filter(({ value: { facts } }) => {
    const day = facts.period?.to ?? facts.date;
    if (selection.customer && facts.customer.number !== selection.customer) return false;
    if (selection.period && (day < selection.period.from || day > selection.period.to)) return false;
    return !selection.mailCustomersOnly || facts.customer.invoiceByMail;
  });
  if (selected.length === 0) refuse('No issued invoice fits this selection.');
  return selected.sort(
    ({ value: { facts: a } }, { value: { facts: b } }) =>
      compareNatural(a.customer.number, b.customer.number) || compareNatural(a.number, b.number),
  );
}

async function candidateNumbers(
  { numbers, customer, period }: InvoiceSelection,
  deps: Pick<Deps, 'table'>,
): Promise<readonly string[]> {
  if (numbers) return numbers;
  if (customer) return listCustomerInvoices(deps.table, customer);
  if (!period) refuse('Say which invoices: by number, by customer or by period.');
  const found: string[] = [];
  for (let month = period.from.slice(0, 7); month <= period.to.slice(0, 7); month = monthAfter(month)) {
    found.push(...(await listMonthInvoices(deps.table, month)));
  }
  return found;
}
