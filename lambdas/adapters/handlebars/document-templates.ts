import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LANGUAGES, type Language } from '#core/domain/customer.ts';
import type { VatCategory } from '#core/domain/delivery-note.ts';
import type { DeliveryOverview, Invoice } from '#core/domain/invoice.ts';
import { Fault } from '#core/errors.ts';
import type { Templates } from '#core/ports.ts';
import { createEngine, type Engine } from './engine.ts';
import { type InvoiceRow, invoiceRows } from './invoice-rows.ts';
import { type OverviewBlock, overviewBlocks, WIDTHS } from './overview-blocks.ts';

/** What every document's template may use beside the invoice itself (`templates/README.md`). */
export interface DocumentView extends Invoice {
  readonly language: Language;
  readonly title: string;
  readonly draft: boolean;
  /** The customer is in another country than the company. */
  readonly abroad: boolean;
}

export interface InvoiceView extends DocumentView {
  readonly columns: {
    readonly article: boolean;
    readonly discount: boolean;
    readonly vat: boolean;
    /** Lines went to several places or to a named one. */
    readonly place: boolean;
    readonly count: number;
    readonly beforeNet: number;
  };
  /** Millimetres, so that the longest figure fits. */
  readonly widths: { readonly quantity: number; readonly unitPrice: number; readonly net: number };
  readonly categories: Readonly<Record<VatCategory, boolean>>;
  readonly manyRates: boolean;
  /** The table, but for `lastRows`. */
  readonly rows: readonly InvoiceRow[];
  /** From the last item on, with the headings right above it: they share a page with the totals. */
  readonly lastRows: readonly InvoiceRow[];
}

export interface OverviewView extends DocumentView {
  readonly overview: DeliveryOverview;
  readonly blocks: readonly OverviewBlock[];
  readonly widths: typeof WIDTHS;
}

type DocumentTemplates = Pick<Templates, 'invoice' | 'deliveryOverview'>;

/**
 * The documents, from `invoice.hbs` and `delivery-overview.hbs` of the templates folder; read and compiled once.
 * @throws Fault `bad-settings` when a template or a label file cannot be read
 */
export function createTemplates(folder: string): DocumentTemplates {
  const byLanguage = new Map(LANGUAGES.map((language) => [language, inLanguage(folder, language)]));
  const of = (invoice: Invoice) => byLanguage.get(invoice.customer.language)!;
  return {
    invoice: (invoice, options) => of(invoice).invoice(invoice, options),
    deliveryOverview: (invoice, overview, options) =>
      of(invoice).deliveryOverview(invoice, overview, options),
  };
}

function inLanguage(folder: string, language: Language): DocumentTemplates {
  const engine = createEngine(folder, language);
  const fillInvoice = engine.html<InvoiceView>(read(folder, 'invoice.hbs'));
  const fillOverview = engine.html<OverviewView>(read(folder, 'delivery-overview.hbs'));
  return {
    invoice: (invoice, { draft }) => fillInvoice(invoiceView(invoice, engine, draft)),
    deliveryOverview: (invoice, overview, { draft }) =>
      fillOverview({
        ...documentView(invoice, engine.label('documents.overview.title'), draft),
        overview,
        blocks: overviewBlocks(overview, (quantity) => engine.figure(quantity, 3, 0)),
        widths: WIDTHS,
      }),
  };
}

function documentView(invoice: Invoice, name: string, draft: boolean): DocumentView {
  return {
    ...invoice,
    // Named even where they are absent: the templates are strict about unknown fields.
    period: invoice.period,
    skonto: invoice.skonto,
    language: invoice.customer.language,
    title: `${name} ${invoice.number}`,
    draft,
    abroad: invoice.customer.country !== invoice.company.country,
  };
}

function invoiceView(invoice: Invoice, engine: Engine, draft: boolean): InvoiceView {
  const lines = invoice.places.flatMap(({ notes }) => notes.flatMap((note) => note.lines));
  const shown = {
    article: lines.some((line) => line.article !== ''),
    discount: lines.some((line) => line.discount !== 0),
    vat: !invoice.company.smallBusiness,
  };
  const place = invoice.places.some(({ place }) => place !== '');
  const count = 6 + Object.values(shown).filter(Boolean).length;
  const has = (category: VatCategory) => invoice.totals.vatRows.some((row) => row.category === category);
  return {
    ...documentView(invoice, engine.label('documents.invoice'), draft),
    columns: { ...shown, place, count, beforeNet: count - 1 },
    widths: {
      quantity: widthOf(16, lines, (line) => engine.figure(line.quantity, 3, 0)),
      unitPrice: widthOf(17, lines, (line) => engine.figure(line.unitPrice, 4, 2)),
      net: widthOf(21, invoice.places, (place) => engine.figure(place.net, 2, 2)),
    },
    categories: { S: has('S'), Z: has('Z'), E: has('E'), AE: has('AE'), K: has('K') },
    manyRates: invoice.totals.vatRows.length > 1,
    ...invoiceRows(invoice.places, place),
  };
}

/** The usual width of a column of figures in 9 pt, or what its longest figure takes. */
function widthOf<Row>(usual: number, rows: readonly Row[], textOf: (row: Row) => string): number {
  const longest = rows.reduce((most, row) => Math.max(most, textOf(row).length), 0);
  return Math.max(usual, Math.ceil(longest * 1.6 + 2));
}

function read(folder: string, name: string): string {
  const path = join(folder, name);
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Fault('bad-settings', `${path} cannot be read; restore the shipped file`, { cause });
  }
}
