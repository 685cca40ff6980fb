import { type Customer, customerSchema } from '#core/domain/customer.ts';
import { type DeliveryNote, deliveryNoteSchema } from '#core/domain/delivery-note.ts';
import { type Settings, settingsSchema } from '#core/domain/settings.ts';

/** Makes a customer in whom the checks find no fault. */
export const someCustomer = (changes: Partial<Customer> = {}): Customer => ({
  ...customerSchema.parse({
    number: '10001',
    name: 'Hotel',
    street: 'Seestraße 1',
    zip: '87629',
    city: 'Füssen',
  }),
  ...changes,
});

export const someCompany = (changes: Partial<Settings['company']> = {}): Settings['company'] => ({
  ...settingsSchema.parse({
    company: { name: 'Molkerei', street: 'Weg 1', zip: '87435', city: 'Kempten', vatId: 'DE123456788' },
  }).company,
  ...changes,
});

export const someNote = (line: object = {}, number = 'L-1'): DeliveryNote =>
  deliveryNoteSchema.parse({
    number,
    date: '2026-10-01',
    customer: '10001',
    lines: [{ position: 1, description: 'Milch', quantity: '1', unitPrice: '1', vatRate: '7', ...line }],
  });
