import type { Engine } from '#adapters/handlebars/engine/engine.ts';
import type { Templates } from '#core/ports.ts';
import { type DeliveryNoteView, deliveryNoteView } from './delivery-note-view.ts';
import { carriedSums, type InvoiceView, invoiceView } from './invoice-view.ts';
import { type OverviewView, overviewView } from './overview-view.ts';

type DocumentTemplates = Pick<Templates, 'invoice' | 'deliveryOverview' | 'deliveryNote'>;

/** Builds the documents' templates in one language. */
export function documentTemplates(engine: Engine): DocumentTemplates {
  const fillInvoice = engine.file<InvoiceView>('invoice.hbs');
  const fillOverview = engine.file<OverviewView>('delivery-overview.hbs');
  const fillNote = engine.file<DeliveryNoteView>('delivery-note.hbs');
  return {
    invoice: (invoice, options) => ({
      html: fillInvoice(invoiceView(invoice, engine, options)),
      carried: carriedSums(invoice, engine),
    }),
    deliveryOverview: (invoice, overview, options) => ({
      html: fillOverview(overviewView(invoice, overview, engine, options)),
    }),
    deliveryNote: (note, options) => ({ html: fillNote(deliveryNoteView(note, options, engine)) }),
  };
}
