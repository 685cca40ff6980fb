import { bill } from '#core/domain/bill.ts';
import { addDays } from '#core/domain/calendar.ts';
import { customerSchema } from '#core/domain/customer.ts';
import { type DeliveryNote, deliveryNoteSchema } from '#core/domain/delivery-note.ts';
import type { Invoice } from '#core/domain/invoice.ts';
import { type Settings, settingsSchema } from '#core/domain/settings.ts';
import type { DocumentOptions } from '#core/ports.ts';

/** The usual options of a document. */
export const PLAIN: DocumentOptions = { draft: false, pdf: { logo: '', giroCode: true } };

type Loose = Readonly<Record<string, unknown>>;

export interface SampleOptions {
  readonly number?: string;
  readonly company?: Loose;
  readonly customer?: Loose;
  /** Number of made-up lines, spread over October's days with `linesPerNote` on each note. */
  readonly lines?: number;
  readonly linesPerNote?: number;
  /** Changes to each made-up line, by its index. */
  readonly line?: (index: number) => Loose;
  /** Notes to use instead of made-up lines. */
  readonly notes?: readonly {
    readonly number: string;
    readonly date: string;
    readonly lines: readonly Loose[];
  }[];
  readonly period?: Invoice['period'];
}

/**
 * Makes an invoice as the core does, from plain input that passes the schemas; amounts are written as people
 * write them.
 */
export function sampleInvoice(options: SampleOptions = {}): Invoice {
  const notes = options.notes ?? madeUpNotes(options);
  return bill({
    number: options.number ?? '2026000123',
    date: '2026-10-31',
    period: 'period' in options ? options.period : { from: '2026-10-01', to: '2026-10-31' },
    company: sampleCompany(options.company),
    customer: customerSchema.parse({
      number: '10042',
      name: 'Hotel Alpenblick',
      name2: 'Inh. Maria Huber',
      street: 'Seestraße 12',
      zip: '87629',
      city: 'Füssen',
      ...options.customer,
    }),
    notes: notes.map((note): DeliveryNote => deliveryNoteSchema.parse({ customer: '10042', ...note })),
  });
}

export function sampleCompany(changes: Loose = {}): Settings['company'] {
  return settingsSchema.parse({
    company: {
      name: 'Molkerei Wiesengrund GmbH',
      street: 'Am Mühlbach 7',
      zip: '87435',
      city: 'Kempten',
      phone: '+49 831 555010',
      email: 'office@wiesengrund.example',
      website: 'www.wiesengrund.example',
      vatId: 'DE123456788',
      taxNumber: '127/123/45678',
      registration: 'Amtsgericht Kempten, HRB 4711',
      managingDirector: 'Ingrid Wiesner',
      bankName: 'Sparkasse Allgäu',
      iban: 'DE02120300000000202051',
      bic: 'BYLADEM1001',
      contact: {
        name: 'Jutta Reiter',
        phone: '+49 831 555012',
        email: 'buchhaltung@wiesengrund.example',
      },
      ...changes,
    },
  }).company;
}

const ARTICLES = [
  { article: '1001', description: 'Frische Vollmilch 3,8 %', unit: 'l', unitPrice: '0.8915', vatRate: '7' },
  {
    article: '1014',
    description: 'Süßrahmbutter, mild gesäuert',
    unit: 'kg',
    unitPrice: '6.45',
    vatRate: '7',
  },
  {
    article: '2003',
    description: 'Bergkäse 12 Monate, am Stück',
    unit: 'kg',
    unitPrice: '14.9',
    vatRate: '7',
  },
  { article: '3100', description: 'Trinkjoghurt Erdbeere', unit: 'bottle', unitPrice: '1.15', vatRate: '19' },
  { article: '9001', description: 'Pfand Mehrwegkiste', unit: 'crate', unitPrice: '3', vatRate: '19' },
] as const;

function madeUpNotes({ lines = 3, linesPerNote = 4, line }: SampleOptions) {
  return Array.from({ length: Math.ceil(lines / linesPerNote) }, (_, note) => ({
    number: `L-2610-${String(note + 1).padStart(4, '0')}`,
    date: addDays('2026-10-01', note % 31),
    lines: Array.from({ length: Math.min(linesPerNote, lines - note * linesPerNote) }, (_, position) => {
      const index = note * linesPerNote + position;
      const article = ARTICLES[index % ARTICLES.length]!;
      const quantity = article.unit === 'kg' ? `${(index % 9) + 1}.275` : String((index % 24) + 1);
      return { position: position + 1, ...article, quantity, ...line?.(index) };
    }),
  }));
}
