import { addDays, type Day } from './calendar.ts';
import type { Customer } from './customer.ts';
import { type DeliveryLine, type DeliveryNote, netOfLine, VAT_CATEGORIES } from './delivery-note.ts';
import type { Invoice, NoteSection, Payment, PlaceSection, Skonto, Totals, VatRow } from './invoice.ts';
import { type Cents, percentOf, sum } from './money.ts';
import { compareBytes, naturalKey, sortNaturally } from './natural-order.ts';
import type { Settings } from './settings.ts';

export interface Billable {
  readonly number: string;
  /** The date of the invoice. */
  readonly date: Day;
  /** The period that is billed; undefined for an instant invoice. */
  readonly period: { readonly from: Day; readonly to: Day } | undefined;
  readonly customer: Customer;
  readonly company: Settings['company'];
  /** At least one note, all of this customer; neither the notes nor their lines need to be in order. */
  readonly notes: readonly DeliveryNote[];
}

/** Makes the invoice over these notes, with every figure that it shows. */
export function bill(order: Billable): Invoice {
  const days = order.notes.map((note) => note.date).sort();
  const [from, to] = [days[0], days.at(-1)];
  if (from === undefined || to === undefined) throw new RangeError(`invoice ${order.number} bills no note`);
  const totals = totalsOf(order.notes);
  return {
    number: order.number,
    date: order.date,
    period: order.period && { from: order.period.from, to: order.period.to },
    delivered: { from, to },
    company: order.company,
    customer: order.customer,
    places: placesOf(order.notes),
    totals,
    payment: paymentOf(order, totals.gross),
    skonto: skontoOf(order, totals.gross),
  };
}

/**
 * Computes the totals of an invoice over these notes. Lines are rounded to cents one by one; VAT is computed
 * once for each category and rate on the sum of its lines (EN 16931 BR-CO-17), not line by line.
 */
export function totalsOf(notes: readonly DeliveryNote[]): Totals {
  const groups = new Map<string, { category: VatRow['category']; rate: number; net: Cents }>();
  let lines = 0;
  for (const note of notes) {
    lines += note.lines.length;
    for (const line of note.lines) {
      const key = `${line.vatCategory} ${line.vatRate}`;
      const group = groups.get(key) ?? { category: line.vatCategory, rate: line.vatRate, net: 0 };
      group.net = sum([group.net, netOfLine(line)]);
      groups.set(key, group);
    }
  }
  const vatRows = [...groups.values()]
    .sort((a, b) => rank(a) - rank(b) || b.rate - a.rate)
    .map((group): VatRow => ({ ...group, vat: percentOf(group.net, group.rate) }));
  const net = sum(vatRows.map((row) => row.net));
  const vat = sum(vatRows.map((row) => row.vat));
  return { notes: notes.length, lines, net, vat, gross: sum([net, vat]), vatRows };
}

const rank = (row: { readonly category: VatRow['category'] }): number => VAT_CATEGORIES.indexOf(row.category);

/**
 * Groups the lines by place, in natural order of its name, so that what went to the customer itself comes
 * first.
 */
export function placesOf(notes: readonly DeliveryNote[]): PlaceSection[] {
  const sections = new Map<string, NoteSection[]>();
  for (const note of inOrder(notes)) {
    for (const [place, lines] of Map.groupBy(note.lines, (line) => line.place)) {
      const section = sectionOf(note, lines);
      const others = sections.get(place);
      if (others) others.push(section);
      else sections.set(place, [section]);
    }
  }
  return sortNaturally(sections, ([place]) => place).map(([place, of]) => ({
    place,
    notes: of,
    net: sum(of.map((section) => section.net)),
  }));
}

function sectionOf(note: DeliveryNote, lines: readonly DeliveryLine[]): NoteSection {
  const billed = lines
    .toSorted((a, b) => a.position - b.position)
    .map((line) => ({ ...line, net: netOfLine(line) }));
  return { number: note.number, date: note.date, lines: billed, net: sum(billed.map((line) => line.net)) };
}

/** Sorts notes by date, then in natural order of their numbers. */
const inOrder = (notes: readonly DeliveryNote[]): DeliveryNote[] =>
  notes
    .map((note) => ({ note, key: `${note.date} ${naturalKey(note.number)}` }))
    .sort((a, b) => compareBytes(a.key, b.key))
    .map(({ note }) => note);

function paymentOf({ date, customer, company }: Billable, gross: Cents): Payment {
  if (gross <= 0) return { by: 'credit' };
  const due = addDays(date, customer.paymentDays);
  const { iban, mandate } = customer;
  if (iban === '' || mandate === '') return { by: 'transfer', due };
  return { by: 'direct-debit', due, iban, mandate, creditorId: company.creditorId };
}

/** Computes the Skonto. It is rounded once, and the rest is payable, so that both add up to the gross. */
function skontoOf({ date, customer }: Billable, gross: Cents): Skonto | undefined {
  if (gross <= 0 || customer.skontoPercent === 0) return undefined;
  const amount = percentOf(gross, customer.skontoPercent);
  const until = addDays(date, customer.skontoDays);
  return { percent: customer.skontoPercent, until, amount, payable: gross - amount };
}
