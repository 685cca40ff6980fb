import { addDays } from '#core/domain/calendar.ts';
import type { SampleOptions } from './sample-invoice.ts';

const GOODS = [
  'Frische Vollmilch 3,8 %',
  'Süßrahmbutter, mild gesäuert',
  'Bergkäse 12 Monate, am Stück',
  'Trinkjoghurt Erdbeere',
  'Speisequark 20 % Fett i. Tr.',
  'Landbrot, doppelt gebacken',
  'Weißwurst im Naturdarm',
  'Emmentaler, gerieben',
  'Schlagsahne 32 %',
  'Laugenbreze, vorgegart, tiefgekühlt',
];
const PACKINGS = ['150 g', '500 g', '1 kg', '2,5 kg', '5 kg', 'Bio'];
const UNITS = ['piece', 'kg', 'pack', 'bucket', 'tray', 'crate'];
const SUNDAYS = new Set(['2026-10-04', '2026-10-11', '2026-10-18', '2026-10-25']);
/** The 27 days of October 2026 on which goods are delivered. */
const DAYS = Array.from({ length: 31 }, (_, index) => addDays('2026-10-01', index)).filter(
  (day) => !SUNDAYS.has(day),
);

/**
 * Makes a month of deliveries with one note a day and up to 60 articles; the lines are dealt out over the
 * days in turn.
 * @param line changes to each line, by its index
 */
export function monthOf(lines: number, line?: SampleOptions['line']): SampleOptions {
  const notes = DAYS.map((date, day) => ({
    number: `L-${date.replaceAll('-', '')}`,
    date,
    lines: Array.from({ length: Math.ceil((lines - day) / DAYS.length) }, (_, turn) => {
      const index = day + turn * DAYS.length;
      const article = (index * 7) % (GOODS.length * PACKINGS.length);
      const packing = article % PACKINGS.length;
      return {
        position: turn + 1,
        article: String(1000 + article),
        description: `${GOODS[Math.floor(article / PACKINGS.length)]} ${PACKINGS[packing]}`,
        unit: UNITS[packing],
        quantity: packing === 1 ? `${(index % 9) + 1}.275` : String((index % 24) + 1),
        unitPrice: `${1 + (article % 19)}.${1000 + article * 37}`,
        vatRate: article % 6 === 5 ? '19' : '7',
        ...line?.(index),
      };
    }),
  }));
  return { notes: notes.filter((note) => note.lines.length > 0) };
}
