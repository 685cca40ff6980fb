import assert from 'node:assert/strict';
import { test } from 'node:test';
import { archiveKey } from '#core/domain/archive-key.ts';
import { deliveryNoteFileName, documentFileName } from '#core/domain/file-name.ts';

const invoice = { prefix: 'Rechnung', customer: '10001', number: '2026000123', date: '2026-10-31', n: 1 };
const note = {
  prefix: 'Lieferschein',
  customer: '10001',
  number: 'L-2610-0001',
  date: '2026-10-01',
  copy: 1,
};

test('files are named as the archive promises', () => {
  assert.equal(documentFileName(invoice), 'Rechnung-10001-2026000123-2026-10-31-1.pdf');
  assert.equal(documentFileName({ ...invoice, n: 2 }), 'Rechnung-10001-2026000123-2026-10-31-2.pdf');
  assert.equal(
    documentFileName({ ...invoice, extension: 'xml' }),
    'Rechnung-10001-2026000123-2026-10-31-1.xml',
  );
  assert.equal(deliveryNoteFileName(note), 'Lieferschein-10001-L-2610-0001-2026-10-01.pdf');
  assert.equal(deliveryNoteFileName({ ...note, copy: 2 }), 'Lieferschein-10001-L-2610-0001-2026-10-01-2.pdf');
});

test('an empty prefix leaves no hyphen behind', () => {
  assert.equal(documentFileName({ ...invoice, prefix: '' }), '10001-2026000123-2026-10-31-1.pdf');
  assert.equal(deliveryNoteFileName({ ...note, prefix: '' }), '10001-L-2610-0001-2026-10-01.pdf');
});

test('an umlaut in the prefix gives one name, whether it was typed composed or decomposed', () => {
  const typed = (prefix: string) => documentFileName({ ...invoice, prefix });
  assert.equal(typed('Gebu\u0308hr'), 'Gebühr-10001-2026000123-2026-10-31-1.pdf');
  assert.equal(typed('Gebu\u0308hr'), typed('Geb\u00fchr'));
});

test('archive keys have the folders that the setting names', () => {
  assert.equal(archiveKey('invoices', 'day', '2026-10-31', 'a.pdf'), 'invoices/2026/10/31/a.pdf');
  assert.equal(archiveKey('invoices', 'month', '2026-10-31', 'a.pdf'), 'invoices/2026/10/a.pdf');
  assert.equal(archiveKey('invoices', 'none', '2026-10-31', 'a.pdf'), 'invoices/a.pdf');
  assert.equal(archiveKey('delivery-notes', 'month', '2026-10-01', 'b.pdf'), 'delivery-notes/2026/10/b.pdf');
  assert.equal(archiveKey('mail', 'day', '2026-11-01', 'c.eml'), 'mail/2026/11/01/c.eml');
});
