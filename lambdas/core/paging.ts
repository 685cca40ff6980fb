import { base64Of, bytesOfBase64 } from './domain/base64.ts';
import { refuse } from './errors.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** What to give as `after` to get the next page; absent on the last page. */
  readonly next?: string;
}

export interface PageQuery {
  /** The `next` of the previous page; undefined for the first page. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** A thing at its place in a list; it has no value if a filter leaves it out. */
export interface Placed<T> {
  readonly at: string;
  readonly value: T | undefined;
  /** What looking at this thing costs, counted in things read; 1 unless given. */
  readonly effort?: number;
}

const BATCH = 100;
/**
 * The most things that one page reads, so that a filter that hardly anything fits does not read a list of
 * years in one call.
 */
const MOST_READ = 1000;

/**
 * Reads a page of a list by its sort keys, so that things added or removed between two pages shift nothing
 * else.
 * @param name of the list, so that a cursor of another list is refused
 * @param read returns the next things after a place, in order, with or without a value; none at the end
 * @throws Fault `bad-input` for a cursor that does not belong to this list
 */
export async function readPage<T>(
  name: string,
  { after, limit }: PageQuery,
  read: (after: string | undefined, limit: number) => Promise<readonly Placed<T>[]>,
): Promise<Page<T>> {
  let place = after === undefined ? undefined : placeOf(name, after);
  const items: T[] = [];
  for (let looked = 0; ; ) {
    const batch = await read(place, BATCH);
    for (const { at, value, effort = 1 } of batch) {
      if (items.length === limit) return { items, next: cursorOf(name, place!) };
      place = at;
      looked += effort;
      if (value !== undefined) items.push(value);
    }
    if (batch.length === 0) return { items };
    if (looked >= MOST_READ) return { items, next: cursorOf(name, place!) };
  }
}

/**
 * Encodes a place as a cursor: base64 without the characters that a URL must encode (RFC 4648, section 5).
 */
const cursorOf = (name: string, place: string): string =>
  base64Of(new TextEncoder().encode(`${name} ${place}`))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

function placeOf(name: string, cursor: string): string {
  const bytes = bytesOfBase64(padded(cursor.replaceAll('-', '+').replaceAll('_', '/')));
  const text = bytes ? new TextDecoder().decode(bytes) : '';
  if (text.startsWith(`${name} `)) return text.slice(name.length + 1);
  refuse('after: this is not the "next" of a page of this list: begin without it.');
}

const padded = (text: string): string => text.padEnd(Math.ceil(text.length / 4) * 4, '=');
