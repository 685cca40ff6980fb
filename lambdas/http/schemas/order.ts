import { z } from 'zod';
import { day } from '#core/domain/calendar.ts';
import { customerNumber } from '#core/domain/customer.ts';
import { noteNumber } from '#core/domain/delivery-note.ts';
import type { InstantRequest } from '#core/domain/run-order.ts';
import { lineBody, MAX_LINES } from './delivery.ts';
import { output } from './run.ts';

const what = {
  customer: customerNumber,
  deliveries: z
    .array(
      z.string().regex(/^20\d\d\/[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/, 'must be year/number, such as 2026/L-1'),
    )
    .min(1)
    .max(MAX_LINES)
    .optional()
    .meta({ description: 'Only these open delivery notes (year/number); unless given, all open ones.' }),
  lines: z.array(lineBody).min(1).max(MAX_LINES).optional().meta({
    description: 'What is not on a delivery note yet; it becomes one first. Not together with `deliveries`.',
  }),
  note: z.strictObject({ number: noteNumber.optional(), date: day.optional() }).optional().meta({
    description: 'Of the note that `lines` become: its number unless one is made up, its day unless today.',
  }),
  invoiceDate: day.optional(),
};

const EXAMPLE = {
  customer: '10042',
  lines: [
    { position: 1, description: 'Bergkäse', quantity: '2.5', unit: 'kg', unitPrice: '14.90', vatRate: '7' },
  ],
};

export const invoiceBody = z
  .strictObject({
    ...what,
    output: output.optional().meta({
      description:
        'Unless given, by the setting `autoPdfForInstantInvoices`: on mails it to customers who want mail, off mails nothing.',
    }),
  })
  .meta({ id: 'InvoiceToMake', example: EXAMPLE });

export const previewBody = z.strictObject(what).meta({ id: 'InvoiceToPreview', example: EXAMPLE });

/** Turns the body into the core's order, without absent fields. */
export function instantOrder({ deliveries, note, ...order }: z.output<typeof invoiceBody>): InstantRequest {
  const { number, date } = note ?? {};
  return {
    ...defined(order),
    ...(deliveries ? { notes: deliveries } : {}),
    ...(note ? { note: defined({ number, date }) } : {}),
  } as InstantRequest;
}

const defined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
