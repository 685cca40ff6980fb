import type { Change, Hasher, Key, Table } from '#core/ports.ts';
import { create, read, type Stored, sinceVersion1, stored } from './stored.ts';

/**
 * The head of a hash chain. Each thing (customer, note, invoice, settings) has a chain of its own: an entry
 * holds the hash of the entry before it, and the thing itself holds the head. An entry is written together
 * with the change that it records, so that there is no change without one; whoever alters or drops an old
 * entry breaks every later hash.
 */
export interface JournalHead {
  readonly entries: number;
  readonly hash: string;
}

export interface JournalEntry {
  /** ISO instant. */
  readonly at: string;
  readonly event: string;
  readonly data: object;
  readonly previous: string;
  readonly hash: string;
}

/**
 * Leaves an entry as it was written, whatever its data looks like, because its hash covers just these bytes.
 */
const upgradeEntry = sinceVersion1<JournalEntry>;

const entryKey = (partition: string, n: number): Key => ({
  partition,
  sort: `JOURNAL#${String(n).padStart(6, '0')}`,
});

const hashOf = (hasher: Hasher, entry: Omit<JournalEntry, 'hash'>): string =>
  hasher.sha256(JSON.stringify([entry.previous, entry.at, entry.event, entry.data]));

/** Returns the change that appends an entry to the chain kept in `partition`, and the chain's new head. */
export function appendToJournal(
  hasher: Hasher,
  partition: string,
  head: JournalHead | undefined,
  entry: { readonly at: string; readonly event: string; readonly data: object },
): { readonly change: Change; readonly head: JournalHead } {
  const entries = (head?.entries ?? 0) + 1;
  const unsigned = { ...entry, previous: head?.hash ?? '' };
  const hash = hashOf(hasher, unsigned);
  return { change: create(entryKey(partition, entries), { ...unsigned, hash }), head: { entries, hash } };
}

/**
 * `<partition> / FORMER`: keeps the head of a thing's chain while the thing is deleted, so that a later thing
 * of the same name continues the chain.
 */
const tombstoneKey = (partition: string): Key => ({ partition, sort: 'FORMER' });

export const putTombstone = (partition: string, head: JournalHead): Change =>
  create(tombstoneKey(partition), head);

export async function readTombstones(
  table: Table,
  partitions: readonly string[],
): Promise<(Stored<JournalHead> | undefined)[]> {
  const items = await table.getMany(partitions.map(tombstoneKey));
  return items.map((item) => item && stored(item, sinceVersion1<JournalHead>));
}

/** Reads the entries of a thing, oldest first, and checks whether the chain is whole up to `head`. */
export async function readJournal(
  table: Table,
  hasher: Hasher,
  partition: string,
  head: JournalHead,
): Promise<{ readonly entries: readonly JournalEntry[]; readonly intact: boolean }> {
  const items = await table.list(partition, { prefix: 'JOURNAL#' });
  const entries = items.map((item) => stored(item, upgradeEntry).value);
  let previous = '';
  for (const entry of entries) {
    if (entry.previous !== previous || hashOf(hasher, entry) !== entry.hash)
      return { entries, intact: false };
    previous = entry.hash;
  }
  return { entries, intact: entries.length === head.entries && previous === head.hash };
}

/**
 * The head of the chain of closed runs, which has entries of its own: each seals the journal heads of the
 * invoices that its run had made. An invoice that could only be issued later gets an entry for itself.
 */
export const RUN_CHAIN: Key = { partition: 'RUNS', sort: 'CHAIN' };
export const readRunChain = (table: Table) => read(table, RUN_CHAIN, sinceVersion1<JournalHead>);
