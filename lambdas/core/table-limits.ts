import { Fault } from './errors.ts';
import type { Change, JsonObject, Key } from './ports.ts';

/**
 * What one write may hold: DynamoDB's limits on `TransactWriteItems`, items and keys, enforced in front of every
 * engine, so that nothing passes on one machine and fails on AWS.
 */
export const TABLE_LIMITS = {
  changes: 100,
  writeBytes: 4 * 1024 * 1024,
  itemBytes: 400 * 1024,
  partitionBytes: 2048,
  sortBytes: 1024,
} as const;

/** The names of the key attributes, and the version token with its name. */
const ITEM_OVERHEAD = 100;

/**
 * Checks a whole write before anything of it is done.
 * @throws Fault `too-large` beyond a limit; `bad-input` for what no engine can hold: no change at all, two on one
 *   item, an empty or malformed key, a value that is not JSON
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
 * The bytes of a key.
 * @throws Fault as `assertWithinLimits`
 */
export function assertKey(key: Key): number {
  return (
    keyPartBytes(key, 'partition', TABLE_LIMITS.partitionBytes) +
    keyPartBytes(key, 'sort', TABLE_LIMITS.sortBytes)
  );
}

/**
 * Bytes of a value, the larger of two counts: its JSON in UTF-8, and DynamoDB's own count of a map (names and
 * strings in UTF-8, 3 bytes a map or list, 1 a member, 1 to 21 a number). So it holds however an engine stores
 * values, and is a few percent above either. Members that are undefined are dropped and count nothing. NaN for
 * what JSON cannot express.
 */
export function valueBytes(value: unknown): number {
  if (typeof value === 'string') return 3 + textBytes(value);
  if (typeof value === 'number') return Number.isFinite(value) ? 2 + String(value).length : Number.NaN;
  if (typeof value === 'boolean') return 6;
  if (value === null) return 5;
  if (typeof value !== 'object') return Number.NaN;
  let bytes = 4; // its own three, and one as a member
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

/** UTF-8 bytes of a text, or of its JSON escapes where these are longer. */
function textBytes(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x20) bytes += 5;
    else if (unit < 0x80) bytes += unit === 0x22 || unit === 0x5c ? 1 : 0;
    else if (unit < 0x800) bytes += 1;
    else if (unit < 0xd800 || unit > 0xdfff) bytes += 2;
    else if (unit < 0xdc00 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00) {
      bytes += 2; // a pair: two units, four bytes
      at++;
    } else bytes += 5; // alone: written as \udXXX
  }
  return bytes;
}

function keyPartBytes(key: Key, part: 'partition' | 'sort', limit: number): number {
  const text = key[part];
  if (text === '') throw new Fault('bad-input', `The ${part} key of ${nameOf(key)} is empty`);
  if (!text.isWellFormed()) throw new Fault('bad-input', `The ${part} key of ${nameOf(key)} is not Unicode`);
  // A UTF-16 unit is at most three bytes: most keys need no counting.
  const bytes = text.length * 3 <= limit ? text.length : utf8.encode(text).length;
  if (bytes > limit) tooLarge(`The ${part} key of ${nameOf(key)} with ${bytes} bytes`, `${limit} bytes`);
  return bytes;
}

const utf8 = new TextEncoder();

const nameOf = (key: Key): string => `${key.partition}/${key.sort}`.slice(0, 200);

function tooLarge(what: string, limit: string): never {
  throw new Fault('too-large', `${what} is above the limit of ${limit}; split it into several`);
}
