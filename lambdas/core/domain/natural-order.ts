/**
 * Natural order: 9 before 10, A9 before A10, upper and lower case side by side, an umlaut beside its vowel
 * (DIN 5007-1). It is carried by a key, so that a table which sorts by bytes yields it too.
 */

/** Lower than every character of the folded part, so that a text comes before its continuations. */
const SEPARATOR = ' ';

/**
 * A key whose UTF-8 bytes sort as the text does in natural order. It is made of the folded text, which decides
 * first, and the text itself, which breaks ties: equal keys belong to equal texts only, since the folded part
 * holds no space. At most about three times as long as the text.
 */
export function naturalKey(text: string): string {
  return fold(text) + SEPARATOR + text;
}

/** Negative, zero or positive, as `Array.sort` wants it; zero for equal texts only. */
export function compareNatural(a: string, b: string): number {
  return compareBytes(naturalKey(a), naturalKey(b));
}

/** Sorts by a natural text, figuring out each key once. Equal texts keep their order. */
export function sortNaturally<T>(items: Iterable<T>, textOf: (item: T) => string): T[] {
  return Array.from(items, (item) => ({ item, key: naturalKey(textOf(item)) }))
    .sort((a, b) => compareBytes(a.key, b.key))
    .map(({ item }) => item);
}

/** The order of two texts' UTF-8 bytes, which is that of their code points and not of their UTF-16 units. */
export function compareBytes(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  for (let index = 0; index < end; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others. */
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

/** Digits without leading zeros behind their count, which sorts as a digit: 9 becomes `19`, 10 `210`. */
function foldNumber(digits: string): string {
  const significant = digits.replace(/^0+/, '');
  // Eight digits a step: `9` says that more than eight follow, so that longer numbers sort higher.
  const steps = Math.max(0, Math.ceil(significant.length / 8) - 1);
  return '9'.repeat(steps) + (significant.length - steps * 8) + significant;
}
