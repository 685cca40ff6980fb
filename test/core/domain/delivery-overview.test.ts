import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bill } from '#core/domain/bill.ts';
import { deliveryOverview } from '#core/domain/delivery-overview.ts';
import { someCompany, someCustomer, someNote } from './samples.ts';

test('the overview lists articles in natural order with their quantities by day over all places', () => {
  const on = (date: string, number: string, line: object) => ({ ...someNote(line, number), date });
  const notes = [
    on('2026-10-05', 'L-3', { article: '10', quantity: '4' }),
    on('2026-10-02', 'L-2', { article: '9', quantity: '2,5', place: 'Filiale 2' }),
    on('2026-10-02', 'L-4', { article: '9', quantity: '-1' }),
    on('2026-10-01', 'L-1', { article: '9', quantity: '3' }),
    on('2026-10-01', 'L-5', { article: '9', quantity: '1', unit: 'crate' }),
    on('2026-10-01', 'L-6', { article: '9', quantity: '1', description: 'Almmilch' }),
  ];
  const order = { number: '1', date: '2026-10-31', period: undefined, company: someCompany() };
  const overview = deliveryOverview(bill({ ...order, customer: someCustomer(), notes }));
  assert.deepEqual(
    overview.rows.map(({ article, description, unit, quantity, net }) => [
      article,
      description,
      unit,
      quantity,
      net,
    ]),
    [
      ['9', 'Almmilch', 'piece', 1_000, 100],
      ['9', 'Milch', 'crate', 1_000, 100],
      ['9', 'Milch', 'piece', 4_500, 450],
      ['10', 'Milch', 'piece', 4_000, 400],
    ],
  );
  assert.deepEqual(overview.rows[2]?.days, [
    { day: '2026-10-01', quantity: 3_000 },
    { day: '2026-10-02', quantity: 1_500 },
  ]);
  assert.equal(overview.net, 1_050);
});
