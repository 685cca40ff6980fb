import type { Customer } from '#core/domain/customer.ts';

/** The address zone of DIN 5008 form B in millimetres; the column is as wide as in `letter-style.hbs`. */
const ZONE = { width: 80, height: 27.3 } as const;
/** Font sizes in points, largest first. */
const SIZES = [10.5, 9.5, 8.5, 7.5, 6.5] as const;
const LINE_HEIGHT = 1.2;
/** Average width of a letter as a fraction of the font size. */
const LETTER = 0.5;
const POINT = 25.4 / 72;

/** Returns the largest font size at which the whole address fits the window of an envelope. */
export function addressSize(customer: Customer, abroad: boolean): number {
  const { name, name2, street, zip, city } = customer;
  const parts = [name, name2, street, `${zip} ${city}`].filter((part) => part !== '');
  const fits = (size: number) => {
    const room = Math.floor(ZONE.width / (LETTER * size * POINT));
    const lines = parts.reduce((sum, part) => sum + linesOf(part, room), abroad ? 1 : 0);
    return lines * size * LINE_HEIGHT * POINT <= ZONE.height;
  };
  return SIZES.find(fits) ?? SIZES.at(-1)!;
}

/**
 * Counts the lines that a text takes when broken between words, with room for this many letters in a line.
 */
function linesOf(text: string, room: number): number {
  let lines = 1;
  let used = 0;
  for (const { length } of text.split(/(?<=[ -])/)) {
    if (used > 0 && used + length > room + 1) {
      lines++;
      used = 0;
    }
    lines += Math.max(0, Math.ceil(length / room) - 1);
    used += length;
  }
  return lines;
}
