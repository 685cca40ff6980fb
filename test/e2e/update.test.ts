import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CustomerReport, RunReport } from '#core/runs/run-report.ts';
import { openShop } from '#test/support/process/cli.ts';

/** What 0.1.0 left behind when it was killed in the middle of a run, and the books that it makes of that itself. */
const V1 = join(import.meta.dirname, '../records/v1');
const expected: Expected = JSON.parse(readFileSync(join(V1, 'killed-run.expected.json'), 'utf8'));

interface Expected extends Pick<RunReport, 'run' | 'state' | 'invoiceDate' | 'totals' | 'discrepancies'> {
  readonly counts: RunReport['counts'];
  readonly customers: readonly (Pick<
    CustomerReport,
    'customer' | 'state' | 'invoice' | 'notes' | 'net' | 'vat' | 'gross'
  > & { readonly files?: readonly { readonly key: string; readonly sha256?: string }[] })[];
}

test('a run that version 0.1.0 was killed in ends with the same books under this version', async (t) => {
  const shop = openShop(t, { dataDir: join(V1, 'killed-run') });
  const before = shop.archive();
  await shop.json('sweep');
  const { value: report } = await shop.json<RunReport>('report', expected.run);

  // As JSON, so that a field without a value is as good as none.
  const books = ({ state, invoiceDate, totals, counts, discrepancies, customers }: RunReport | Expected) => ({
    ...{ state, invoiceDate, totals, counts, discrepancies },
    customers: customers.map(({ customer, state, invoice, notes, net, vat, gross, files = [] }) => ({
      ...{ customer, state, invoice, notes, net, vat, gross },
      files: files.map((file) => (typeof file === 'string' ? file : file.key)),
    })),
  });
  assert.deepEqual(JSON.parse(JSON.stringify(books(report))), JSON.parse(JSON.stringify(books(expected))));

  await t.test('the files that were in the archive are adopted as they are', () => {
    const after = shop.archive();
    for (const [key, bytes] of before) assert.deepEqual(after.get(key), bytes, key);
    const hashes = expected.customers.flatMap(({ files = [] }) => files).filter(({ sha256 }) => sha256);
    assert.equal(hashes.length, 4);
    for (const { key, sha256 } of hashes) {
      assert.equal(createHash('sha256').update(after.get(key)!).digest('hex'), sha256, key);
    }
  });

  await t.test('the order that 0.1.0 had begun joins its run and bills nothing twice', async () => {
    const numbers = () => [...shop.archive().keys()].filter((key) => key.startsWith('invoices/'));
    const filed = numbers();
    const { value: again } = await shop.json<RunReport>('run', '--cycle', 'monthly', '--period', '2026-10');
    assert.equal(again.counts.issued, 0);
    assert.deepEqual(numbers(), filed);
  });
});
