import { CUSTOMER_DEFAULTS, type Customer } from '#core/domain/customer.ts';
import { naturalKey } from '#core/domain/natural-order.ts';
import type { Change, JsonObject, Key, Table } from '#core/ports.ts';
import type { JournalHead } from './journal.ts';
import { read, type Stored, sinceVersion1, stored, withMissing } from './stored.ts';

/**
 * `CUSTOMERS / <natural key>`: a customer. All share one partition in natural order, so that a run walks its
 * customers by pages.
 */
export interface CustomerRecord {
  readonly customer: Customer;
  readonly journal: JournalHead;
}

/** Upgrades a stored customer: fields that were added after it was stored take their defaults. */
export function upgradeCustomer(value: JsonObject): CustomerRecord {
  const { customer, journal } = sinceVersion1<CustomerRecord>(value);
  return { customer: withMissing(customer, CUSTOMER_DEFAULTS), journal };
}

const PARTITION = 'CUSTOMERS';

export const customerKey = (number: string): Key => ({ partition: PARTITION, sort: naturalKey(number) });
/** Names the partition of all that belongs to one customer: claims, open notes, invoices, journal. */
export const customerPartition = (number: string): string => `CUSTOMER#${number}`;

/**
 * Checks that the customer still exists, as part of a write that must not leave anything to a customer who is
 * just being deleted.
 */
export const customerPresent = (number: string): Change => ({
  check: customerKey(number),
  expect: 'present',
});

export const readCustomer = (table: Table, number: string): Promise<Stored<CustomerRecord> | undefined> =>
  read(table, customerKey(number), upgradeCustomer);

export async function readCustomers(
  table: Table,
  numbers: readonly string[],
): Promise<(Stored<CustomerRecord> | undefined)[]> {
  const items = await table.getMany(numbers.map(customerKey));
  return items.map((item) => item && stored(item, upgradeCustomer));
}

/**
 * Returns a page of customers in natural order of their numbers, which begins behind the customer `after`.
 */
export async function listCustomers(
  table: Table,
  after: string | undefined,
  limit: number,
): Promise<Stored<CustomerRecord>[]> {
  const items = await table.list(PARTITION, { limit, ...(after ? { after: naturalKey(after) } : {}) });
  return items.map((item) => stored(item, upgradeCustomer));
}
