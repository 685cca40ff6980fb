import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareNatural, naturalKey, sortNaturally } from '#core/domain/natural-order.ts';

const byBytes = (a: string, b: string) => Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));
const anyText = fc.oneof(
  fc.string({ unit: fc.constantFrom('0', '1', '9', 'a', 'A', 'b', 'ö', 'ß', ' ', '!', '-') }),
  fc.string({ unit: 'grapheme' }),
);

test('numbers within a text sort by their value', () => {
  const ordered = [
    '',
    '0',
    '1',
    '09',
    '9',
    '10',
    '99',
    '100',
    '12345678',
    '123456789',
    '1234567890123456',
    '12345678901234567',
  ];
  assert.deepEqual(
    sortNaturally(ordered.toReversed(), (text) => text),
    ordered,
  );
  const lettered = ['9', '10', 'A9', 'a9', 'A9b', 'A10', 'B1'];
  assert.deepEqual(lettered.toReversed().sort(compareNatural), lettered);
});

test('texts sort by letters first and by case and umlauts second, and a text before its continuations', () => {
  const ordered = ['Ofen', 'Öl', 'Olive', 'Strasse', 'straße', 'Straße 2', 'Straße 10', 'Zell'];
  assert.deepEqual(ordered.toReversed().sort(compareNatural), ordered);
});

test('the UTF-8 bytes of natural keys sort as the comparison does', () => {
  fc.assert(
    fc.property(anyText, anyText, (a, b) => {
      assert.equal(byBytes(naturalKey(a), naturalKey(b)), Math.sign(compareNatural(a, b)));
    }),
  );
});

test('a character beyond the first Unicode plane sorts after all characters of that plane', () => {
  assert.ok(compareNatural('\uff5e', '🦄') < 0);
  assert.equal(byBytes(naturalKey('\uff5e'), naturalKey('🦄')), -1);
});

test('two whole numbers sort by value, whatever stands before and after them', () => {
  const anyNumber = fc
    .integer({ min: 1, max: 30 })
    .chain((digits) => fc.bigInt({ min: 10n ** BigInt(digits - 1), max: 10n ** BigInt(digits) - 1n }));
  fc.assert(
    fc.property(
      anyNumber,
      anyNumber,
      fc.constantFrom('', 'A', 'x '),
      fc.constantFrom('', 'z'),
      (a, b, before, behind) => {
        fc.pre(a !== b);
        assert.equal(Math.sign(compareNatural(before + a + behind, before + b + behind)), a < b ? -1 : 1);
      },
    ),
  );
});

test('keys are equal only for equal texts and at most about three times as long as the text', () => {
  fc.assert(
    fc.property(anyText, anyText, (a, b) => {
      assert.equal(naturalKey(a) === naturalKey(b), a === b);
      assert.ok(Buffer.byteLength(naturalKey(a)) <= 3 * Buffer.byteLength(a) + 4);
    }),
  );
});
