import { z } from 'zod';
import { day } from '#core/domain/calendar.ts';
import { customerNumber } from '#core/domain/customer.ts';
import {
  type DeliveryLine,
  type DeliveryNote,
  deliveryLineSchema,
  netOfLine,
  netOfNote,
  noteIdOf,
  VAT_CATEGORIES,
} from '#core/domain/delivery-note.ts';
import { euros, plainDecimal } from '#core/domain/money.ts';
import { UNIT_NAMES } from '#core/domain/units.ts';
import { AMOUNT, decimalText } from './decimals.ts';

const LINE_EXAMPLE = {
  position: 1,
  article: '4711',
  description: 'Bergkäse, 6 Monate',
  quantity: '2.5',
  unit: 'kg',
  unitPrice: '14.90',
  vatRate: '7',
};

/**
 * A line of a delivery note as in `deliveries.csv`: quantity negative for returns, net price for one unit.
 */
export const lineBody = deliveryLineSchema.meta({ id: 'DeliveryLineToPut', example: LINE_EXAMPLE });

export const MAX_LINES = 5000;

/** A delivery note as it is put; its number and year are in the path. */
export const deliveryBody = z
  .strictObject({
    date: day,
    customer: customerNumber,
    lines: z.array(lineBody).min(1).max(MAX_LINES),
  })
  .meta({
    id: 'DeliveryToPut',
    example: { date: '2026-10-07', customer: '10042', lines: [LINE_EXAMPLE] },
  });

/** What an answer says of each field of a line: a field that is missing here does not compile. */
const LINE_ANSWERED = {
  position: z.number().int(),
  article: z.string(),
  description: z.string(),
  quantity: decimalText('2.500'),
  unit: z.enum(UNIT_NAMES),
  unitPrice: decimalText('14.9000'),
  vatRate: decimalText('7.00'),
  vatCategory: z.enum(VAT_CATEGORIES),
  discount: decimalText('0.00'),
  place: z.string(),
  net: AMOUNT,
} satisfies Record<keyof DeliveryLine | 'net', z.ZodType>;

export const lineAnswer = z.object(LINE_ANSWERED).meta({ id: 'DeliveryLine' });

export const noteStates = ['open', 'billing', 'billed'] as const;

export const deliveryAnswer = z
  .object({
    id: z.string().meta({ example: '2026/L-2610-0001' }),
    number: z.string(),
    date: z.string(),
    customer: z.string(),
    state: z.enum(noteStates).meta({ description: '`billing`: an invoice is just being made of it.' }),
    invoice: z.string().optional().meta({ description: 'That billed it.' }),
    net: AMOUNT,
    lines: z.array(lineAnswer),
  })
  .meta({ id: 'Delivery' });

export const deliveryJson = (
  note: DeliveryNote,
  state: (typeof noteStates)[number],
  invoice: string | undefined,
): z.infer<typeof deliveryAnswer> => ({
  id: noteIdOf(note),
  number: note.number,
  date: note.date,
  customer: note.customer,
  state,
  ...(invoice === undefined ? {} : { invoice }),
  net: euros(netOfNote(note)),
  lines: note.lines.map((line) => ({
    ...line,
    quantity: plainDecimal(line.quantity, 3),
    unitPrice: plainDecimal(line.unitPrice, 4),
    vatRate: plainDecimal(line.vatRate, 2),
    discount: plainDecimal(line.discount, 2),
    net: euros(netOfLine(line)),
  })),
});
