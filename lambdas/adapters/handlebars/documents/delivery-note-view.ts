import type { Engine } from '#adapters/handlebars/engine/engine.ts';
import { placesOf } from '#core/domain/bill.ts';
import type { Day } from '#core/domain/calendar.ts';
import type { Customer, Language } from '#core/domain/customer.ts';
import { type DeliveryNote, netOfNote } from '#core/domain/delivery-note.ts';
import type { InvoiceLine } from '#core/domain/invoice.ts';
import type { Cents } from '#core/domain/money.ts';
import type { Settings } from '#core/domain/settings.ts';
import type { DeliveryNoteOptions } from '#core/ports.ts';
import { widthOf } from './invoice-view.ts';
import { type LetterView, letterView } from './letter-view.ts';

/** The fields that `delivery-note.hbs` may use. */
export interface DeliveryNoteView extends LetterView {
  readonly language: Language;
  readonly title: string;
  readonly draft: false;
  readonly company: Settings['company'];
  readonly customer: Customer;
  readonly number: string;
  readonly date: Day;
  readonly net: Cents;
  readonly columns: {
    readonly article: boolean;
    readonly prices: boolean;
    readonly discount: boolean;
    readonly count: number;
    readonly beforeNet: number;
  };
  /** Column widths in millimetres, wide enough for the longest figure. */
  readonly widths: { readonly quantity: number; readonly unitPrice: number; readonly net: number };
  /** The rows of the table except `lastRows`. */
  readonly rows: readonly DeliveryNoteRow[];
  /** The last item with the heading right above it, and a sum. They are kept on one page with the receipt. */
  readonly lastRows: readonly DeliveryNoteRow[];
}

/** A row of the table: the heading of a place, its sum where prices are shown, or an item. */
export type DeliveryNoteRow =
  | { readonly kind: 'place' | 'sum'; readonly place: string; readonly net: Cents }
  | ({ readonly kind: 'item' } & InvoiceLine);

export function deliveryNoteView(
  note: DeliveryNote,
  { company, customer, prices, pdf }: DeliveryNoteOptions,
  engine: Engine,
): DeliveryNoteView {
  const { number, date, lines } = note;
  const shown = {
    article: lines.some((line) => line.article !== ''),
    prices,
    discount: prices && lines.some((line) => line.discount !== 0),
  };
  const count = 4 + (shown.article ? 1 : 0) + (shown.discount ? 1 : 0) + (prices ? 2 : 0);
  const net = netOfNote(note);
  return {
    language: customer.language,
    title: `${engine.label('documents.deliveryNote')} ${number}`,
    draft: false,
    ...letterView(company, customer, pdf.logo),
    company,
    customer,
    number,
    date,
    net,
    columns: { ...shown, count, beforeNet: count - 1 },
    widths: {
      quantity: widthOf(16, lines, (line) => engine.figure(line.quantity, 3, 0)),
      unitPrice: widthOf(17, lines, (line) => engine.figure(line.unitPrice, 4, 2)),
      net: widthOf(21, placesOf([note]), (place) => engine.figure(place.net, 2, 2)),
    },
    ...rowsOf(note, prices),
  };
}

function rowsOf(note: DeliveryNote, prices: boolean): Pick<DeliveryNoteView, 'rows' | 'lastRows'> {
  const places = placesOf([note]);
  const named = places.some(({ place }) => place !== '');
  const rows = places.flatMap(({ place, net, notes }): DeliveryNoteRow[] => [
    ...(named ? [{ kind: 'place' as const, place, net }] : []),
    ...notes.flatMap(({ lines }) => lines.map((line) => ({ kind: 'item' as const, ...line }))),
    ...(named && prices ? [{ kind: 'sum' as const, place, net }] : []),
  ]);
  let cut = rows.findLastIndex(({ kind }) => kind === 'item');
  if (rows[cut - 1]?.kind === 'place') cut--;
  return { rows: rows.slice(0, cut), lastRows: rows.slice(cut) };
}
