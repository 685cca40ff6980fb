import { Fault } from '#core/errors.ts';
import type { Change, Item, JsonObject, Key, Table } from '#core/ports.ts';

/** A record as it was read: its version guards the next write. */
export interface Stored<T> {
  readonly key: Key;
  readonly version: string;
  readonly value: T;
}

/**
 * The version of the shapes in which this program writes its records. Raise it when the shape of any record
 * changes in a way that its `Upgrade` must know of, and keep samples of the version before under
 * `test/records/`.
 * 1: what 0.1.0 wrote, without a version.
 * 2: `Draft.ordinal`, `Run.timesPaused` and `Run.mailsResumedAfter` have new names.
 */
export const RECORD_VERSION = 2;

/**
 * The member of an item that says in which version of its shape the record was written. Records of version 1
 * do not have it.
 */
const VERSION = 'v';

/**
 * Turns a record of an earlier version into the shape that this program writes. Each record type has one
 * upgrade, beside its type; a field that was added later takes its default, and the fields that were there
 * keep their order.
 * @param version the version in which the record was written
 */
export type Upgrade<T> = (value: JsonObject, version: number) => T;

/** Upgrades a record whose shape has not changed since version 1. Here a table's JSON becomes a record. */
export const sinceVersion1 = <T>(value: JsonObject): T => value as unknown as T;

/** Returns the value with the fields that it lacks behind its own, or the value itself if it lacks none. */
export function withMissing<T extends object>(value: T, defaults: Partial<T>): T {
  const missing = Object.keys(defaults).filter((name) => !(name in value)) as (keyof T)[];
  if (missing.length === 0) return value;
  return { ...value, ...Object.fromEntries(missing.map((name) => [name, defaults[name]])) };
}

/**
 * Reads a record from an item of the table and upgrades it.
 * @throws Fault `newer-data` for a record that a newer version of the program has written
 */
export function stored<T>({ key, version, value }: Item, upgrade: Upgrade<T>): Stored<T> {
  const { [VERSION]: written = 1, ...rest } = value;
  if (Number(written) > RECORD_VERSION) {
    throw new Fault(
      'newer-data',
      `The data was written by a newer version of this program (${key.partition}/${key.sort}: records of version ${written}, this program knows ${RECORD_VERSION}): install that version again. Nothing was changed.`,
    );
  }
  return { key, version, value: upgrade(rest, Number(written)) };
}

const json = (value: object): JsonObject =>
  ({ ...value, [VERSION]: RECORD_VERSION }) as unknown as JsonObject;

export async function read<T>(table: Table, key: Key, upgrade: Upgrade<T>): Promise<Stored<T> | undefined> {
  const item = await table.get(key);
  return item && stored(item, upgrade);
}

export const create = (key: Key, value: object): Change => ({
  put: key,
  value: json(value),
  expect: 'absent',
});

export const replace = <T extends object>(old: Stored<T>, value: T): Change => ({
  put: old.key,
  value: json(value),
  expect: { version: old.version },
});

/** Writes the item whether or not it is there, provided nobody changed it since `old` was read. */
export const createOrReplace = (key: Key, old: Stored<object> | undefined, value: object): Change => ({
  put: key,
  value: json(value),
  expect: old ? { version: old.version } : 'absent',
});

export const remove = (old: Stored<object>): Change => ({
  delete: old.key,
  expect: { version: old.version },
});
