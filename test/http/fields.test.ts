import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CUSTOMER_COLUMNS, readCustomers } from '#adapters/csv/customers.ts';
import { LINE_COLUMNS } from '#adapters/csv/deliveries.ts';
import { customerSchema } from '#core/domain/customer.ts';
import { deliveryLineSchema } from '#core/domain/delivery-note.ts';
import { customerAnswer, customerBody, customerJson } from '#http/schemas/customer.ts';
import { lineAnswer } from '#http/schemas/delivery.ts';

const FIELDS = Object.keys(customerSchema.shape);
const CELLS: Readonly<Record<string, string>> = {
  number: '7',
  country: 'AT',
  language: 'de',
  invoice_by_mail: 'yes',
  billing_cycle: 'weekly',
  delivery_overview: 'yes',
  payment_days: '21',
  e_invoice: 'zugferd',
  skonto_percent: '2',
  skonto_days: '8',
};

describe('each field of a customer', () => {
  it('has a column of the CSV file, and is in the body and the answer of the API', () => {
    assert.deepEqual(CUSTOMER_COLUMNS.map(({ field }) => field).sort(), FIELDS.toSorted());
    assert.deepEqual(Object.keys(customerBody.shape).sort(), FIELDS.toSorted());
    assert.deepEqual(Object.keys(customerAnswer.shape).sort(), FIELDS.toSorted());
  });

  it('gets from its column into the answer', () => {
    const names = CUSTOMER_COLUMNS.map(({ name }) => name);
    const file = `${names.join(';')}\n${names.map((name) => CELLS[name] ?? `a ${name}`).join(';')}\n`;
    const [customer] = readCustomers(new TextEncoder().encode(file), ['de']).records;
    assert.ok(customer);
    const answer = customerAnswer.parse(customerJson(customer));
    const unset = customerSchema.parse({ number: '1', name: 'x', city: 'x' });
    for (const field of FIELDS as (keyof typeof answer)[]) {
      if (field !== 'language') assert.notEqual(answer[field], customerJson(unset)[field], field);
    }
  });
});

describe('each field of a delivery line', () => {
  it('has a column of the CSV file, and is in the answer of the API', () => {
    const parsed = deliveryLineSchema.parse({
      ...{ position: 1, description: 'Milch', quantity: 1, unitPrice: 1, vatRate: 7 },
    });
    const fields = Object.keys(parsed).sort();
    assert.deepEqual(LINE_COLUMNS.map(({ field }) => field).sort(), fields);
    assert.deepEqual(Object.keys(lineAnswer.shape).sort(), [...fields, 'net'].sort());
  });
});
