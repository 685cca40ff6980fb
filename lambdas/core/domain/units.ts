/**
 * Units of quantity: the word used in files and the API, and its code in UN/ECE Recommendation 20. Packages
 * use Recommendation 21 with an X in front, as EN 16931 BT-130 demands. What documents print is in the labels
 * of their language.
 */
export const UNITS = {
  piece: 'H87',
  kg: 'KGM',
  g: 'GRM',
  l: 'LTR',
  box: 'XBX',
  crate: 'XCR',
  bucket: 'XBJ',
  pack: 'XPK',
  bottle: 'XBO',
  loaf: 'XPP',
  tray: 'XPU',
} as const;

export type Unit = keyof typeof UNITS;
export const UNIT_NAMES = Object.keys(UNITS) as [Unit, ...Unit[]];
