import { base64Of, bytesOfBase64 } from './domain/base64.ts';
import { refuse } from './errors.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** The `after` of the next page; undefined after the last one. */
  readonly next?: string;
}

export interface PageQuery {
  /** `next` of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Something at its place in a list; without a value where a filter leaves it out. */
export interface Placed<T> {
  readonly at: string;
  readonly value: T | undefined;
  /** What it takes to look at it, counted in things that are read; 1 unless given. */
  readonly effort?: number;
}

const BATCH = 100;
/** A filter that hardly anything fits must not read a list of years in one call. */
const MOST_READ = 1000;

/**
 * A page of a list that is read by its sort keys: what is added or removed between two pages moves nothing else.
 * @param name of the list: a cursor of another one is refused
 * @param read the next things after a place, in order, with or without a value; none at the end
 * @throws Fault `bad-input` for a cursor that is not this list's
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

/** Base64 without the characters that an address of the web wants encoded (RFC 4648, 5). */
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
