import { languageProblem } from '#core/domain/check-document.ts';
import { type Customer, customerSchema } from '#core/domain/customer.ts';
import type { ImportFile } from '#core/imports/import-file.ts';
import { asInteger, asLowerCase, asText, asUpperCase, asYesNo } from './cells.ts';
import { type Column, readRow, readTable } from './columns.ts';
import { collectProblems } from './problems.ts';

const COLUMNS: readonly Column[] = [
  { name: 'number', field: 'number', read: asText, is: 'filled' },
  { name: 'name', field: 'name', read: asText, is: 'filled' },
  { name: 'name2', field: 'name2', read: asText },
  { name: 'street', field: 'street', read: asText },
  { name: 'zip', field: 'zip', read: asText },
  { name: 'city', field: 'city', read: asText, is: 'filled' },
  { name: 'country', field: 'country', read: asUpperCase },
  { name: 'language', field: 'language', read: asLowerCase },
  { name: 'email', field: 'email', read: asText },
  { name: 'invoice_email', field: 'invoiceEmail', read: asText },
  { name: 'invoice_addressee', field: 'invoiceAddressee', read: asText },
  { name: 'invoice_by_mail', field: 'invoiceByMail', read: asYesNo },
  { name: 'billing_cycle', field: 'billingCycle', read: asLowerCase },
  { name: 'delivery_overview', field: 'deliveryOverview', read: asYesNo },
  { name: 'payment_days', field: 'paymentDays', read: asInteger },
  { name: 'vat_id', field: 'vatId', read: asText },
  { name: 'e_invoice', field: 'eInvoice', read: asLowerCase },
  { name: 'buyer_reference', field: 'buyerReference', read: asText },
  { name: 'iban', field: 'iban', read: asText },
  { name: 'mandate', field: 'mandate', read: asText },
  { name: 'skonto_percent', field: 'skontoPercent', read: asText, is: 'optional' },
  { name: 'skonto_days', field: 'skontoDays', read: asInteger, is: 'optional' },
  { name: 'cc', field: 'cc', read: asText, is: 'optional' },
  { name: 'bcc', field: 'bcc', read: asText, is: 'optional' },
  { name: 'order_reference', field: 'orderReference', read: asText, is: 'optional' },
];

/**
 * Customers of a CSV file, a row each, in its order.
 * @param languages those that have labels
 * @throws Fault `bad-input` naming line, column and reason of up to 50 problems
 */
export function readCustomers(bytes: Uint8Array, languages: readonly string[]): ImportFile<Customer> {
  const problems = collectProblems();
  const table = readTable('customers', bytes, COLUMNS, problems);
  const records: Customer[] = [];
  const lines = new Map<string, number>();
  for (const row of table.rows) {
    if (problems.isFull()) break;
    const customer = readRow(table, row, COLUMNS, customerSchema, problems);
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
