import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bill, totalsOf } from '#core/domain/bill.ts';
import { addDays } from '#core/domain/calendar.ts';
import { type DeliveryNote, netOfNote } from '#core/domain/delivery-note.ts';
import { deliveryOverview } from '#core/domain/delivery-overview.ts';
import { sum } from '#core/domain/money.ts';
import { anyNotes } from './arbitraries.ts';
import { someCompany, someCustomer, someNote } from './samples.ts';

const order = { number: '2026000001', date: '2026-10-31', period: undefined, company: someCompany() };
const invoiceOver = (notes: readonly DeliveryNote[], customer = someCustomer()) =>
  bill({ ...order, customer, notes });

test('the nets of notes, places, VAT rows and overview add up to the net of the invoice', () => {
  fc.assert(
    fc.property(anyNotes, (notes) => {
      const { places, totals } = invoiceOver(notes);
      assert.equal(sum(notes.map(netOfNote)), totals.net);
      assert.equal(sum(places.map(({ net }) => net)), totals.net);
      assert.equal(sum(places.flatMap((place) => place.notes).map(({ net }) => net)), totals.net);
      assert.equal(sum(totals.vatRows.map(({ net }) => net)), totals.net);
      assert.equal(totals.net + totals.vat, totals.gross);
      assert.equal(deliveryOverview(invoiceOver(notes)).net, totals.net);
    }),
  );
});

test('VAT is the rate on the sum of its lines, rounded once (BR-CO-17)', () => {
  fc.assert(
    fc.property(anyNotes, (notes) => {
      for (const row of totalsOf(notes).vatRows) {
        // |vat − net × rate| is at most half a cent, and exactly half a cent goes away from zero.
        const exact = BigInt(row.net) * BigInt(row.rate);
        const rounded = BigInt(row.vat) * 10_000n;
        const distance = rounded > exact ? rounded - exact : exact - rounded;
        assert.ok(distance <= 5_000n);
        if (distance === 5_000n) assert.equal(rounded > exact, row.net > 0);
      }
    }),
  );
});

test('the order of notes and lines makes no difference to the invoice', () => {
  fc.assert(
    fc.property(anyNotes, fc.infiniteStream(fc.nat()), (notes, random) => {
      const shuffled = <T>(items: readonly T[]): T[] =>
        items
          .map((item) => ({ item, place: random.next().value as number }))
          .sort((a, b) => a.place - b.place)
          .map(({ item }) => item);
      const mixed = shuffled(notes).map((note) => ({ ...note, lines: shuffled(note.lines) }));
      assert.deepEqual(invoiceOver(mixed), invoiceOver(notes));
      assert.deepEqual(deliveryOverview(invoiceOver(mixed)), deliveryOverview(invoiceOver(notes)));
    }),
  );
});

test('the totals of the plan are the totals of the invoice', () => {
  fc.assert(fc.property(anyNotes, (notes) => assert.deepEqual(invoiceOver(notes).totals, totalsOf(notes))));
});

test('the Skonto and the payable amount add up to the gross', () => {
  fc.assert(
    fc.property(anyNotes, fc.integer({ min: 1, max: 2000 }), (notes, skontoPercent) => {
      const { skonto, totals } = invoiceOver(notes, someCustomer({ skontoPercent, skontoDays: 8 }));
      assert.equal(skonto !== undefined, totals.gross > 0);
      if (!skonto) return;
      assert.equal(skonto.amount + skonto.payable, totals.gross);
      assert.equal(skonto.until, addDays(order.date, 8));
    }),
  );
});

test('places are in natural order after the customer itself, and notes are sorted by date and number', () => {
  const at = (place: string, number: string, date: string) => ({ ...someNote({ place }, number), date });
  const { places } = invoiceOver([
    at('Filiale 10', 'L-10', '2026-10-02'),
    at('Filiale 9', 'L-10', '2026-10-03'),
    at('Filiale 9', 'L-9', '2026-10-03'),
    at('', 'L-1', '2026-10-09'),
    at('Filiale 9', 'L-99', '2026-10-01'),
  ]);
  const shown = places.map(({ place, notes }) => [place, notes.map(({ number }) => number)]);
  assert.deepEqual(shown, [
    ['', ['L-1']],
    ['Filiale 9', ['L-99', 'L-9', 'L-10']],
    ['Filiale 10', ['L-10']],
  ]);
});

test('the invoice names the first and the last day of delivery', () => {
  const days = ['2026-10-12', '2026-10-02', '2026-10-30'];
  const notes = days.map((date, index) => ({ ...someNote({}, `L-${index}`), date }));
  assert.deepEqual(invoiceOver(notes).delivered, { from: '2026-10-02', to: '2026-10-30' });
});

test('an invoice without an amount to pay is a credit, whatever payment was agreed', () => {
  const customer = someCustomer({ iban: 'DE89370400440532013000', mandate: 'M-1', skontoPercent: 200 });
  for (const quantity of ['0', '-1']) {
    const { payment, skonto } = invoiceOver([someNote({ quantity })], customer);
    assert.deepEqual(payment, { by: 'credit' });
    assert.equal(skonto, undefined);
  }
  assert.equal(invoiceOver([someNote()], customer).payment.by, 'direct-debit');
});

test('a customer with an IBAN but without a mandate pays by transfer', () => {
  const customer = someCustomer({ iban: 'DE89370400440532013000', paymentDays: 30 });
  assert.deepEqual(invoiceOver([someNote()], customer).payment, { by: 'transfer', due: '2026-11-30' });
});

test('an invoice over no notes is a fault of the program', () => {
  assert.throws(() => invoiceOver([]), RangeError);
});
