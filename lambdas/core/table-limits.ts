import { Fault } from './errors.ts';
import type { Change, JsonObject, Key } from './ports.ts';

/**
 * Limits of one write: those of DynamoDB on `TransactWriteItems`, items and keys. They are enforced in front
 * of every engine, so that nothing passes on one machine and fails on AWS.
 */
export const TABLE_LIMITS = {
  changes: 100,
  writeBytes: 4 * 1024 * 1024,
  itemBytes: 400 * 1024,
  partitionBytes: 2048,
  sortBytes: 1024,
} as const;

/** Bytes for the names of the key attributes, and for the version token with its name. */
const ITEM_OVERHEAD = 100;

/**
 * Checks a whole write before any of it is done.
 * @throws Fault `too-large` beyond a limit; `bad-input` for what no engine can hold: no change at all, two
 *   changes to one item, an empty or malformed key, a value that is not JSON
 */
export function assertWithinLimits(changes: readonly Change[]): void {
  if (changes.length === 0) throw new Fault('bad-input', 'A write needs at least one change');
  if (changes.length > TABLE_LIMITS.changes) {
    tooLarge(`A write of ${changes.length} changes`, `${TABLE_LIMITS.changes} changes`);
  }
  const sorts = new Map<string, Set<string>>();
  let total = 0;
  for (const change of changes) {
    const key = keyOf(change);
    let bytes = assertKey(key);
    const seen = sorts.get(key.partition) ?? new Set();
    if (seen.has(key.sort)) {
      throw new Fault('bad-input', `A write changes ${nameOf(key)} twice; one change an item is allowed`);
    }
    sorts.set(key.partition, seen.add(key.sort));
    if ('put' in change) {
      bytes += ITEM_OVERHEAD + valueBytes(change.value);
      if (Number.isNaN(bytes)) {
        throw new Fault('bad-input', `${nameOf(key)} holds something that JSON cannot express`);
      }
      if (bytes > TABLE_LIMITS.itemBytes) {
        tooLarge(`${nameOf(key)} with ${bytes} bytes`, `${TABLE_LIMITS.itemBytes} bytes an item`);
      }
    }
    total += bytes;
    if (total > TABLE_LIMITS.writeBytes) {
      tooLarge(
        `A write up to ${nameOf(key)} with ${total} bytes`,
        `${TABLE_LIMITS.writeBytes} bytes a write`,
      );
    }
  }
}

export const keyOf = (change: Change): Key =>
  'put' in change ? change.put : 'delete' in change ? change.delete : change.check;

/**
 * Checks a key and returns its size in bytes.
 * @throws Fault `too-large` beyond a limit; `bad-input` if a part is empty or not Unicode
 */
export function assertKey(key: Key): number {
  return (
    keyPartBytes(key, 'partition', TABLE_LIMITS.partitionBytes) +
    keyPartBytes(key, 'sort', TABLE_LIMITS.sortBytes)
  );
}

/**
 * Returns the size of a value in bytes, as the larger of two counts: its JSON in UTF-8, and DynamoDB's own
 * count of a map (names and strings in UTF-8, 3 bytes a map or list, 1 a member, 1 to 21 a number). So the
 * limit holds however an engine stores values; the result is a few percent above either count. Members that
 * are undefined are dropped and count nothing. Returns NaN for what JSON cannot express.
 */
export function valueBytes(value: unknown): number {
  if (typeof value === 'string') return 3 + textBytes(value);
  if (typeof value === 'number') return Number.isFinite(value) ? 2 + String(value).length : Number.NaN;
  if (typeof value === 'boolean') return 6;
  if (value === null) return 5;
  if (typeof value !== 'object') return Number.NaN;
  let bytes = 4; // three for the map or list, and one for being a member
  if (Array.isArray(value)) {
    for (const member of value) bytes += valueBytes(member);
    return bytes;
  }
  for (const name in value) {
    const member = (value as JsonObject)[name];
    if (member !== undefined) bytes += 3 + textBytes(name) + valueBytes(member);
  }
  return bytes;
}

/** Returns the UTF-8 bytes of a text, or those of its JSON escapes where these are longer. */
function textBytes(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x20) bytes += 5;
    else if (unit < 0x80) bytes += unit === 0x22 || unit === 0x5c ? 1 : 0;
    else if (unit < 0x800) bytes += 1;
    else if (unit < 0xd800 || unit > 0xdfff) bytes += 2;
    else if (unit < 0xdc00 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00) {
      bytes += 2; // a surrogate pair: two units, four bytes
      at++;
    } else bytes += 5; // a lone surrogate: written as \udXXX
  }
  return bytes;
}

function keyPartBytes(key: Key, part: 'partition' | 'sort', limit: number): number {
  const text = key[part];
  if (text === '') throw new Fault('bad-input', `The ${part} key of ${nameOf(key)} is empty`);
  if (!text.isWellFormed()) throw new Fault('bad-input', `The ${part} key of ${nameOf(key)} is not Unicode`);
  // A UTF-16 unit takes at most three bytes in UTF-8, so that most keys need no counting.
  const bytes = text.length * 3 <= limit ? text.length : utf8.encode(text).length;
  if (bytes > limit) tooLarge(`The ${part} key of ${nameOf(key)} with ${bytes} bytes`, `${limit} bytes`);
  return bytes;
}

const utf8 = new TextEncoder();

const nameOf = (key: Key): string => `${key.partition}/${key.sort}`.slice(0, 200);

function tooLarge(what: string, limit: string): never {
  throw new Fault('too-large', `${what} is above the limit of ${limit}; split it into several`);
}
