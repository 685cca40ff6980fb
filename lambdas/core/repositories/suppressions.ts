import { mailboxOf } from '#core/domain/mail-address.ts';
import type { Key, Table } from '#core/ports.ts';
import { type Stored, sinceVersion1, stored } from './stored.ts';

/**
 * `SUPPRESSED / <mailbox>`: a mail to this mailbox bounced for good, or its owner complained. Nothing more is
 * sent there until a person lifts the suppression, because providers stop accounts that go on.
 */
export interface Suppression {
  /** The address as it was written in the mail. */
  readonly address: string;
  readonly since: string;
  readonly reason: string;
  /** The id of the mail that bounced or drew the complaint. */
  readonly mail: string;
}

export const upgradeSuppression = sinceVersion1<Suppression>;

export const SUPPRESSED_PARTITION = 'SUPPRESSED';
export const suppressionKey = (address: string): Key => ({
  partition: SUPPRESSED_PARTITION,
  sort: mailboxOf(address),
});

/** Reads the suppressions of these addresses, by their mailboxes (see `mailboxOf`). */
export async function readSuppressions(
  table: Table,
  addresses: readonly string[],
): Promise<Map<string, Suppression>> {
  const keys = [...new Set(addresses.map(mailboxOf))].map((sort) => ({
    partition: SUPPRESSED_PARTITION,
    sort,
  }));
  const items = await table.getMany(keys);
  return new Map(
    items.flatMap((item) => (item ? [[item.key.sort, stored(item, upgradeSuppression).value]] : [])),
  );
}

export async function listSuppressions(table: Table): Promise<Stored<Suppression>[]> {
  const items = await table.list(SUPPRESSED_PARTITION);
  return items.map((item) => stored(item, upgradeSuppression));
}
