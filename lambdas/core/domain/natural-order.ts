/**
 * Natural order: 9 before 10, A9 before A10, upper and lower case side by side, an umlaut beside its vowel
 * (DIN 5007-1). Sort keys carry this order, so that a table which sorts by bytes yields it too.
 */

/** Sorts before every character of the folded part, so that a text comes before its continuations. */
const SEPARATOR = ' ';

/**
 * Makes a key whose UTF-8 bytes sort as the text does in natural order. It consists of the folded text, which
 * decides first, and the text itself, which breaks ties. Equal keys belong to equal texts only, because the
 * folded part contains no space. A key is at most about three times as long as its text.
 */
export function naturalKey(text: string): string {
  return fold(text) + SEPARATOR + text;
}

/** Compares two texts for `Array.sort`; returns zero for equal texts only. */
export function compareNatural(a: string, b: string): number {
  return compareBytes(naturalKey(a), naturalKey(b));
}

/** Sorts items in natural order of a text, making each key once. Items with equal texts keep their order. */
export function sortNaturally<T>(items: Iterable<T>, textOf: (item: T) => string): T[] {
  return Array.from(items, (item) => ({ item, key: naturalKey(textOf(item)) }))
    .sort((a, b) => compareBytes(a.key, b.key))
    .map(({ item }) => item);
}

/** Compares the UTF-8 bytes of two texts. Their order is that of code points, not of UTF-16 units. */
export function compareBytes(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  for (let index = 0; index < end; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Ranks surrogates above all other units, because they stand for the highest code points. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll(SEPARATOR, '!')
    .replace(/[0-9]+/g, foldNumber);
}

/**
 * Puts the count of digits, which sorts as a digit, before a number without leading zeros: 9 becomes `19`, 10
 * becomes `210`.
 */
function foldNumber(digits: string): string {
  const significant = digits.replace(/^0+/, '');
  // Each `9` says that more than eight digits follow, so that longer numbers sort higher.
  const steps = Math.max(0, Math.ceil(significant.length / 8) - 1);
  return '9'.repeat(steps) + (significant.length - steps * 8) + significant;
}
