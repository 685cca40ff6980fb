import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bill } from '#core/domain/bill.ts';
import { cancellationOf } from '#core/domain/cancellation.ts';
import type { Invoice } from '#core/domain/invoice.ts';
import { sampleInvoice } from '#test/support/data/sample-invoice.ts';
import { anyNotes } from './arbitraries.ts';

const AS = { number: '2026000200', date: '2026-11-05' };

/** Lists all figures of an invoice in a fixed order. */
const figures = (invoice: Invoice): [string, number][] => {
  const found: [string, number][] = [];
  JSON.stringify({ places: invoice.places, totals: invoice.totals }, (name, value) => {
    if (typeof value === 'number' && ['net', 'vat', 'gross', 'quantity'].includes(name))
      found.push([name, value]);
    return value;
  });
  return found;
};

test('a cancellation is the exact negation of the invoice and refers to it', () => {
  fc.assert(
    fc.property(anyNotes, (notes) => {
      const { company, customer } = sampleInvoice();
      const invoice = bill({
        number: '2026000100',
        date: '2026-10-31',
        period: undefined,
        company,
        customer,
        notes,
      });
      const cancellation = cancellationOf(invoice, AS);
      const before = figures(invoice);
      assert.deepEqual(
        figures(cancellation).map(([name, value]) => [name, value === 0 ? 0 : -value]),
        before,
      );
      assert.ok(figures(cancellation).every(([, value]) => !Object.is(value, -0)));
      assert.deepEqual(cancellation.cancels, { number: '2026000100', date: '2026-10-31' });
      assert.deepEqual([cancellation.number, cancellation.date], [AS.number, AS.date]);
      assert.deepEqual([cancellation.payment, cancellation.skonto], [{ by: 'credit' }, undefined]);
      assert.deepEqual(cancellation.delivered, invoice.delivered);
    }),
  );
});
