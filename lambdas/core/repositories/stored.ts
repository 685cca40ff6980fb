import type { Change, Item, JsonObject, Key, Table } from '#core/ports.ts';

/** A record as it was read: its version guards the next write. */
export interface Stored<T> {
  readonly key: Key;
  readonly version: string;
  readonly value: T;
}

// Records are plain JSON interfaces; the two casts below are the only place where a table's JSON becomes one.
export const stored = <T>(item: Item): Stored<T> => item as unknown as Stored<T>;
const json = (value: object): JsonObject => value as unknown as JsonObject;

export async function read<T>(table: Table, key: Key): Promise<Stored<T> | undefined> {
  const item = await table.get(key);
  return item && stored<T>(item);
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
