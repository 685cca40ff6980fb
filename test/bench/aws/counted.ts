import type { Archive, Change, Clock, Item, Key, Table } from '#core/ports.ts';
import { keyOf } from '#core/table-limits.ts';
import type { Latencies } from './assumptions.ts';

/** What some work has asked of AWS, with units as DynamoDB counts them on demand. */
export interface Usage {
  /** Write request units. */
  writes: number;
  /** Read request units. */
  reads: number;
  /** Items that were read or changed. */
  items: number;
  puts: number;
  gets: number;
  /** Messages that were sent. */
  messages: number;
  /** Milliseconds from the beginning of each call to its end, with the assumed latencies. */
  waited: number;
  /** Write units by partition; a name without its number stands for all partitions of its kind. */
  readonly partitions: Record<string, number>;
}

export const nothing = (): Usage => ({
  ...{ writes: 0, reads: 0, items: 0, puts: 0, gets: 0, messages: 0, waited: 0 },
  partitions: {},
});

const KB = 1024;
/**
 * A write of a transaction counts twice, for each kilobyte begun:
 * https://aws.amazon.com/dynamodb/pricing/on-demand/
 */
const writeUnits = (bytes: number): number => 2 * Math.max(1, Math.ceil(bytes / KB));
/** A consistent read counts once for each 4 KB begun, and also when nothing is found. */
const readUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / (4 * KB)));
/** Limits of DynamoDB: the keys of a BatchGetItem, and the bytes of an answer to a Query. */
const KEYS_A_READ = 100;
const PAGE = KB * KB;
/** The adapter reads this many batches at once. */
const READS_AT_ONCE = 8;

/**
 * Wraps a table so that it counts what DynamoDB would count, and takes the time it would take. @param usage
 * returns the counts of the work that is going on
 */
export function countedTable(table: Table, usage: () => Usage, clock: Clock, latencies: Latencies) {
  const sizes = new Map<string, number>();
  const counted: Table = {
    async get(key) {
      const item = await table.get(key);
      usage().reads += readUnits(sizeOf(item));
      usage().items++;
      await clock.wait(latencies.get);
      return item;
    },

    async getMany(keys) {
      const items = await table.getMany(keys);
      const different = new Map(keys.map((key, index) => [nameOf(key), sizeOf(items[index])]));
      for (const size of different.values()) usage().reads += readUnits(size);
      usage().items += different.size;
      const rounds = Math.ceil(Math.ceil(different.size / KEYS_A_READ) / READS_AT_ONCE);
      await clock.wait(rounds * latencies.batchGet);
      return items;
    },

    async list(partition, options) {
      const items = await table.list(partition, options);
      const bytes = items.reduce((sum, item) => sum + sizeOf(item), 0);
      usage().reads += readUnits(bytes);
      usage().items += items.length;
      await clock.wait(Math.max(1, Math.ceil(bytes / PAGE)) * latencies.query);
      return items;
    },

    async write(changes) {
      const version = await table.write(changes);
      usage().items += changes.length;
      for (const change of changes) {
        const name = nameOf(keyOf(change));
        const before = sizes.get(name) ?? 0;
        const after = 'put' in change ? sizeOfChange(change) : 0;
        const units = writeUnits(Math.max(before, after));
        usage().writes += units;
        const partition = keyOf(change).partition.replace(/(?<=^(?:RUN|NOTE|CUSTOMER|INVOICE|MAIL)#).*/, 'n');
        usage().partitions[partition] = (usage().partitions[partition] ?? 0) + units;
        if ('put' in change) sizes.set(name, after);
        else if ('delete' in change) sizes.delete(name);
      }
      await clock.wait(latencies.write);
      return version;
    },
  };
  /**
   * Sums the bytes of all items, with the overhead that DynamoDB adds to each:
   * https://aws.amazon.com/dynamodb/pricing/
   */
  const stored = () => sizes.values().reduce((sum, size) => sum + size + 100, 0);
  return { table: counted, stored };
}

export function countedArchive(
  archive: Archive,
  usage: () => Usage,
  clock: Clock,
  latencies: Latencies,
): Archive {
  return {
    ...archive,
    async putOnce(...file) {
      const done = await archive.putOnce(...file);
      usage().puts++;
      await clock.wait(latencies.put);
      return done;
    },
    async get(...file) {
      const found = await archive.get(...file);
      usage().gets++;
      await clock.wait(latencies.getFile);
      return found;
    },
  };
}

const nameOf = ({ partition, sort }: Key): string => `${partition}/${sort}`;
/** Counts the names and values of the four attributes; the version is a UUID of 36 characters. */
const bytesOf = ({ partition, sort }: Key, value: unknown): number =>
  Buffer.byteLength(`pk${partition}sk${sort}vd${JSON.stringify(value)}`) + 36;
const sizeOf = (item: Item | undefined): number => (item ? bytesOf(item.key, item.value) : 0);
const sizeOfChange = (change: Extract<Change, { put: Key }>): number => bytesOf(change.put, change.value);
