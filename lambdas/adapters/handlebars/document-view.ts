import type { Language } from '#core/domain/customer.ts';
import type { Invoice } from '#core/domain/invoice.ts';
import type { DocumentOptions } from '#core/ports.ts';

/** What the templates of invoice and delivery overview may use beside the invoice itself (`templates/README.md`). */
export interface DocumentView extends Invoice {
  readonly language: Language;
  readonly title: string;
  readonly draft: boolean;
  /** The customer is in another country than the company. */
  readonly abroad: boolean;
  /** A `data:` address, empty for none. */
  readonly logo: string;
}

/** @param title what the file calls itself in a viewer and at the foot of each page */
export function documentView(invoice: Invoice, title: string, { draft, pdf }: DocumentOptions): DocumentView {
  return {
    ...invoice,
    // Named even where they are absent: the templates are strict about unknown fields.
    period: invoice.period,
    skonto: invoice.skonto,
    language: invoice.customer.language,
    title,
    draft,
    abroad: invoice.customer.country !== invoice.company.country,
    logo: pdf.logo,
  };
}
