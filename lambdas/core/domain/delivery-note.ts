import { z } from 'zod';
import { type Day, day } from './calendar.ts';
import { customerNumber } from './customer.ts';
import { type Cents, lineNet, sum } from './money.ts';
import { decimal, defaultsOf, line, paragraph } from './text.ts';
import { UNIT_NAMES } from './units.ts';

/**
 * The VAT categories of UNCL 5305 as EN 16931 uses them: S standard and reduced rates, Z zero rated, E
 * exempt, AE reverse charge, K intra-community supply.
 */
export const VAT_CATEGORIES = ['S', 'Z', 'E', 'AE', 'K'] as const;
export type VatCategory = (typeof VAT_CATEGORIES)[number];

/** A line above 10 million euros is a typing error; with this limit the sums of 5,000 lines stay exact. */
const MAX_LINE_NET: Cents = 1_000_000_000;

/** The number becomes part of file names, so it contains no path and neither begins nor ends with a dot. */
export const noteNumber = z
  .string()
  .trim()
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,38}[A-Za-z0-9])?$/,
    'must be 1 to 40 letters, digits, dots, hyphens and underscores, beginning and ending with a letter or digit',
  );

const lineFields = z.object({
  position: z.number().int().min(1).max(99_999),
  article: line(40).default(''),
  description: paragraph(1000).refine((text) => text !== '', 'must not be empty'),
  /** Thousandths of the unit; negative for returns. */
  quantity: decimal(3, { min: -1_000_000, max: 1_000_000 }),
  unit: z.enum(UNIT_NAMES).default('piece'),
  /** Net price of one unit in ten-thousandths of a euro. */
  unitPrice: decimal(4, { min: 0, max: 1_000_000 }),
  /** Hundredths of a percent; no rate of the EU is above 27 %. */
  vatRate: decimal(2, { min: 0, max: 27 }),
  vatCategory: z.enum(VAT_CATEGORIES).optional(),
  /** Hundredths of a percent. */
  discount: decimal(2, { min: 0, max: 100 }).default(0),
  /** The branch that the line was delivered to; it gets a subtotal. */
  place: line(80).default(''),
});

export const deliveryLineSchema = lineFields
  // The category goes last whether it was given or not, so that equal lines have equal JSON.
  .transform(
    ({ vatCategory, ...rest }) =>
      ({ ...rest, vatCategory: vatCategory ?? (rest.vatRate > 0 ? 'S' : 'Z') }) as const,
  )
  .superRefine((input, context) => {
    if ((input.vatCategory === 'S') !== input.vatRate > 0) {
      context.addIssue({
        code: 'custom',
        path: ['vatCategory'],
        message:
          input.vatCategory === 'S'
            ? 'S (taxed) needs a VAT rate above 0'
            : `${input.vatCategory} (not taxed) needs the VAT rate 0`,
      });
    }
    if (Math.abs(lineNet(input.quantity, input.unitPrice, input.discount)) > MAX_LINE_NET) {
      context.addIssue({
        code: 'custom',
        path: ['quantity'],
        message: 'times the price is more than 10 million euros',
      });
    }
  });

/**
 * The bytes of one table item, less what is stored beside the note and what the limits count on top of its
 * JSON.
 */
const MAX_NOTE_BYTES = 340_000;

const MAX_NOTE_LINES = 5000;

/** Decides whether a note would not fit into one item of the table (400 KB), or has more than 5,000 lines. */
export function exceedsItemLimit(note: DeliveryNote): boolean {
  if (note.lines.length > MAX_NOTE_LINES) return true;
  // Even with the longest texts a line takes less than 3,900 bytes, so only long notes are worth measuring.
  return note.lines.length > 80 && new TextEncoder().encode(JSON.stringify(note)).length > MAX_NOTE_BYTES;
}

export const deliveryNoteSchema = z
  .object({
    number: noteNumber,
    date: day,
    customer: customerNumber,
    lines: z
      .array(deliveryLineSchema)
      .min(1)
      .transform((lines) => lines.toSorted((a, b) => a.position - b.position)),
  })
  .superRefine((note, context) => {
    for (const message of deliveryNoteProblems(note)) {
      context.addIssue({ code: 'custom', path: ['lines'], message });
    }
  });

/** Returns what is wrong with the lines of a note as a whole; they must be sorted by position. */
export function deliveryNoteProblems(note: DeliveryNote): string[] {
  const problems: string[] = [];
  const twice = note.lines.find((line, index) => line.position === note.lines[index - 1]?.position);
  if (twice) problems.push(`hold position ${twice.position} twice; give each line a position of its own`);
  if (exceedsItemLimit(note)) {
    problems.push('are too many for one note (400 KB, 5000 lines); split it into several notes');
  }
  return problems;
}

export type DeliveryLine = Readonly<z.infer<typeof deliveryLineSchema>>;

/** What was delivered to a customer on one day. The number is unique within the calendar year of the date. */
export interface DeliveryNote {
  readonly number: string;
  readonly date: Day;
  readonly customer: string;
  readonly lines: readonly DeliveryLine[];
}

/** The values of the optional fields of a line when they are not given. */
export const LINE_DEFAULTS: Partial<DeliveryLine> = defaultsOf(lineFields) as Partial<DeliveryLine>;

export const netOfLine = (of: DeliveryLine): Cents => lineNet(of.quantity, of.unitPrice, of.discount);

export const netOfNote = (note: DeliveryNote): Cents => sum(note.lines.map(netOfLine));

/** Returns the id that names a note for ever, such as `2026/L-2610-0001`. */
export const noteIdOf = (note: Pick<DeliveryNote, 'number' | 'date'>): string =>
  `${note.date.slice(0, 4)}/${note.number}`;
