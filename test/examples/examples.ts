import { readdirSync, readFileSync } from 'node:fs';
import { type Billable, bill } from '#core/domain/bill.ts';
import { cancellationOf } from '#core/domain/cancellation.ts';
import { customerSchema } from '#core/domain/customer.ts';
import { deliveryNoteSchema } from '#core/domain/delivery-note.ts';
import type { Invoice } from '#core/domain/invoice.ts';
import { settingsSchema } from '#core/domain/settings.ts';

const FOLDER = new URL('.', import.meta.url);

/**
 * Lists the cases: each is a folder with `order.json` (what was delivered) and `invoice.json` (what it
 * makes).
 */
export const exampleNames = (): string[] =>
  readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();

export const exampleFile = (name: string, file: string): URL => new URL(`${name}/${file}`, FOLDER);

/**
 * Reads the order of a case through the schemas that also check input; `company.json` completes its company.
 */
export function exampleOrder(name: string): Billable {
  const order = readJson(exampleFile(name, 'order.json'));
  const company = { ...readJson(new URL('company.json', FOLDER)), ...order.company };
  return {
    number: order.number,
    date: order.date,
    period: order.period,
    company: settingsSchema.parse({ company }).company,
    customer: customerSchema.parse(order.customer),
    notes: order.notes.map((note: unknown) => deliveryNoteSchema.parse(note)),
  };
}

/** Makes the invoice of the order, or its cancellation where the order names one. */
export function exampleInvoice(name: string): Invoice {
  const invoice = bill(exampleOrder(name));
  const { cancellation } = readJson(exampleFile(name, 'order.json'));
  return cancellation ? cancellationOf(invoice, cancellation) : invoice;
}

const readJson = (file: URL) => JSON.parse(readFileSync(file, 'utf8'));
