import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addDays, daysBetween } from '#core/domain/calendar.ts';
import { CYCLES } from '#core/domain/customer.ts';
import { parsePeriod, periodOf, previousPeriod } from '#core/domain/period.ts';
import { anyDay } from './arbitraries.ts';

const anyCycle = fc.constantFrom(...CYCLES);

for (const [cycle, text, from, to] of [
  ['monthly', '2026-10', '2026-10-01', '2026-10-31'],
  ['monthly', '2028-02', '2028-02-01', '2028-02-29'],
  ['weekly', '2026-W44', '2026-10-26', '2026-11-01'],
  ['weekly', '2026-W53', '2026-12-28', '2027-01-03'],
  ['weekly', '2027-W01', '2027-01-04', '2027-01-10'],
  ['daily', '2026-10-31', '2026-10-31', '2026-10-31'],
] as const) {
  test(`the period ${text} runs from ${from} to ${to}`, () => {
    assert.deepEqual(parsePeriod(cycle, text), { cycle, text, from, to });
  });
}

for (const [cycle, text, form] of [
  ['monthly', '2026-13', '2026-10'],
  ['monthly', '2026-00', '2026-10'],
  ['monthly', '2026-W44', '2026-10'],
  ['monthly', '10/2026', '2026-10'],
  ['weekly', '2027-W53', '2026-W44'],
  ['weekly', '2026-W00', '2026-W44'],
  ['weekly', '2026-W54', '2026-W44'],
  ['weekly', '2026-10', '2026-W44'],
  ['daily', '2026-02-29', '2026-10-31'],
  ['daily', '2026-10', '2026-10-31'],
  ['daily', '', '2026-10-31'],
  ['monthly', '../2026-10', '2026-10'],
] as const) {
  test(`"${text}" is refused as a ${cycle} period, and the refusal shows a valid one`, () => {
    assert.throws(() => parsePeriod(cycle, text), {
      code: 'bad-input',
      message: new RegExp(`${cycle} period.*write it such as ${form}$`),
    });
  });
}

test('the refusal names the cycle to which the text would belong', () => {
  assert.throws(() => parsePeriod('monthly', '2026-W44'), /weekly ones look like that/);
});

test('the periods of a cycle cover the calendar without gaps or overlaps', () => {
  fc.assert(
    fc.property(anyCycle, anyDay, (cycle, day) => {
      const period = periodOf(cycle, day);
      assert.ok(period.from <= day && day <= period.to);
      assert.deepEqual(periodOf(cycle, period.from), period);
      assert.deepEqual(periodOf(cycle, period.to), period);
      assert.equal(periodOf(cycle, addDays(period.to, 1)).from, addDays(period.to, 1));
      assert.equal(daysBetween(period.from, period.to) + 1 <= 31, true);
    }),
  );
});

test('a period is read back from its text', () => {
  fc.assert(
    fc.property(anyCycle, anyDay, (cycle, day) => {
      const period = periodOf(cycle, day);
      assert.deepEqual(parsePeriod(cycle, ` ${period.text} `), period);
    }),
  );
});

test('the previous period is the one that ended just before the period of the day began', () => {
  assert.equal(previousPeriod('monthly', '2026-11-01').text, '2026-10');
  assert.equal(previousPeriod('monthly', '2026-10-31').text, '2026-09');
  assert.equal(previousPeriod('weekly', '2027-01-04').text, '2026-W53');
  assert.equal(previousPeriod('daily', '2027-01-01').text, '2026-12-31');
  fc.assert(
    fc.property(anyCycle, anyDay, (cycle, day) => {
      assert.equal(addDays(previousPeriod(cycle, day).to, 1), periodOf(cycle, day).from);
    }),
  );
});
