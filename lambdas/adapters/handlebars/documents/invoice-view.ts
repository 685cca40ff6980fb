import type { Engine } from '#adapters/handlebars/engine/engine.ts';
import type { VatCategory } from '#core/domain/delivery-note.ts';
import { giroCodePayload } from '#core/domain/giro-code.ts';
import type { Invoice } from '#core/domain/invoice.ts';
import { sum } from '#core/domain/money.ts';
import type { CarriedSum, DocumentOptions } from '#core/ports.ts';
import { type DocumentView, documentView } from './document-view.ts';
import { type InvoiceRow, invoiceRows } from './invoice-rows.ts';
import { type QrCode, qrCode } from './qr-code.ts';

/** The fields that `invoice.hbs` may use. */
export interface InvoiceView extends DocumentView {
  readonly columns: {
    readonly article: boolean;
    readonly discount: boolean;
    readonly vat: boolean;
    /** Whether lines went to several places or to a named one. */
    readonly place: boolean;
    readonly count: number;
    readonly beforeNet: number;
  };
  /** Column widths in millimetres, wide enough for the longest figure. */
  readonly widths: { readonly quantity: number; readonly unitPrice: number; readonly net: number };
  readonly categories: Readonly<Record<VatCategory, boolean>>;
  readonly manyRates: boolean;
  /** Undefined when nothing is to be transferred. */
  readonly giroCode: QrCode | undefined;
  /** The rows of the table except `lastRows`. */
  readonly rows: readonly InvoiceRow[];
  /**
   * The rows from the last item on, with the headings right above it. They are kept on one page with the
   * totals.
   */
  readonly lastRows: readonly InvoiceRow[];
}

export function invoiceView(invoice: Invoice, engine: Engine, options: DocumentOptions): InvoiceView {
  const lines = invoice.places.flatMap(({ notes }) => notes.flatMap((note) => note.lines));
  const shown = {
    article: lines.some((line) => line.article !== ''),
    discount: lines.some((line) => line.discount !== 0),
    vat: !invoice.company.smallBusiness,
  };
  const place = invoice.places.some(({ place }) => place !== '');
  const count = 6 + Object.values(shown).filter(Boolean).length;
  const has = (category: VatCategory) => invoice.totals.vatRows.some((row) => row.category === category);
  const name = invoice.cancels ? 'documents.cancellation' : 'documents.invoice';
  const payload = options.pdf.giroCode && !options.draft ? giroCodePayload(invoice) : undefined;
  return {
    ...documentView(invoice, `${engine.label(name)} ${invoice.number}`, options),
    columns: { ...shown, place, count, beforeNet: count - 1 },
    widths: {
      quantity: widthOf(16, lines, (line) => engine.figure(line.quantity, 3, 0)),
      unitPrice: widthOf(17, lines, (line) => engine.figure(line.unitPrice, 4, 2)),
      net: widthOf(21, invoice.places, (place) => engine.figure(place.net, 2, 2)),
    },
    categories: { S: has('S'), Z: has('Z'), E: has('E'), AE: has('AE'), K: has('K') },
    giroCode: payload === undefined ? undefined : qrCode(payload),
    manyRates: invoice.totals.vatRows.length > 1,
    ...invoiceRows(invoice.places, place),
  };
}

/** Returns the width of a column of figures in 9 pt: the usual one, or what its longest figure needs. */
export function widthOf<Row>(usual: number, rows: readonly Row[], textOf: (row: Row) => string): number {
  const millimetres = (text: string) =>
    [...text].reduce((sum, sign) => sum + (/\d/.test(sign) ? 1.6 : 0.8), 2);
  const longest = rows.reduce((most, row) => Math.max(most, millimetres(textOf(row))), 0);
  return Math.max(usual, Math.ceil(longest));
}

/**
 * Returns the running net total after each item of the table, as the sentences for foot and head of a page.
 */
export function carriedSums(invoice: Invoice, engine: Engine): CarriedSum[] {
  let soFar = 0;
  const items = invoice.places.flatMap(({ notes }) => notes.flatMap((note) => note.lines));
  return items.map(({ net }) => {
    soFar = sum([soFar, net]);
    const amount = engine.figure(soFar, 2, 2);
    return {
      foot: engine.label('documents.carriedForward', { amount }),
      head: engine.label('documents.broughtForward', { amount }),
    };
  });
}
