import assert from 'node:assert/strict';
import type { Run } from '#test/support/api/api-client.ts';
import { dayOf, getsMail, LAST } from './api-clerk.ts';
import { type ApiDeployment, all, cents, total } from './api-deployment.ts';

/** Checks that everything in the lists adds up to the cent. */
export async function checkBooks({ api }: ApiDeployment, closed: Run): Promise<void> {
  const invoices = await all(api.listInvoices);
  const ofRun = invoices.filter(({ run }) => run === closed.run);
  for (const part of ['net', 'vat', 'gross'] as const) {
    assert.equal(total(ofRun.map((one) => one[part])), cents(closed.totals[part]), part);
  }
  for (const { number, net, vat, gross, vatRows } of invoices) {
    assert.equal(cents(net) + cents(vat), cents(gross), number);
    assert.equal(total(vatRows.map((row) => row.net)), cents(net), number);
    assert.equal(total(vatRows.map((row) => row.vat)), cents(vat), number);
  }
  const [from, to] = [dayOf(1), LAST];
  const billed = await all(api.listDeliveries, { from, to, state: 'billed' });
  assert.equal(
    total(billed.map(({ net }) => net)),
    total(invoices.map(({ net }) => net)),
    'what was delivered is what was billed',
  );
  for (const { invoice, id } of billed) {
    assert.ok(invoices.find(({ number }) => number === invoice)?.deliveries.includes(id), id);
  }
  assert.deepEqual(await all(api.listDeliveries, { from, to, state: 'open' }), []);
  const numbers = invoices.map(({ number }) => Number(number)).sort((a, b) => a - b);
  assert.deepEqual(
    numbers,
    numbers.map((_, index) => numbers[0]! + index),
    'no number twice, and none left out',
  );
  // The lists can be filtered by customer and by mail.
  const customers = await all(api.listCustomers, {}, 9);
  const mail = await all(api.listCustomers, { mail: true });
  assert.deepEqual(
    mail.map(({ number }) => number),
    customers.filter(({ invoiceByMail }) => invoiceByMail).map(({ number }) => number),
  );
  assert.deepEqual(
    (await all(api.listInvoices, { customer: '1' }, 2)).map(({ number }) => number),
    invoices
      .filter(({ customer }) => customer.number === '1')
      .map(({ number }) => number)
      .sort(),
  );
  const byMail = await all(api.listInvoices, { mail: true });
  const notByMail = await all(api.listInvoices, { mail: false });
  assert.equal(byMail.length + notByMail.length, invoices.length);
  assert.ok(byMail.every(({ customer }) => getsMail(customer.number)));
}
