import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LANGUAGES, type Language } from '#core/domain/customer.ts';
import type { Invoice } from '#core/domain/invoice.ts';
import { Fault } from '#core/errors.ts';
import type { Templates } from '#core/ports.ts';
import { createEngine } from './engine.ts';
import { carriedSums, type InvoiceView, invoiceView } from './invoice-view.ts';
import { type OverviewView, overviewView } from './overview-view.ts';

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
    invoice: (invoice, options) => ({
      html: fillInvoice(invoiceView(invoice, engine, options)),
      carried: carriedSums(invoice, engine),
    }),
    deliveryOverview: (invoice, overview, options) => ({
      html: fillOverview(overviewView(invoice, overview, engine, options)),
    }),
  };
}

function read(folder: string, name: string): string {
  const path = join(folder, name);
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Fault('bad-settings', `${path} cannot be read; restore the shipped file`, { cause });
  }
}
