import { readFileSync } from 'node:fs';
import type { Item, JsonObject, Key, Table } from '#core/ports.ts';

/** Items as 0.1.0 wrote them; `complete` says that they are a whole table, in which nothing waits. */
export interface Scenario {
  readonly scenario: string;
  readonly about: string;
  readonly complete?: boolean;
  readonly items: readonly { readonly key: Key; readonly value: JsonObject }[];
}

/** The records of version 1, written by that version itself (`test/records/v1/README.md`). */
export const version1Records = (): readonly Scenario[] =>
  JSON.parse(readFileSync(new URL('../../records/v1/records.json', import.meta.url), 'utf8'));

export const itemsOf = ({ items }: Scenario): readonly Item[] =>
  items.map((item) => ({ ...item, version: '1' }));

/** Writes them into an empty table, as they are. */
export async function fillTable(table: Table, { items }: Scenario): Promise<void> {
  for (let at = 0; at < items.length; at += 50) {
    await table.write(items.slice(at, at + 50).map(({ key, value }) => ({ put: key, value })));
  }
}
