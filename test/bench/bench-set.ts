import { bill } from '#core/domain/bill.ts';
import { type Customer, customerSchema } from '#core/domain/customer.ts';
import { type DeliveryNote, deliveryNoteSchema } from '#core/domain/delivery-note.ts';
import type { Invoice } from '#core/domain/invoice.ts';
import { type Settings, settingsSchema } from '#core/domain/settings.ts';

const ARTICLES = [
  'Vollmilch 3,8 % 1 l',
  'Sahne 30 % 5 l',
  'Bergkäse am Stück',
  'Naturjoghurt 150 g',
  'Butter 250 g',
];

export interface BenchSet {
  readonly settings: Settings;
  readonly customers: Customer[];
  readonly notes: DeliveryNote[];
}

/**
 * Makes customers who each get a two-page invoice over 12 notes with 4 lines; every other customer gets it by
 * mail.
 */
export function benchSet(count: number, smtpPort: number): BenchSet {
  const settings = settingsSchema.parse({
    company: {
      name: 'Molkerei Wiesengrund GmbH',
      street: 'Am Mühlbach 7',
      zip: '87435',
      city: 'Kempten',
      vatId: 'DE123456788',
      iban: 'DE02120300000000202051',
      bankName: 'Sparkasse Allgäu',
    },
    mail: {
      transport: 'smtp',
      sender: { name: 'Molkerei Wiesengrund', address: 'rechnung@wiesengrund.example' },
      smtp: { host: '127.0.0.1', port: smtpPort, encryption: 'none' },
      pace: { perSecond: 1000, connections: 4 },
    },
  });
  const customers = Array.from({ length: count }, (_, index) =>
    customerSchema.parse({
      ...{
        number: String(10_001 + index),
        name: `Gasthof Löwen ${index}`,
        street: 'Seestraße 1',
        zip: '87629',
      },
      ...{ city: 'Füssen', invoiceByMail: index % 2 === 0, invoiceEmail: `rechnung@loewen${index}.example` },
    }),
  );
  const notes = customers.flatMap((customer, index) =>
    Array.from({ length: 12 }, (_, n) =>
      deliveryNoteSchema.parse({
        ...{ number: `L${index}-${n}`, date: `2026-10-${String(n * 2 + 1).padStart(2, '0')}` },
        customer: customer.number,
        lines: Array.from({ length: 4 }, (_, position) => ({
          position: position + 1,
          article: String(100 + position),
          unit: 'piece',
          vatRate: 7,
          description: ARTICLES[(index + n + position) % ARTICLES.length]!,
          quantity: ((index * 7 + n * 3 + position) % 40) + 1,
          unitPrice: '0,8915',
        })),
      }),
    ),
  );
  return { settings, customers, notes };
}

/** Makes the October invoices of the set, one for each customer. */
export function benchInvoices({ settings, customers, notes }: BenchSet): Invoice[] {
  const notesOf = Map.groupBy(notes, ({ customer }) => customer);
  return customers.map((customer, index) =>
    bill({
      ...{ number: `2026${String(index + 1).padStart(6, '0')}`, date: '2026-11-02', customer },
      notes: notesOf.get(customer.number) ?? [],
      company: settings.company,
      period: { from: '2026-10-01', to: '2026-10-31' },
    }),
  );
}
