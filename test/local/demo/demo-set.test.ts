import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readCustomers } from '#adapters/csv/customers.ts';
import { readDeliveries } from '#adapters/csv/deliveries.ts';
import { createFontCoverage } from '#adapters/fonts/coverage.ts';
import { fileBeside } from '#cli/file-beside.ts';
import { totalsOf } from '#core/domain/bill.ts';
import { weekday } from '#core/domain/calendar.ts';
import { documentFaults } from '#core/domain/check-document.ts';
import type { DeliveryNote } from '#core/domain/delivery-note.ts';
import { mailAddresses } from '#core/domain/mail-address.ts';
import { readSettingsFile } from '#core/settings/settings-file.ts';
import { demoSet } from '#local/demo/demo-set.ts';

const LANGUAGES = ['de', 'en'];
const bytes = (text: string) => new TextEncoder().encode(text);
const folder = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const { undrawable } = createFontCoverage(folder('templates/fonts'));

/** Reads the demo as it is loaded, except that the logo is not drawn. */
async function read(month: string) {
  const demo = demoSet(month, { smtpPort: 2525 });
  const customers = readCustomers(bytes(demo.customersCsv), LANGUAGES);
  const deliveries = readDeliveries(bytes(demo.deliveriesCsv));
  const { settings, notices } = await readSettingsFile(bytes(JSON.stringify(demo.settings)), {
    stored: '',
    open: fileBeside(folder('lambdas/local/demo')),
    pictures: { toPng: async ({ kind }) => bytes(kind) },
  });
  assert.deepEqual([...customers.notices, ...deliveries.notices, ...notices], []);
  const notes = deliveries.records;
  const its = Map.groupBy(notes, ({ customer }) => customer);
  return { settings, customers: customers.records, notes, its };
}

for (const month of ['2026-10', '2026-02', '2028-02', '2026-12']) {
  test(`the demo of ${month} has 40 customers and about 1,000 notes, and all of them can be billed`, async () => {
    const { settings, customers, notes, its } = await read(month);
    assert.equal(customers.length, 40);
    assert.ok(notes.length > 900 && notes.length < 1100, `${notes.length} notes`);
    for (const note of notes) assert.equal(note.date.slice(0, 7), month);
    assert.deepEqual(new Set(its.keys()), new Set(customers.map(({ number }) => number)));
    for (const customer of customers) {
      const checked = { company: settings.company, customer, notes: its.get(customer.number)!, undrawable };
      assert.deepEqual(documentFaults({ ...checked, languages: LANGUAGES }), []);
      const addresses = mailAddresses(customer.invoiceEmail);
      assert.deepEqual(addresses.malformed, []);
      assert.equal(addresses.valid.length > 0, customer.invoiceByMail);
    }
  });

  test(`the demo of ${month} bills each customer for a likely amount`, async () => {
    const { customers, its } = await read(month);
    const euros = (name: RegExp, from: number, to: number) => {
      const found = customers.filter((customer) => name.test(customer.name));
      assert.ok(found.length > 0, `${name}`);
      for (const { name, number } of found) {
        const gross = totalsOf(its.get(number)!).gross / 100;
        assert.ok(gross > from && gross < to, `${name}: ${gross}`);
      }
    };
    euros(/./, 200, 12_000);
    euros(/hotel|Lodge/i, 2500, 12_000);
    euros(/Kindergarten/i, 200, 800);
    euros(/hütte|Alpe /, 500, 2500);
  });

  test(`the demo of ${month} lets nobody return what he never had`, async () => {
    const { notes } = await read(month);
    const had = new Map<string, number>();
    for (const { customer, lines } of notes) {
      const returnsFirst = lines.toSorted((a, b) => a.quantity - b.quantity);
      for (const { place, article, quantity } of returnsFirst) {
        const key = [customer, place, article].join();
        had.set(key, (had.get(key) ?? 0) + quantity);
        assert.ok(had.get(key)! >= 0, `${key} at ${quantity}`);
      }
    }
  });
}

test('each customer of the demo has a rhythm of deliveries', async () => {
  const { customers, its } = await read('2026-10');
  const weekdaysOf = (notes: readonly DeliveryNote[]) =>
    [...new Set(notes.map(({ date }) => weekday(date)))].sort().join('');
  const rhythm = (name: RegExp) => weekdaysOf(its.get(customers.find((it) => name.test(it.name))!.number)!);
  assert.equal(rhythm(/Alpenblick/), '1234567');
  assert.equal(rhythm(/^Café/), '234567');
  assert.equal(rhythm(/^Kindergarten/), '12345');
  assert.equal(rhythm(/Naturkost/), '123456');
  assert.equal(rhythm(/hütte/), '4');
  // 3 October is a holiday, and a Saturday in 2026.
  const closed = customers.filter(({ number }) =>
    its.get(number)!.every(({ date }) => date !== '2026-10-03'),
  );
  assert.ok(closed.length > 15 && closed.length < 35, `${closed.length}`);
});

test('the demo shows what the product can do', async () => {
  const { settings, customers, notes, its } = await read('2026-10');
  const lines = notes.flatMap((note) => note.lines);
  const some = (has: (customer: (typeof customers)[number]) => boolean, least: number) => {
    const count = customers.filter(has).length;
    assert.ok(count >= least && count < customers.length, `${count}: ${has}`);
  };
  some((customer) => customer.language === 'en', 4);
  some((customer) => customer.invoiceByMail, 25);
  some((customer) => !customer.invoiceByMail, 10);
  some((customer) => customer.deliveryOverview, 8);
  some((customer) => customer.mandate !== '', 4);
  some((customer) => customer.skontoPercent > 0, 4);
  some((customer) => customer.orderReference !== '', 4);
  some((customer) => mailAddresses(customer.invoiceEmail).valid.length > 1, 3);
  some((customer) => customer.cc !== '', 3);
  some((customer) => customer.eInvoice === 'zugferd' && customer.vatId !== '', 2);
  some((customer) => customer.eInvoice === 'xrechnung' && customer.buyerReference !== '', 2);
  some((customer) => new Set(its.get(customer.number)!.map((note) => note.lines[0]!.place)).size >= 4, 2);
  for (const { number, country, vatId } of customers) {
    const isUntaxed = its.get(number)!.every((note) => note.lines.every((line) => line.vatCategory === 'K'));
    assert.equal(isUntaxed, country === 'AT' && vatId.startsWith('AT'), number);
  }
  assert.deepEqual(new Set(lines.map((line) => line.vatRate)), new Set([0, 700, 1900]));
  const articles = new Set(lines.map((line) => line.article));
  assert.ok(articles.size > 55, `${articles.size} articles`);
  for (const has of [
    (line: (typeof lines)[number]) => line.unit === 'loaf' && line.quantity < 0,
    (line) => line.description.startsWith('Pfand') && line.quantity > 0,
    (line) => line.description.startsWith('Pfand') && line.quantity < 0,
    (line) => line.discount > 0,
    (line) => line.unit === 'kg' && line.quantity % 1000 !== 0,
    (line) => line.unitPrice % 10 !== 0,
    (line) => line.unitPrice % 100 === 0,
    (line) => line.description.length > 80,
    (line) => line.description.includes('\n'),
  ] satisfies ((line: (typeof lines)[number]) => boolean)[]) {
    assert.ok(lines.some(has), `${has}`);
  }
  assert.match(settings.pdf.logo, /^data:image\/png;base64,/);
});

test('one month always makes the same files, and another month makes others', () => {
  const october = demoSet('2026-10', { smtpPort: 2525 });
  assert.deepEqual(demoSet('2026-10', { smtpPort: 2525 }), october);
  assert.notEqual(demoSet('2026-11', { smtpPort: 2525 }).deliveriesCsv, october.deliveriesCsv);
});
