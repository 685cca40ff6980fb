import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deliveryNoteSchema, noteNumber } from '#core/domain/delivery-note.ts';
import { someNote } from './samples.ts';

const line = (position: number, more: object = {}) => ({
  position,
  description: 'Milch',
  quantity: '1',
  unitPrice: '1',
  vatRate: '7',
  ...more,
});
const note = (lines: object[]) =>
  deliveryNoteSchema.safeParse({ number: 'L-1', date: '2026-10-01', customer: '1', lines });
const reasons = (lines: object[]) =>
  note(lines).error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`);

test('equal notes become equal JSON, whatever the order of their lines and however defaults are written', () => {
  const bare = note([line(2), line(1)]).data;
  const written = note([
    line(1, { vatCategory: 'S', discount: 0, unit: 'piece' }),
    line(2, { vatCategory: 'S' }),
  ]).data;
  assert.equal(JSON.stringify(bare), JSON.stringify(written));
});

test('the VAT category follows the rate unless it is given', () => {
  assert.equal(someNote({ vatRate: '0' }).lines[0]?.vatCategory, 'Z');
  assert.equal(someNote({ vatRate: '7' }).lines[0]?.vatCategory, 'S');
  assert.equal(someNote({ vatRate: '0', vatCategory: 'AE' }).lines[0]?.vatCategory, 'AE');
});

test('a VAT category that does not fit its rate is refused', () => {
  assert.deepEqual(reasons([line(1, { vatCategory: 'E' })]), [
    'lines.0.vatCategory E (not taxed) needs the VAT rate 0',
  ]);
  assert.deepEqual(reasons([line(1, { vatRate: '0', vatCategory: 'S' })]), [
    'lines.0.vatCategory S (taxed) needs a VAT rate above 0',
  ]);
});

test('a note that would not fit into the table is refused', () => {
  const long = { description: 'ä'.repeat(1_000) };
  assert.equal(note(Array.from({ length: 150 }, (_, index) => line(index + 1, long))).success, true);
  assert.match(
    String(reasons(Array.from({ length: 200 }, (_, index) => line(index + 1, long)))),
    /too many.*400 KB/,
  );
});

test('a note with two lines at one position, or without lines, is refused', () => {
  assert.match(String(reasons([line(1), line(1)])), /hold position 1 twice/);
  assert.equal(note([]).success, false);
});

test('an absurd amount is refused', () => {
  assert.match(String(reasons([line(1, { quantity: '1000000', unitPrice: '11' })])), /10 million euros/);
  assert.match(String(reasons([line(1, { quantity: '-1000000', unitPrice: '11' })])), /10 million euros/);
});

for (const number of ['../L-1', 'L/1', 'L\\1', '.L', 'L.', 'L 1', 'L\n1', '', 'Ü1', '-1', 'a'.repeat(41)]) {
  test(`${JSON.stringify(number)} is refused as a note number`, () =>
    assert.equal(noteNumber.safeParse(number).success, false));
}
