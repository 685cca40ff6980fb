import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunReport } from '#core/runs/run-report.ts';
import { customersCsv, deliveriesCsv, onPaper, settingsJson } from '#test/support/data/import-files.ts';
import { openShop } from '#test/support/process/cli.ts';

const note = (number: string, customer: string, date: string) => ({ note: number, customer, date });

test('each cycle bills its customers up to the end of its period, and later runs bill what was left', async (t) => {
  const shop = openShop(t);
  await shop.load('settings', settingsJson(1, { mail: { transport: 'off' } }));
  await shop.load(
    'customers',
    customersCsv([
      onPaper('1'),
      onPaper('2', { billing_cycle: 'weekly' }),
      onPaper('3', { billing_cycle: 'daily' }),
      onPaper('4', { name: 'Milchbar 🥛' }),
      onPaper('5', { vat_id: 'DE123456789' }),
    ]),
  );
  await shop.load(
    'deliveries',
    deliveriesCsv([
      ...[note('M1', '1', '2026-10-31'), note('M2', '1', '2026-11-01')],
      ...[note('W1', '2', '2026-11-01'), note('W2', '2', '2026-11-02')],
      ...[note('D1', '3', '2026-10-31'), note('D2', '3', '2026-11-01')],
      ...[note('H1', '4', '2026-10-31'), note('H2', '5', '2026-10-31')],
    ]),
  );
  const bill = async (cycle: string, period: string, date = '2026-11-03') => {
    const args = ['run', '--cycle', cycle, '--period', period, '--invoice-date', date];
    const { code, value, error } = await shop.json<RunReport>(...args);
    const invoices = value.customers?.map(
      ({ customer, invoice, state }) => `${customer} ${invoice ?? state}`,
    );
    return { code, value, error, invoices };
  };
  const openNotes = () => shop.rows().flatMap((row) => /^CUSTOMER#\d+ OPEN#\S*\/(\S+)/.exec(row)?.[1] ?? []);

  await t.test('a daily run bills up to its day', async () => {
    const { code, invoices } = await bill('daily', '2026-10-31');
    assert.deepEqual([code, invoices], [0, ['3 2026000001']]);
    assert.deepEqual(openNotes(), ['M1', 'M2', 'W1', 'W2', 'D2', 'H1', 'H2']);
  });

  await t.test('a weekly run bills by ISO weeks: W44 ends on Sunday, 1 November', async () => {
    const { code, invoices } = await bill('weekly', '2026-W44');
    assert.deepEqual([code, invoices], [0, ['2 2026000002']]);
    assert.deepEqual(openNotes(), ['M1', 'M2', 'W2', 'D2', 'H1', 'H2']);
  });

  await t.test(
    'a monthly run holds customers with faulty data, takes no number for them and bills the others',
    async () => {
      const { code, invoices, value } = await bill('monthly', '2026-10');
      assert.deepEqual([code, invoices], [1, ['1 2026000003', '4 held', '5 held']]);
      const [, emoji, vatId] = value.customers.map(({ reasons }) => reasons?.join(' '));
      assert.match(
        emoji ?? '',
        /^Customer 4's name contains "🥛" \(U\+1F95B\), which no font .* replace it\.$/,
      );
      assert.match(vatId ?? '', /^Customer 5's VAT ID DE123456789 .*: correct or clear it\.$/);
      assert.deepEqual([value.counts.held, value.counts.issued, value.counts.notes], [2, 1, 1]);
      assert.deepEqual(openNotes(), ['M2', 'W2', 'D2', 'H1', 'H2']);
    },
  );

  await t.test('no later invoice can have an earlier date', async () => {
    const before = shop.rows();
    const { code, error } = await bill('monthly', '2026-10', '2026-11-02');
    assert.equal(code, 2);
    assert.match(error?.message ?? '', /2026-11-02 is before .* newest invoice, 2026-11-03/);
    assert.deepEqual(shop.rows(), before);
  });

  await t.test('the same run again bills mended customers and late notes', async () => {
    await shop.load('customers', customersCsv([onPaper('4'), onPaper('5', { vat_id: 'DE123456788' })]));
    await shop.load('deliveries', deliveriesCsv([note('M0', '1', '2026-10-15')]));
    const { code, invoices, value } = await bill('monthly', '2026-10');
    assert.deepEqual([code, invoices], [0, ['1 2026000004', '4 2026000005', '5 2026000006']]);
    assert.equal(value.counts.notes, 3);
    assert.deepEqual(openNotes(), ['M2', 'W2', 'D2']);
  });
});
