import assert from 'node:assert/strict';
import type { ApiClient, Invoice } from '#test/support/api/api-client.ts';
import { readPdf } from '#test/support/documents/pdf-text.ts';
import { type ApiDeployment, all, bytesOf, done, until } from './api-deployment.ts';

const CALLERS = 16;
const SAME = 8;

/**
 * Lets tills call all at once after a scenario: each for a customer of its own, all for one customer, and one
 * that repeats its call.
 */
export async function callAtOnce(deployment: ApiDeployment): Promise<void> {
  const { api } = deployment;
  const before = await all(api.listInvoices);
  const customers = Array.from({ length: CALLERS }, (_, till) => String(201 + till));
  await Promise.all(
    customers.map((number) =>
      done(
        api.putCustomer({
          path: { number },
          body: { name: `Imbiss ${number}`, street: 'Markt 1', zip: '87629', city: 'Füssen' },
        }),
        201,
      ),
    ),
  );

  const own = await atOnce(customers.map((customer, till) => sell(deployment, customer, `till-${till}`)));
  const shared = await atOnce(customers.map((_, till) => sell(deployment, customers[0]!, `shared-${till}`)));
  const repeated = await atOnce(
    Array.from({ length: SAME }, () => sell(deployment, customers[1]!, 'nervous')),
  );

  const [once, ...again] = repeated;
  for (const one of again) assert.ok(one.pdf.equals(once!.pdf), 'one invoice, byte for byte');
  const made = [...own, ...shared, once!];
  for (const { pdf, number, description } of made) {
    const { text } = await readPdf(pdf);
    assert.ok(text.includes(number) && text.includes(description), `${number} for ${description}`);
  }
  const after = await all(api.listInvoices);
  assert.equal(after.length, before.length + made.length, 'none lost, none too many');
  assert.deepEqual(
    numbers(after),
    Array.from({ length: after.length }, (_, index) => numbers(after)[0]! + index),
    'no number twice',
  );
}

/** Waits for all calls even if one fails, so that nobody calls any more when the deployment is closed. */
async function atOnce<T>(calls: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(calls);
  return Promise.all(calls);
}

/** Sells one line under an idempotency key; the invoice names the description. */
async function sell(deployment: ApiDeployment, customer: string, description: string) {
  const line = { position: 1, description, quantity: 1, unitPrice: '2.50', vatRate: 19 };
  const call = {
    body: { customer, lines: [line] },
    headers: { accept: 'application/pdf', 'idempotency-key': `sold by ${description}`.replaceAll(' ', '-') },
  };
  const answered = await deployment.api.createInvoice(call);
  await done(Promise.resolve(answered));
  const number = await numberAt(deployment, answered.response.headers.get('location')!);
  // An invoice that took longer than the call waited is fetched later.
  const pdf =
    answered.response.status === 201
      ? (answered.data as Blob)
      : await done(deployment.api.getInvoiceDocument({ path: { number, document: '1' } }));
  return { description, number, pdf: await bytesOf(pdf) };
}

async function numberAt(deployment: ApiDeployment, location: string): Promise<string> {
  const [, kind, id = ''] = /^\/api\/(invoices|runs)\/(\w+)$/.exec(location) ?? [];
  if (kind === 'invoices') return id;
  const issued = await until(
    deployment,
    `run ${id}`,
    () => customersOf(deployment.api, id),
    ([one]) => one?.invoice !== undefined,
  );
  return issued[0]!.invoice!;
}

const customersOf = async (api: ApiClient, id: string) =>
  (await done(api.getRun({ path: { id }, query: { customers: 'all' } }))).customers;

const numbers = (invoices: readonly Invoice[]): number[] =>
  invoices.map(({ number }) => Number(number)).sort((a, b) => a - b);
