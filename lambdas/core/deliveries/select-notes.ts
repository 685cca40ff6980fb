import type { Deps } from '#core/deps.ts';
import type { Day } from '#core/domain/calendar.ts';
import type { Customer } from '#core/domain/customer.ts';
import { noteIdOf } from '#core/domain/delivery-note.ts';
import { compareNatural } from '#core/domain/natural-order.ts';
import { refuse } from '#core/errors.ts';
import { listCustomers, readCustomer, readCustomers } from '#core/repositories/customers.ts';
import { listNoteIds, type NoteRecord, readNotes } from '#core/repositories/notes.ts';

/**
 * Which notes are meant: it needs at least a number, a customer or a period, and everything given must hold.
 */
export interface NoteSelection {
  /** `L-2610-0001`, or with its year `2026/L-2610-0001`. */
  readonly numbers?: readonly string[];
  readonly customer?: string;
  /** The days in which the note's date must lie. */
  readonly period?: { readonly from: Day; readonly to: Day };
  /** Only customers who get their invoices by mail. */
  readonly mailCustomersOnly?: boolean;
}

export interface SelectedNote {
  readonly id: string;
  readonly record: NoteRecord;
  /** The customer as it is now. */
  readonly customer: Customer;
}

/** All days that a note may have. */
const EVER = { from: '2000-01-01', to: '2099-12-31' };

/**
 * Selects delivery notes, open and billed, in natural order of customer, then by date and number.
 * @throws Fault `bad-input` for a number that does not exist or fits notes of several years, for an unknown
 *   customer, and for a selection that finds nothing
 */
export async function selectNotes(
  selection: NoteSelection,
  deps: Pick<Deps, 'table'>,
): Promise<SelectedNote[]> {
  const found = await candidates(selection, deps);
  const customers = new Map(
    (await readCustomers(deps.table, [...new Set(found.map(({ note }) => note.customer))])).flatMap(
      (customer) => (customer ? [[customer.value.customer.number, customer.value.customer]] : []),
    ),
  );
  const { from, to } = selection.period ?? EVER;
  const selected = found.flatMap((record): SelectedNote[] => {
    const { note } = record;
    const customer = customers.get(note.customer);
    if (!customer || note.date < from || note.date > to) return [];
    if (selection.customer && note.customer !== selection.customer) return [];
    if (selection.mailCustomersOnly && !customer.invoiceByMail) return [];
    return [{ id: noteIdOf(note), record, customer }];
  });
  for (const number of selection.numbers ?? []) refuseIfAmbiguous(number, selected);
  if (selected.length === 0) refuse('No delivery note fits this selection.');
  return selected.sort(
    ({ record: { note: a } }, { record: { note: b } }) =>
      compareNatural(a.customer, b.customer) ||
      (a.date === b.date ? compareNatural(a.number, b.number) : a.date < b.date ? -1 : 1),
  );
}

async function candidates(selection: NoteSelection, deps: Pick<Deps, 'table'>): Promise<NoteRecord[]> {
  const days = selection.period ?? EVER;
  if (selection.customer && !(await readCustomer(deps.table, selection.customer))) {
    refuse(`Customer ${selection.customer} is not known.`);
  }
  if (selection.numbers) {
    const found: NoteRecord[] = [];
    for (const number of new Set(selection.numbers)) {
      const notes = await notesById(idsOf(number, days), deps);
      if (notes.length === 0) refuse(`There is no delivery note ${number}${inYear(days)}.`);
      found.push(...notes);
    }
    return found;
  }
  if (selection.customer) return notesById(await listNoteIds(deps.table, selection.customer, days), deps);
  if (!selection.period) refuse('Say which delivery notes: by number, by customer or by period.');
  const found: NoteRecord[] = [];
  let last: string | undefined;
  for (;;) {
    const page = await listCustomers(deps.table, last, 100);
    for (const { value } of page) {
      found.push(...(await notesById(await listNoteIds(deps.table, value.customer.number, days), deps)));
    }
    last = page.at(-1)?.value.customer.number;
    if (last === undefined) return found;
  }
}

const notesById = async (ids: readonly string[], deps: Pick<Deps, 'table'>): Promise<NoteRecord[]> =>
  (await readNotes(deps.table, ids)).flatMap((note) => (note ? [note.value] : []));

/**
 * Returns the ids that a number may stand for: it is unique only within a calendar year, so without a year
 * every year of these days may have it.
 */
function idsOf(number: string, { from, to }: { readonly from: Day; readonly to: Day }): string[] {
  if (number.includes('/')) return [number];
  const [first, last] = [Number(from.slice(0, 4)), Number(to.slice(0, 4))];
  return Array.from({ length: last - first + 1 }, (_, index) => `${first + index}/${number}`);
}

const inYear = ({ from, to }: { readonly from: Day; readonly to: Day }): string =>
  from.slice(0, 4) === to.slice(0, 4) ? ` in ${from.slice(0, 4)}` : '';

function refuseIfAmbiguous(number: string, selected: readonly SelectedNote[]): void {
  const ids = selected.filter(({ record }) => record.note.number === number).map(({ id }) => id);
  if (ids.length < 2) return;
  refuse(`There are several delivery notes ${number}: say which one, ${ids.join(' or ')}, or its year.`);
}
