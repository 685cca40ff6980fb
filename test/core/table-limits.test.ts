import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Change, JsonObject } from '#core/ports.ts';
import { assertKey, assertWithinLimits, TABLE_LIMITS, valueBytes } from '#core/table-limits.ts';

const put = (value: unknown, sort = 'S'): Change => ({
  put: { partition: 'P', sort },
  value: value as JsonObject,
});
const text = (length: number) => ({ text: 'x'.repeat(length) });
const tooLarge = (message: RegExp) => ({ code: 'too-large', message });

/**
 * Counts as DynamoDB does:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
function dynamoBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') {
    const digits = value.toExponential().replace(/e.*/, '').replace(/[-.]/g, '').replace(/0+$/, '').length;
    return Math.min(21, Math.ceil(digits / 2) + 1 + (value < 0 ? 1 : 0));
  }
  if (value === null || typeof value === 'boolean') return 1;
  if (Array.isArray(value)) return value.reduce((sum, member) => sum + 1 + dynamoBytes(member), 3);
  return Object.entries(value as object).reduce(
    (sum, [name, member]) => sum + 1 + Buffer.byteLength(name) + dynamoBytes(member),
    3,
  );
}

describe('limits of a table write', () => {
  it('the measure of a value is never less than that of JSON or DynamoDB, and little more', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const measured = valueBytes(value);
        const json = Buffer.byteLength(JSON.stringify(value));
        assert.ok(measured >= json && measured >= dynamoBytes(value), JSON.stringify(value));
        assert.ok(measured <= 2.5 * Math.max(json, dynamoBytes(value)) + 6, JSON.stringify(value));
      }),
      { numRuns: 500 },
    );
    const line = {
      position: 10,
      article: '4711',
      description: 'Brötchen "50 g"',
      unitPrice: 8915,
      place: '',
    };
    const note = { number: 'L-1', date: '2026-10-31', lines: Array(50).fill(line) };
    assert.ok(valueBytes(note) < 1.07 * Buffer.byteLength(JSON.stringify(note)));
    const odd = { a: '\u0000\u001f"\\\u007f', b: '\ud800x\udc00', c: [1e21, -1.5e-7, 5] };
    assert.ok(valueBytes(odd) >= Buffer.byteLength(JSON.stringify(odd)));
    assert.equal(valueBytes({ a: 1, gone: undefined }), valueBytes({ a: 1 }));
  });

  it('an item may have up to 400 KB, and a larger one is named', () => {
    assertWithinLimits([put(text(TABLE_LIMITS.itemBytes - 200))]);
    // Key and version count as parts of the item.
    assert.throws(() => assertWithinLimits([put(text(TABLE_LIMITS.itemBytes - 50))]), tooLarge(/P\/S/));
    assert.throws(
      () => assertWithinLimits([put(text(TABLE_LIMITS.itemBytes - 200), 's'.repeat(1000))]),
      tooLarge(/409600 bytes an item/),
    );
    assert.throws(
      () => assertWithinLimits([put({}), put(text(TABLE_LIMITS.itemBytes), 'BIG')]),
      tooLarge(/P\/BIG .* 409600 bytes an item/),
    );
    assert.throws(
      () => assertWithinLimits([put({ text: 'ü'.repeat(TABLE_LIMITS.itemBytes / 2) })]),
      tooLarge(/P\/S/),
    );
    assert.throws(
      () => assertWithinLimits([put({ ['n'.repeat(TABLE_LIMITS.itemBytes)]: 1 })]),
      tooLarge(/P\/S/),
    );
  });

  it('a write may have up to 4 MB and 100 changes', () => {
    const puts = (count: number, bytes: number) =>
      Array.from({ length: count }, (_, n) => put(text(bytes), `S${n}`));
    assertWithinLimits(puts(10, 400_000));
    assert.throws(() => assertWithinLimits(puts(11, 400_000)), tooLarge(/4194304 bytes a write/));
    assertWithinLimits(puts(100, 41_000));
    assert.throws(() => assertWithinLimits(puts(101, 1)), tooLarge(/101 changes/));
  });

  it('keys are counted in UTF-8 bytes', () => {
    assert.equal(assertKey({ partition: 'ü'.repeat(1024), sort: '🥖'.repeat(256) }), 2048 + 1024);
    assert.throws(() => assertKey({ partition: 'ü'.repeat(1025), sort: 's' }), tooLarge(/partition key/));
    assert.throws(() => assertKey({ partition: 'p', sort: '🥖'.repeat(257) }), tooLarge(/sort key/));
  });

  it('a write that no engine can hold is refused', () => {
    const key = { partition: 'P', sort: 'S' };
    const refused = (...changes: Change[]) =>
      assert.throws(() => assertWithinLimits(changes), { name: 'Fault', code: 'bad-input' });
    refused();
    refused(put({}), { delete: key });
    refused({ check: key, expect: 'absent' }, put({}));
    refused({ delete: { partition: '', sort: 'S' } });
    refused({ check: { partition: 'P', sort: '' }, expect: 'absent' });
    refused({ delete: { partition: 'P', sort: '\ud83e' } });
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 1n, () => 1, Symbol('x'), [undefined]]) {
      refused(put({ deep: [{ bad }] }));
    }
  });

  it('one sort key may appear in two partitions of a write', () => {
    assertWithinLimits([put({}), { put: { partition: 'Q', sort: 'S' }, value: {} }]);
  });
});
