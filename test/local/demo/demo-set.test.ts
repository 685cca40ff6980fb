import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCustomers } from '#adapters/csv/customers.ts';
import { readDeliveries } from '#adapters/csv/deliveries.ts';
import { totalsOf } from '#core/domain/bill.ts';
import { weekday } from '#core/domain/calendar.ts';
import { documentFaults } from '#core/domain/check-document.ts';
import { mailAddresses } from '#core/domain/mail-address.ts';
import { checkSettings } from '#core/settings-file.ts';
import { demoSet } from '#local/demo/demo-set.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

for (const month of ['2026-10', '2026-02', '2028-02', '2026-12']) {
  test(`the demo of ${month} is 12 customers and 200 notes that can all be billed`, () => {
    const demo = demoSet(month, { smtpPort: 2525 });
    const customers = readCustomers(bytes(demo.customersCsv));
    const deliveries = readDeliveries(bytes(demo.deliveriesCsv));
    const { settings, notices } = checkSettings(demo.settings);
    assert.deepEqual([...customers.notices, ...deliveries.notices, ...notices], []);
    assert.equal(customers.records.length, 12);
    assert.equal(deliveries.records.length, 200);
    for (const note of deliveries.records) {
      assert.equal(note.date.slice(0, 7), month);
      assert.ok(weekday(note.date) < 7, `${note.date} is a Sunday`);
    }
    for (const customer of customers.records) {
      const notes = deliveries.records.filter((note) => note.customer === customer.number);
      assert.ok(totalsOf(notes).gross > 0);
      assert.deepEqual(
        documentFaults({ company: settings.company, customer, notes, undrawable: () => [] }),
        [],
      );
      const addresses = mailAddresses(customer.invoiceEmail);
      assert.deepEqual(addresses.malformed, []);
      assert.equal(addresses.valid.length > 0, customer.invoiceByMail);
    }
  });
}

test('the demo shows what the product can do', () => {
  const demo = demoSet('2026-10', { smtpPort: 2525 });
  const customers = readCustomers(bytes(demo.customersCsv)).records;
  const lines = readDeliveries(bytes(demo.deliveriesCsv)).records.flatMap((note) => note.lines);
  const both = (has: (customer: (typeof customers)[number]) => boolean) =>
    assert.ok(customers.some(has) && !customers.every(has));
  both((customer) => customer.language === 'en');
  both((customer) => customer.invoiceByMail);
  both((customer) => customer.deliveryOverview);
  both((customer) => customer.mandate !== '');
  both((customer) => customer.skontoPercent > 0);
  assert.deepEqual(new Set(lines.map((line) => line.vatRate)), new Set([700, 1900]));
  assert.ok(lines.some((line) => line.quantity < 0));
  assert.ok(lines.some((line) => line.discount > 0));
  assert.ok(lines.some((line) => line.unit === 'kg' && line.quantity % 1000 !== 0));
  assert.ok(lines.some((line) => line.description.startsWith('Pfand')));
  assert.ok(new Set(lines.map((line) => line.place)).size > 2);
});

test('the same month makes the same files, another month others', () => {
  const october = demoSet('2026-10', { smtpPort: 2525 });
  assert.deepEqual(demoSet('2026-10', { smtpPort: 2525 }), october);
  assert.notEqual(demoSet('2026-11', { smtpPort: 2525 }).deliveriesCsv, october.deliveriesCsv);
});
