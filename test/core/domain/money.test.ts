import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lineNet, percentOf, plainDecimal, sum } from '#core/domain/money.ts';
import { decimal } from '#core/domain/text.ts';

/** Rounds to the nearest integer by comparing remainders, unlike the function under test. */
function roundedByRemainder(numerator: bigint, denominator: bigint): bigint {
  const whole = numerator / denominator; // Division of bigints rounds towards zero.
  const rest = numerator % denominator;
  const away = rest < 0n ? -1n : 1n;
  return rest * away * 2n >= denominator ? whole + away : whole;
}

const anyQuantity = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 });
const anyPrice = fc.integer({ min: 0, max: 10_000_000 });
const anyPercent = fc.integer({ min: 0, max: 10_000 });

test('the net of a line is quantity × price × (1 − discount), rounded once', () => {
  fc.assert(
    fc.property(anyQuantity, anyPrice, anyPercent, (quantity, price, discount) => {
      // Thousandths × ten-thousandths of a euro × ten-thousandths: 1e11 are a euro, 1e9 a cent.
      const exact = BigInt(quantity) * BigInt(price) * BigInt(10_000 - discount);
      assert.equal(lineNet(quantity, price, discount), Number(roundedByRemainder(exact, 1_000_000_000n)));
    }),
  );
});

test('halves are rounded away from zero for positive and negative amounts', () => {
  assert.equal(lineNet(1_000, 1_250, 0), 13); // The exact value is 0.125 €.
  assert.equal(lineNet(-1_000, 1_250, 0), -13);
  assert.equal(lineNet(1_000, 1_249, 0), 12);
  assert.equal(percentOf(50, 700), 4); // The exact value is 3.5 cents.
  assert.equal(percentOf(-50, 700), -4);
  assert.equal(percentOf(-50, 1_900), -10);
  assert.ok(Object.is(lineNet(-1, 1, 0), 0), 'nothing is not minus nothing');
});

test('a sum that would not be exact is refused', () => {
  assert.throws(() => sum([Number.MAX_SAFE_INTEGER, 1]), RangeError);
});

test('a decimal is read back from its text, with a comma or a point', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -9_999_999, max: 9_999_999 }),
      fc.integer({ min: 0, max: 4 }),
      (value, places) => {
        const schema = decimal(places, { min: -10_000_000, max: 10_000_000 });
        const text = plainDecimal(value, places);
        assert.equal(schema.parse(text), value);
        assert.equal(schema.parse(text.replace('.', ',')), value);
        assert.equal(schema.parse(Number(text)), value === 0 ? 0 : value);
      },
    ),
  );
});

for (const [text, reason] of [
  ['1.234,56', /without thousands separators/],
  ['1,234.56', /without thousands separators/],
  ['1.234.567', /without thousands separators/],
  ['1 234,5', /without thousands separators/],
  ["1'234", /without thousands separators/],
  ['NaN', /is not a decimal number/],
  ['Infinity', /is not a decimal number/],
  ['1e5', /is not a decimal number/],
  ['0x10', /is not a decimal number/],
  ['', /is not a decimal number/],
  ['1,', /is not a decimal number/],
  [',5', /is not a decimal number/],
  ['+1', /is not a decimal number/],
  ['1 €', /is not a decimal number/],
  ['12,3456', /has more than 3 decimals/],
  ['1000001', /is outside -1000000 to 1000000/],
  ['9999999999999', /is not a decimal number/],
] as const) {
  test(`"${text}" is refused as a quantity`, () => {
    const parsed = decimal(3, { min: -1_000_000, max: 1_000_000 }).safeParse(text);
    assert.match(parsed.error?.issues[0]?.message ?? '', reason);
  });
}

for (const number of [Number.NaN, Number.POSITIVE_INFINITY, 1e21, 0.1 + 0.2, 1e-7]) {
  test(`the JSON number ${number} is refused as a quantity`, () => {
    assert.equal(decimal(3, { min: -1_000_000, max: 1_000_000 }).safeParse(number).success, false);
  });
}
