import type { Deps } from '#core/deps.ts';
import type { Day } from '#core/domain/calendar.ts';
import type { DeliveryNote } from '#core/domain/delivery-note.ts';
import { refuse } from '#core/errors.ts';
import { type Page, type PageQuery, type Placed, readPage } from '#core/paging.ts';
import type { Table } from '#core/ports.ts';
import { customerPartition, listCustomers } from '#core/repositories/customers.ts';
import { type Days, daysOf } from '#core/repositories/month-lists.ts';
import {
  claimOn,
  type NoteRecord,
  readBilling,
  readNote,
  readNotes,
  upgradeNotePointer,
} from '#core/repositories/notes.ts';
import { stored } from '#core/repositories/stored.ts';

export interface ListedNote {
  readonly id: string;
  readonly note: DeliveryNote;
  /** `billing` means that a draft has claimed the note. */
  readonly state: 'open' | 'billing' | 'billed';
  /** The invoice that billed the note. */
  readonly invoice?: string;
}

export interface NoteQuery extends PageQuery {
  readonly customer?: string | undefined;
  readonly from?: Day | undefined;
  readonly to?: Day | undefined;
  /** With `open`, notes that are just being billed are included. */
  readonly state?: 'open' | 'billed' | undefined;
}

/** What looking at one customer costs: three requests, as much as reading a good many notes. */
const CUSTOMER_EFFORT = 20;
const EVER: Days = { from: '2000-01-01', to: '2099-12-31' };

/**
 * Lists delivery notes in natural order of the customers; for each customer, the open ones by day come first,
 * then the billed ones. A note that is billed between two pages may be listed twice but is never missed.
 * @throws Fault `bad-input` without a customer and without days, for a cursor of another list, and for
 *   impossible days
 */
export async function listNotes(
  query: NoteQuery,
  deps: Pick<Deps, 'table' | 'clock'>,
): Promise<Page<ListedNote>> {
  const { customer, from, to, state } = query;
  if (customer === undefined && from === undefined && to === undefined) {
    refuse('customer: say whose delivery notes, or of which days (from, to).');
  }
  const days = from === undefined && to === undefined ? EVER : daysOf(query, deps.clock);
  const prefixes = [...(state === 'billed' ? [] : ['OPEN#']), ...(state === 'open' ? [] : ['BILLED#'])];
  if (customer !== undefined) {
    return readPage(`notes of ${customer}`, query, (after, limit) =>
      nextOfCustomer(customer, prefixes, days, after, limit, deps.table),
    );
  }
  return readPage('notes', query, async (after, limit) => {
    const [current = '', ...rest] = after?.split(' ') ?? [];
    const placed = (number: string, notes: readonly Placed<ListedNote>[]) =>
      notes.map(({ at, value }) => ({ at: `${number} ${at}`, value }));
    if (rest.length > 0) {
      const notes = await nextOfCustomer(current, prefixes, days, rest.join(' '), limit, deps.table);
      if (notes.length > 0) return placed(current, notes);
    }
    const [next] = await listCustomers(deps.table, current || undefined, 1);
    if (!next) return [];
    const { number } = next.value.customer;
    const notes = await nextOfCustomer(number, prefixes, days, undefined, limit, deps.table);
    // A customer without notes was looked at too, so it counts as effort.
    return notes.length > 0
      ? placed(number, notes)
      : [{ at: number, value: undefined, effort: CUSTOMER_EFFORT }];
  });
}

async function nextOfCustomer(
  customer: string,
  prefixes: readonly string[],
  { from, to }: Days,
  after: string | undefined,
  limit: number,
  table: Table,
): Promise<Placed<ListedNote>[]> {
  const at = after === undefined ? 0 : prefixes.findIndex((prefix) => after.startsWith(prefix));
  for (const [index, prefix] of prefixes.slice(Math.max(at, 0)).entries()) {
    const items = await table.list(customerPartition(customer), {
      prefix,
      limit,
      after: index === 0 && after !== undefined ? after : `${prefix}${from}`,
    });
    const within = items.filter(({ key }) => key.sort.slice(prefix.length, prefix.length + to.length) <= to);
    if (within.length === 0) continue;
    const billing = await readBilling(table, customer);
    const ids = within.map((item) => stored(item, upgradeNotePointer).value.noteId);
    const records = await readNotes(table, ids);
    return within.map(({ key }, place) => {
      const record = records[place]?.value;
      const isClaimed = claimOn(billing, ids[place]!) !== undefined;
      return { at: key.sort, value: record && listed(ids[place]!, record, isClaimed) };
    });
  }
  return [];
}

const listed = (id: string, { note, invoice }: NoteRecord, isClaimed: boolean): ListedNote => ({
  id,
  note,
  state: invoice ? 'billed' : isClaimed ? 'billing' : 'open',
  ...(invoice ? { invoice } : {}),
});

/**
 * Finds a delivery note by its id.
 * @param id such as `2026/L-1`
 */
export async function findNote(id: string, { table }: Pick<Deps, 'table'>): Promise<ListedNote | undefined> {
  const found = await readNote(table, id);
  if (!found) return undefined;
  const billing = await readBilling(table, found.value.note.customer);
  return listed(id, found.value, claimOn(billing, id) !== undefined);
}
