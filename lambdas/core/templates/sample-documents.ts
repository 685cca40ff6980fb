import { bill } from '#core/domain/bill.ts';
import { addDays } from '#core/domain/calendar.ts';
import { cancellationOf } from '#core/domain/cancellation.ts';
import { customerSchema } from '#core/domain/customer.ts';
import { type DeliveryNote, deliveryNoteSchema } from '#core/domain/delivery-note.ts';
import { deliveryOverview } from '#core/domain/delivery-overview.ts';
import type { Invoice } from '#core/domain/invoice.ts';
import { settingsSchema } from '#core/domain/settings.ts';
import type { DocumentOptions, DocumentText, MailContent, Templates } from '#core/ports.ts';

/** A made-up invoice on which templates are tried. */
export interface Sample {
  readonly invoice: Invoice;
  readonly options: DocumentOptions;
}

/** How a sample differs from the usual invoice, in the form in which people write the data. */
interface Case {
  readonly company?: object;
  readonly customer?: object;
  readonly line?: object;
  readonly lines?: number;
  readonly options?: { readonly draft?: boolean; readonly logo?: string; readonly giroCode?: boolean };
  readonly instant?: true;
  readonly cancellation?: true;
}

/** A picture of two blue mountains. */
const LOGO = [
  'data:image/png;base64,',
  'iVBORw0KGgoAAAANSUhEUgAAAHgAAAA8AgMAAADQw5Y7AAAACVBMVEX///8fTnlrmsQuAFDVAAAAxklEQVR42u2SsQ2DMBREMZIb',
  'epZgCkag4FJkhEzBKC6tmzLC5oOFD/pE/Ar0pHsPiaZ57rmfuh4ArvFKMV5Rl/CUX5YK+4Tn9NyGW9xFXba1DdRlWxu5yLLc1pJB',
  'qrO8I+MNHkjqstRGVnKjGFf1We52PKXt07rf8Zy2T+sFbjMOsgzoMo6yDPhkTFkGbLSUH2q8DAeJ34ajLDN1KRfqQu7EdrHu1fax',
  '7tX2sd7Xn1V+mlTvcqfVJr9Qm9xrtcl7ra7/13+6L3ax8/j78hRaAAAAAElFTkSuQmCC',
].join('');
const AUSTRIAN = { country: 'AT', zip: '6600', city: 'Reutte', vatId: 'ATU12345675' };
const UNTAXED = { vatRate: 0 };

/**
 * Together these samples reach every branch that a document may have, so that a template is tried before it
 * is in force.
 */
const CASES = {
  usual: { options: { logo: LOGO }, customer: { skontoPercent: 2, skontoDays: 7 } },
  'one-line': { lines: 1, line: { article: '' } },
  'many-lines': { lines: 70, line: { discount: '2,5' } },
  'long-texts': {
    customer: {
      name: 'Berghotel und Seminarzentrum '.repeat(4),
      street: 'Straße des langen Namens '.repeat(4),
    },
    line: { description: 'Käse, am Stück, aus Heumilch, zwölf Monate gereift. '.repeat(12) },
  },
  'direct-debit': {
    company: { creditorId: 'DE98ZZZ09999999999' },
    customer: { iban: 'DE02120300000000202051', mandate: 'M-2024-17', skontoPercent: 2, skontoDays: 7 },
  },
  credit: { line: { quantity: -2 } },
  nothing: { line: { quantity: 0 } },
  places: { lines: 12, line: { place: 'Filiale Nord' } },
  instant: { lines: 2, instant: true },
  draft: { options: { draft: true } },
  cancellation: { cancellation: true },
  abroad: { customer: AUSTRIAN },
  'intra-community': { customer: AUSTRIAN, line: { ...UNTAXED, vatCategory: 'K' } },
  'reverse-charge': { customer: AUSTRIAN, line: { ...UNTAXED, vatCategory: 'AE' } },
  exempt: { line: { ...UNTAXED, vatCategory: 'E' } },
  'exempt-with-reason': {
    company: { exemptionReason: 'Steuerfrei nach § 4 Nr. 12 UStG.' },
    line: { ...UNTAXED, vatCategory: 'E' },
  },
  'zero-rated': { line: UNTAXED },
  'small-business': { company: { smallBusiness: true }, line: UNTAXED },
  /** Everything that may be absent is absent. */
  bare: {
    company: {
      ...{ phone: '', email: '', website: '', registration: '', managingDirector: '', bankName: '' },
      ...{ iban: '', bic: '', taxNumber: '', contact: {} },
    },
    customer: { name2: '', street: '', orderReference: '', buyerReference: '', invoiceAddressee: '' },
    options: { giroCode: false },
  },
} as const satisfies Record<string, Case>;

export type SampleName = keyof typeof CASES;
export const SAMPLE_NAMES = Object.keys(CASES) as readonly SampleName[];

/** The documents that can be made of a sample; another document needs one more line here. */
const DOCUMENTS = {
  invoice: ({ invoice, options }, templates) => templates.invoice(invoice, options),
  'delivery-overview': ({ invoice, options }, templates) =>
    templates.deliveryOverview(invoice, deliveryOverview(invoice), options),
  'delivery-note': (sample, templates) => deliveryNote(sample, true, templates),
  'delivery-note-without-prices': (sample, templates) => deliveryNote(sample, false, templates),
} as const satisfies Record<string, (sample: Sample, templates: Templates) => DocumentText>;

export type DocumentName = keyof typeof DOCUMENTS;
export const DOCUMENT_NAMES = Object.keys(DOCUMENTS) as readonly DocumentName[];

export const documentOf = (name: DocumentName, sample: Sample, templates: Templates): DocumentText =>
  DOCUMENTS[name](sample, templates);

/** Makes the content of a sample's covering mail; the mail of a draft has neither files nor a logo. */
export function mailOf({ invoice, options: { draft, pdf } }: Sample): MailContent {
  const logo = { contentId: 'logo@wiesengrund.example', width: 120, height: 60 };
  const kinds = draft ? [] : (['invoice', 'delivery-overview'] as const);
  return {
    invoice,
    attachments: kinds.map((kind, n) => ({
      kind,
      fileName: `Rechnung-10042-2026000123-2026-10-31-${n + 1}.pdf`,
    })),
    logo: pdf.logo === '' ? undefined : logo,
  };
}

export function sampleOf(name: SampleName, language: string): Sample {
  const { company, customer, line, lines = 5, options = {}, instant, cancellation }: Case = CASES[name];
  const number = '10042';
  const invoice = bill({
    number: '2026000123',
    date: '2026-10-31',
    period: instant ? undefined : { from: '2026-10-01', to: '2026-10-31' },
    company: settingsSchema.shape.company.parse({ ...COMPANY, ...company }),
    customer: customerSchema.parse({ ...CUSTOMER, number, language, ...customer }),
    notes: notesOf(lines, line ?? {}).map((note) => deliveryNoteSchema.parse({ customer: number, ...note })),
  });
  const { draft = false, logo = '', giroCode = true } = options;
  return {
    invoice: cancellation ? cancellationOf(invoice, { number: '2026000124', date: '2026-11-02' }) : invoice,
    options: { draft, pdf: { logo, giroCode } },
  };
}

/** Makes the delivery note of the first note on the invoice. */
function deliveryNote({ invoice, options }: Sample, prices: boolean, templates: Templates): DocumentText {
  const { company, customer, places } = invoice;
  const { number, date, lines } = places[0]!.notes[0]!;
  const note: DeliveryNote = { number, date, customer: customer.number, lines };
  return templates.deliveryNote(note, { company, customer, prices, pdf: options.pdf });
}

/**
 * Makes notes of four lines each, one note a day; every third line went to the customer itself, whatever
 * place `line` gives.
 */
function notesOf(count: number, line: object) {
  return Array.from({ length: Math.ceil(count / 4) }, (_, note) => ({
    number: `L-2610-${String(note + 1).padStart(4, '0')}`,
    date: addDays('2026-10-01', note),
    lines: Array.from({ length: Math.min(4, count - note * 4) }, (_, index) => ({
      position: index + 1,
      quantity: '3.275',
      ...ARTICLES[(note * 4 + index) % ARTICLES.length],
      ...line,
      ...(index % 3 === 2 ? { place: '' } : {}),
    })),
  }));
}

const ARTICLES = [
  { article: '1001', description: 'Frische Vollmilch 3,8 %', unit: 'l', unitPrice: '0.8915', vatRate: 7 },
  { article: '1014', description: 'Süßrahmbutter, mild gesäuert', unit: 'kg', unitPrice: '6.45', vatRate: 7 },
  { article: '2003', description: 'Bergkäse, 12 Monate', unit: 'kg', unitPrice: '14.9', vatRate: 7 },
  {
    article: '9001',
    description: 'Pfand Mehrwegkiste',
    quantity: 4,
    unit: 'crate',
    unitPrice: '3',
    vatRate: 19,
  },
];

const COMPANY = {
  ...{ name: 'Molkerei Wiesengrund GmbH', street: 'Am Mühlbach 7', zip: '87435', city: 'Kempten' },
  ...{ phone: '+49 831 555010', email: 'office@wiesengrund.example', website: 'www.wiesengrund.example' },
  ...{ vatId: 'DE123456788', taxNumber: '127/123/45678', registration: 'Amtsgericht Kempten, HRB 4711' },
  ...{ managingDirector: 'Ingrid Wiesner', bankName: 'Sparkasse Allgäu', bic: 'BYLADEM1001' },
  iban: 'DE02120300000000202051',
  contact: { name: 'Jutta Reiter', phone: '+49 831 555012', email: 'buchhaltung@wiesengrund.example' },
};

const CUSTOMER = {
  ...{
    name: 'Hotel Alpenblick',
    name2: 'Inh. Maria Huber',
    street: 'Seestraße 12',
    zip: '87629',
    city: 'Füssen',
  },
  ...{
    invoiceAddressee: 'Frau Huber',
    orderReference: 'Rahmenvertrag 2026',
    buyerReference: '04011000-12345-35',
  },
};
