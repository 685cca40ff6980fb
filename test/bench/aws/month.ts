import { addDays } from '#core/domain/calendar.ts';
import { type Customer, customerSchema } from '#core/domain/customer.ts';
import { type DeliveryNote, deliveryNoteSchema } from '#core/domain/delivery-note.ts';
import { type Settings, settingsSchema } from '#core/domain/settings.ts';

export interface Month {
  readonly settings: Settings;
  readonly customers: readonly Customer[];
  readonly notes: readonly DeliveryNote[];
}

/**
 * The shape of the demo wholesaler: 25 delivery notes for each customer and month, with five lines each; four
 * of five customers get mail.
 */
export const SHAPE = { notes: 25, lines: 5, mailed: 0.8 } as const;

const GOODS = [
  'Frische Vollmilch 3,8 % Mehrweg 1 l',
  'Süßrahmbutter, mild gesäuert 250 g',
  'Bergkäse 12 Monate, am Stück',
  'Schlagsahne 32 % 5 l Eimer',
  'Naturjoghurt 3,8 % 10 kg Eimer',
  'Speisequark 20 % Fett i. Tr. 5 kg',
  'Landbrot, doppelt gebacken 1 kg',
];

/**
 * Makes a month of a wholesaler with this many customers, who each get one invoice. Customers who get it by
 * mail also get the delivery overview, so that their mails have two attachments.
 * @param mail the mail settings
 * @param logo the logo as a `data:` address
 */
export function monthOf(count: number, mail: object, logo = ''): Month {
  const settings = settingsSchema.parse({
    company: {
      ...{
        name: 'Sennerei & Backhaus Ostertal GmbH',
        street: 'Am Mühlbach 7',
        zip: '87435',
        city: 'Kempten',
      },
      ...{ phone: '+49 831 555010', email: 'office@ostertal.example', website: 'www.ostertal.example' },
      ...{ vatId: 'DE136695976', taxNumber: '127/123/45678', registration: 'Amtsgericht Kempten, HRB 4711' },
      ...{ managingDirector: 'Ingrid Ostertag', bankName: 'Beispielbank Allgäu', bic: 'BYLADEM1001' },
      iban: 'DE02120300000000202051',
      contact: { name: 'Jutta Reiter', phone: '+49 831 555012', email: 'buchhaltung@ostertal.example' },
    },
    pdf: { folders: 'day', logo },
    mail: { sender: { name: 'Sennerei Ostertal', address: 'rechnung@ostertal.example' }, ...mail },
  });
  const customers = Array.from({ length: count }, (_, index) => {
    const isMailed = index % 5 < SHAPE.mailed * 5;
    return customerSchema.parse({
      ...{ number: String(10_001 + index), name: `Gasthof Goldener Löwen ${index}`, name2: 'Küche' },
      ...{ street: `Seestraße ${index % 90}`, zip: '87629', city: 'Füssen', paymentDays: 14 },
      ...{ invoiceByMail: isMailed, deliveryOverview: isMailed, invoiceAddressee: 'Buchhaltung' },
      ...{ invoiceEmail: `rechnung@loewen${index}.example`, vatId: '' },
    });
  });
  const notes = customers.flatMap(({ number: customer }, index) =>
    Array.from({ length: SHAPE.notes }, (_, n) =>
      deliveryNoteSchema.parse({
        ...{ number: `L${customer}${String(n).padStart(2, '0')}`, date: addDays('2026-10-01', n), customer },
        lines: Array.from({ length: SHAPE.lines }, (_, line) => ({
          ...{
            position: line + 1,
            article: String(1000 + line),
            unit: 'piece',
            vatRate: line === 4 ? 19 : 7,
          },
          description: GOODS[(index + n + line) % GOODS.length]!,
          quantity: ((index * 7 + n * 3 + line) % 40) + 1,
          unitPrice: '2,8915',
        })),
      }),
    ),
  );
  return { settings, customers, notes };
}
