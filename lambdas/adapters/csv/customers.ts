import { languageProblem } from '#core/domain/check-document.ts';
import { type Customer, customerSchema } from '#core/domain/customer.ts';
import type { ImportFile } from '#core/imports/import-file.ts';
import { asInteger, asLowerCase, asText, asUpperCase, asYesNo } from './cells.ts';
import { type ColumnsOf, columnsOf, readRow, readTable } from './columns.ts';
import { collectProblems } from './problems.ts';

/** The column of each field of a customer; a field without a column does not compile. */
const COLUMN_OF: ColumnsOf<Customer> = {
  number: { name: 'number', read: asText, is: 'filled' },
  name: { name: 'name', read: asText, is: 'filled' },
  name2: { name: 'name2', read: asText },
  street: { name: 'street', read: asText },
  zip: { name: 'zip', read: asText },
  city: { name: 'city', read: asText, is: 'filled' },
  country: { name: 'country', read: asUpperCase },
  language: { name: 'language', read: asLowerCase },
  email: { name: 'email', read: asText },
  invoiceEmail: { name: 'invoice_email', read: asText },
  invoiceAddressee: { name: 'invoice_addressee', read: asText },
  invoiceByMail: { name: 'invoice_by_mail', read: asYesNo },
  billingCycle: { name: 'billing_cycle', read: asLowerCase },
  deliveryOverview: { name: 'delivery_overview', read: asYesNo },
  paymentDays: { name: 'payment_days', read: asInteger },
  vatId: { name: 'vat_id', read: asText },
  eInvoice: { name: 'e_invoice', read: asLowerCase },
  buyerReference: { name: 'buyer_reference', read: asText },
  iban: { name: 'iban', read: asText },
  mandate: { name: 'mandate', read: asText },
  skontoPercent: { name: 'skonto_percent', read: asText, is: 'optional' },
  skontoDays: { name: 'skonto_days', read: asInteger, is: 'optional' },
  cc: { name: 'cc', read: asText, is: 'optional' },
  bcc: { name: 'bcc', read: asText, is: 'optional' },
  orderReference: { name: 'order_reference', read: asText, is: 'optional' },
};
export const CUSTOMER_COLUMNS = columnsOf(COLUMN_OF);

/**
 * Reads customers from a CSV file with one row each, in the order of the file.
 * @param languages those that have labels
 * @throws Fault `bad-input` naming line, column and reason of up to 50 problems
 */
export function readCustomers(bytes: Uint8Array, languages: readonly string[]): ImportFile<Customer> {
  const problems = collectProblems();
  const table = readTable('customers', bytes, CUSTOMER_COLUMNS, problems);
  const records: Customer[] = [];
  const lines = new Map<string, number>();
  for (const row of table.rows) {
    if (problems.isFull()) break;
    const customer = readRow(table, row, CUSTOMER_COLUMNS, customerSchema, problems);
    if (!customer) continue;
    const unspoken = languageProblem(customer.language, languages);
    if (unspoken) problems.add(row.line, 'language', unspoken);
    const earlier = lines.get(customer.number);
    if (earlier !== undefined) {
      problems.add(row.line, 'number', `customer ${customer.number} is in line ${earlier} already`);
    }
    lines.set(customer.number, row.line);
    records.push(customer);
  }
  problems.refuseIfAny();
  return { records, notices: table.notices };
}
