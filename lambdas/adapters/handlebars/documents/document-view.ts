import type { Language } from '#core/domain/customer.ts';
import type { Invoice } from '#core/domain/invoice.ts';
import type { DocumentOptions } from '#core/ports.ts';
import { type LetterView, letterView } from './letter-view.ts';

/**
 * The fields that the templates of invoice and delivery overview may use beside the invoice itself
 * (`templates/README.md`).
 */
export interface DocumentView extends Omit<Invoice, 'cancels'>, LetterView {
  readonly cancels: Invoice['cancels'] | undefined;
  readonly language: Language;
  readonly title: string;
  readonly draft: boolean;
}

/**
 * Builds the fields common to invoice and delivery overview.
 * @param title title of the file, shown by viewers and at the foot of each page
 */
export function documentView(invoice: Invoice, title: string, { draft, pdf }: DocumentOptions): DocumentView {
  return {
    ...invoice,
    // These fields are set even where they are undefined, because strict templates refuse unknown fields.
    period: invoice.period,
    skonto: invoice.skonto,
    cancels: invoice.cancels,
    language: invoice.customer.language,
    title,
    draft,
    ...letterView(invoice.company, invoice.customer, pdf.logo),
  };
}
