import { cancellationOf } from '#core/domain/cancellation.ts';
import type { DeliveryNote } from '#core/domain/delivery-note.ts';
import { deliveryOverview } from '#core/domain/delivery-overview.ts';
import type { Invoice } from '#core/domain/invoice.ts';
import type { DocumentText, Templates } from '#core/ports.ts';
import { PLAIN, type SampleOptions, sampleInvoice } from '#test/support/data/sample-invoice.ts';
import { monthOf } from '#test/support/data/sample-month.ts';
import { LONG_CUSTOMER, longLine, mixedLine } from '#test/support/documents/long-texts.ts';
import { sampleLogo } from './logo.ts';

export interface LookDocument {
  /** Documents of one group share a sheet. */
  readonly group: string;
  /** The file name of the document without an ending. */
  readonly name: string;
  readonly text: DocumentText;
}

const LANGUAGES = ['de', 'en'] as const;
const SIZES = [1, 20, 60, 900] as const;

/**
 * Makes every kind of document at every size and in every language, with short and with the longest texts.
 */
export function documentsBySize(templates: Templates): LookDocument[] {
  return LANGUAGES.flatMap((language) =>
    [false, true].flatMap((long) =>
      SIZES.flatMap((lines) => {
        const line = long ? (lines > 20 ? mixedLine : longLine) : undefined;
        const customer = { language, ...(long ? LONG_CUSTOMER : {}) };
        const invoice = sampleInvoice({ lines, linesPerNote: 7, customer, ...(line && { line }) });
        const month = sampleInvoice({ ...monthOf(lines, line), customer });
        const cancellation = cancellationOf(invoice, { number: '2026000999', date: '2026-11-03' });
        const note = noteOf(invoice);
        const noteOptions = { company: invoice.company, customer: invoice.customer, pdf: PLAIN.pdf };
        const named = (kind: string, text: DocumentText): LookDocument => ({
          group: `${kind}-${language}`,
          name: `${kind}-${language}-${lines}${long ? '-long' : ''}`,
          text,
        });
        return [
          named('invoice', templates.invoice(invoice, PLAIN)),
          named('cancellation', templates.invoice(cancellation, PLAIN)),
          named('overview', templates.deliveryOverview(month, deliveryOverview(month), PLAIN)),
          named('note', templates.deliveryNote(note, { ...noteOptions, prices: false })),
          named('note-prices', templates.deliveryNote(note, { ...noteOptions, prices: true })),
        ];
      }),
    ),
  );
}

/** Makes one note over all lines of an invoice. */
function noteOf({ customer, places }: Invoice): DeliveryNote {
  const lines = places.flatMap(({ notes }) => notes.flatMap((note) => note.lines));
  return {
    number: 'L-2610-0001',
    date: '2026-10-05',
    customer: customer.number,
    lines: lines.map((line, index) => ({ ...line, position: index + 1 })),
  };
}

const SKONTO = { skontoPercent: '2', skontoDays: 7 };
const DIRECT_DEBIT = { iban: 'DE02500105170137075030', mandate: 'M-10042-2024' };
const ABROAD = {
  name: 'Gasthof Adler',
  name2: '',
  street: 'Obermarkt 1',
  zip: '6600',
  city: 'Reutte',
  country: 'AT',
  vatId: 'ATU12345675',
};
const untaxed = (vatCategory: string) => () => ({ vatRate: '0', vatCategory });

const SPECIAL: Readonly<Record<string, SampleOptions>> = {
  skonto: { customer: SKONTO },
  'direct-debit': { customer: { ...SKONTO, ...DIRECT_DEBIT }, company: { creditorId: 'DE98ZZZ09999999999' } },
  credit: { line: () => ({ quantity: '-3' }) },
  zero: { line: () => ({ unitPrice: '0' }) },
  discount: { lines: 20, line: (index) => (index % 3 === 0 ? { discount: '12.5' } : {}) },
  'intra-community': { customer: ABROAD, line: untaxed('K') },
  'reverse-charge': { customer: ABROAD, line: untaxed('AE') },
  exempt: { line: untaxed('E'), company: { exemptionReason: 'Steuerfrei nach § 4 Nr. 28 UStG.' } },
  'mixed-categories': { lines: 20, line: (index) => (index % 2 === 0 ? {} : untaxed('Z')()) },
  'small-business': { line: untaxed('E'), company: { smallBusiness: true } },
  places: { lines: 30, line: (index) => ({ place: ['', 'Filiale Süd', 'Bergstation'][index % 3]! }) },
  abroad: { customer: ABROAD },
  'no-bank': { company: { iban: '', bic: '', bankName: '' } },
  'no-article-numbers': { lines: 20, line: () => ({ article: '' }) },
  instant: { period: undefined },
  'barest-company': {
    company: {
      ...{ phone: '', email: '', website: '', taxNumber: '', registration: '', managingDirector: '' },
      contact: {},
    },
    customer: { name2: '' },
  },
  'longest-company': {
    company: {
      name: LONG_CUSTOMER.name,
      street: LONG_CUSTOMER.street,
      city: LONG_CUSTOMER.city,
      email: `rechnungswesen-und-debitorenbuchhaltung@${'wiesengrund-'.repeat(4)}molkerei.example`,
      website: `www.${'wiesengrund-'.repeat(6)}molkerei.example`,
      registration: `Registergericht ${LONG_CUSTOMER.name2.slice(0, 100)}`,
      managingDirector: `${LONG_CUSTOMER.name2.slice(0, 90)}, Ingrid Wiesner, Dr. Maximilian Freiherr von Wiesengrund`,
      bankName: LONG_CUSTOMER.city,
      creditorId: 'DE98ZZZ09999999999',
      contact: {
        name: LONG_CUSTOMER.name,
        phone: '+49 831 5550 1234567890123456789012345',
        email: `${'buchhaltung.'.repeat(4)}a@${'wiesengrund-'.repeat(6)}molkerei.example`,
      },
    },
  },
};

/** Makes German invoices for each special case, a draft, and an invoice with a logo. */
export function specialInvoices(templates: Templates): LookDocument[] {
  const named = (name: string, invoice: Invoice, options = PLAIN): LookDocument => ({
    group: 'special',
    name: `special-${name}`,
    text: templates.invoice(invoice, options),
  });
  return [
    ...Object.entries(SPECIAL).map(([name, options]) => named(name, sampleInvoice(options))),
    named('draft', sampleInvoice({ lines: 20 }), { ...PLAIN, draft: true }),
    named('logo', sampleInvoice({ lines: 20, customer: SKONTO }), {
      ...PLAIN,
      pdf: { ...PLAIN.pdf, logo: sampleLogo() },
    }),
  ];
}
