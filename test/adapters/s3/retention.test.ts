import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { retainUntil } from '#adapters/s3/retention.ts';

describe('the retention of archived files', () => {
  for (const [key, year] of [
    ['invoices/2026/10/31/Rechnung-10001-2026000123-2026-10-31-1.pdf', '2034'],
    ['invoices/2027/01/Rechnung-10001-2026000124-2027-01-01-2.pdf', '2035'],
    ['invoices/10001-2026000123-2026-12-31-1.xml', '2034'],
    ['invoices/2026/10/Bio-2019-01-02-3-10001-2026000123-2026-10-31-12.pdf', '2034'],
  ] as const) {
    it(`a file is retained to the end of ${year}: ${key}`, () => {
      assert.equal(retainUntil(key)?.toISOString(), `${year}-12-31T23:59:59.000Z`);
    });
  }

  it('only invoices are retained, and an invoice key without a date is refused', () => {
    for (const key of ['mail/2026/10/10001-2026000123-1.eml', 'delivery-notes/L-10001-1-2026-10-31.pdf']) {
      assert.equal(retainUntil(key), undefined);
    }
    for (const key of ['invoices/Rechnung.pdf', 'invoices/2026/10/31/Rechnung-1.pdf']) {
      assert.throws(() => retainUntil(key), { code: 'bad-input' });
    }
  });
});
