import assert from 'node:assert/strict';
import { test } from 'node:test';
import { giroCodePayload } from '#core/domain/giro-code.ts';
import { type SampleOptions, sampleInvoice } from '#test/support/data/sample-invoice.ts';

const payload = (options: SampleOptions = {}) => giroCodePayload(sampleInvoice(options));

test('the payload has the lines of EPC069-12, version 2', () => {
  assert.equal(
    payload(),
    [
      'BCD',
      '002',
      '1',
      'SCT',
      'BYLADEM1001',
      'Molkerei Wiesengrund GmbH',
      'DE02120300000000202051',
      'EUR68.87',
      '',
      '',
      '2026000123 / 10042',
    ].join('\n'),
  );
});

test('the payload has the IBAN without spaces, may lack the BIC and cuts a long name', () => {
  const company = { iban: 'DE02 1203 0000 0000 2020 51', bic: '', name: 'Ä'.repeat(100) };
  const lines = payload({ company })!.split('\n');
  assert.deepEqual(lines.slice(4, 7), ['', 'Ä'.repeat(70), 'DE02120300000000202051']);
  // QR version 13 with correction M, the largest that EPC069-12 allows, holds 331 bytes.
  assert.ok(Buffer.byteLength(lines.join('\n')) <= 331);
});

test('an invoice over which nothing is to be transferred has no payload', () => {
  assert.equal(payload({ customer: { iban: 'DE02120300000000202051', mandate: 'M-1' } }), undefined);
  assert.equal(payload({ line: () => ({ quantity: '-1' }) }), undefined);
  assert.equal(payload({ line: () => ({ quantity: '0' }) }), undefined);
  assert.equal(payload({ company: { iban: '' } }), undefined);
});
