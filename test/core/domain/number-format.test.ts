import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkNumberFormat, formatNumber, MAX_NUMBER, rangeOf } from '#core/domain/number-format.ts';
import { settingsSchema } from '#core/domain/settings.ts';
import { anyDay } from './arbitraries.ts';
import { someCompany } from './samples.ts';

for (const [format, number, date, expected, range] of [
  ['{yyyy}{number:6}', 123, '2026-10-31', '2026000123', '2026{number}'],
  ['RE{yy}{mm}{number:4}', 7, '2026-01-05', 'RE26010007', 'RE26{mm}{number}'],
  ['{number}', 12_345, '2026-10-31', '12345', '{number}'],
  ['{number:3}R', 12_345, '2027-10-31', '12345R', '{number}R'],
] as const) {
  test(`${format} makes ${expected} of ${number}, from the range ${range}`, () => {
    assert.equal(checkNumberFormat(format), undefined);
    assert.equal(formatNumber(format, number, date), expected);
    assert.equal(rangeOf(format, date), range);
  });
}

for (const [format, reason] of [
  ['{yyyy}', /exactly once.*0 times/],
  ['', /exactly once.*0 times/],
  ['{number}{number:6}', /exactly once.*2 times/],
  ['{yyyy}-{number}', /contains "-"/],
  ['{yyyy}/{number}', /contains "\/"/],
  ['../{number}', /contains "\."/],
  ['Ä{number}', /contains "Ä"/],
  ['{jjjj}{number}', /contains "\{jjjj\}"/],
  ['{number:0}', /contains "\{number:0\}"/],
  ['{number:12}', /contains "\{number:12\}"/],
  ['{number', /contains "\{number"/],
  ['{{number}}', /contains "\{\}"/],
  ['RECHNUNGXYZ1{number}', /up to 21 characters/],
] as const) {
  test(`the format "${format}" is refused`, () => {
    assert.match(checkNumberFormat(format) ?? '', reason);
    const parsed = settingsSchema.safeParse({ company: someCompany(), numbering: { format } });
    assert.deepEqual(parsed.error?.issues[0]?.path, ['numbering', 'format']);
  });
}

const anyFormat = fc
  .shuffledSubarray(['{yyyy}', '{yy}', '{mm}', 'R', '7'], { minLength: 0, maxLength: 3 })
  .chain((parts) =>
    fc
      .tuple(
        fc.constantFrom('{number}', '{number:3}', '{number:9}'),
        fc.integer({ min: 0, max: parts.length }),
      )
      .map(([number, at]) => parts.toSpliced(at, 0, number).join('')),
  );
const anyNumber = fc.oneof(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: MAX_NUMBER }));

test('no two numbers of a range are written alike, and all consist of letters and digits', () => {
  fc.assert(
    fc.property(anyFormat, anyNumber, anyNumber, anyDay, anyDay, (format, a, b, dayOfA, dayOfB) => {
      fc.pre(checkNumberFormat(format) === undefined);
      fc.pre(a !== b && rangeOf(format, dayOfA) === rangeOf(format, dayOfB));
      const first = formatNumber(format, a, dayOfA);
      assert.match(first, /^[A-Za-z0-9]{1,20}$/);
      assert.notEqual(first, formatNumber(format, b, dayOfB));
    }),
  );
});

test('a number range is determined by the year in the format and not by the padding', () => {
  assert.equal(rangeOf('{yyyy}{number:6}', '2026-01-01'), rangeOf('{yyyy}{number:3}', '2026-12-31'));
  assert.notEqual(rangeOf('{yyyy}{number:6}', '2026-12-31'), rangeOf('{yyyy}{number:6}', '2027-01-01'));
  assert.equal(rangeOf('{number}', '2026-12-31'), rangeOf('{number}', '2027-01-01'));
});

test('a value that is no number of a range is not formatted', () => {
  for (const number of [0, -1, 1.5, Number.NaN, MAX_NUMBER + 1]) {
    assert.throws(() => formatNumber('{number}', number, '2026-10-31'), RangeError);
  }
});
