import type { Customer } from '#core/domain/customer.ts';

/** DIN 5008 form B, millimetres: the zone of the address in the window, with a column as wide as `letter-style.hbs` has it. */
const ZONE = { width: 80, height: 27.3 } as const;
/** Points. */
const SIZES = [10.5, 9.5, 8.5, 7.5, 6.5] as const;
const LINE_HEIGHT = 1.2;
/** Of a letter, in parts of its size. */
const LETTER = 0.5;
const POINT = 25.4 / 72;

/** The largest size in which the whole address stands in the window of an envelope. */
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

/** How many lines of that many letters a text takes, broken between words. */
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
