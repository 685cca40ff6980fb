import fc from 'fast-check';
import { addDays, type Day } from '#core/domain/calendar.ts';
import type { DeliveryLine, DeliveryNote } from '#core/domain/delivery-note.ts';
import { UNIT_NAMES } from '#core/domain/units.ts';

export const anyDay: fc.Arbitrary<Day> = fc
  .integer({ min: 0, max: 36_500 })
  .map((days) => addDays('2000-01-03', days));

export const anyLine = (position: number): fc.Arbitrary<DeliveryLine> =>
  fc
    .record({
      position: fc.constant(position),
      article: fc.constantFrom('100', '9', 'A9', 'a10', ''),
      description: fc.constantFrom('Milch', 'Käse', 'milch'),
      quantity: fc.integer({ min: -1_000_000, max: 1_000_000 }),
      unit: fc.constantFrom(...UNIT_NAMES),
      unitPrice: fc.integer({ min: 0, max: 5_000_000 }),
      vatRate: fc.constantFrom(0, 700, 1900, 1050),
      discount: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 10_000 })),
      place: fc.constantFrom('', 'Filiale 9', 'Filiale 10', 'filiale 9'),
      untaxed: fc.constantFrom('Z', 'E', 'AE', 'K'),
    })
    .map(({ untaxed, ...line }) => ({ ...line, vatCategory: line.vatRate > 0 ? 'S' : untaxed }) as const);

/** Generates one to twelve notes of one customer with different numbers. */
export const anyNotes: fc.Arbitrary<DeliveryNote[]> = fc
  .array(
    fc.record({
      date: anyDay,
      lines: fc.integer({ min: 1, max: 8 }).chain((count) => fc.tuple(...positions(count))),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((notes) => notes.map((note, index) => ({ number: `L-${index + 1}`, customer: '1', ...note })));

const positions = (count: number) => Array.from({ length: count }, (_, index) => anyLine(index + 1));
