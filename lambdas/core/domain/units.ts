/**
 * Units of quantity: the word in files and API, its code in UN/ECE Recommendation 20 (packages: Rec 21 with an
 * X before it, as EN 16931 BT-130 wants), and what documents print.
 */
export const UNITS = {
  piece: { code: 'H87', de: 'Stk', en: 'pcs' },
  kg: { code: 'KGM', de: 'kg', en: 'kg' },
  g: { code: 'GRM', de: 'g', en: 'g' },
  l: { code: 'LTR', de: 'l', en: 'l' },
  box: { code: 'XBX', de: 'Karton', en: 'box' },
  crate: { code: 'XCR', de: 'Kiste', en: 'crate' },
  bucket: { code: 'XBJ', de: 'Eimer', en: 'bucket' },
  pack: { code: 'XPK', de: 'Pck', en: 'pack' },
  bottle: { code: 'XBO', de: 'Fl', en: 'bottle' },
  loaf: { code: 'XPP', de: 'Laib', en: 'loaf' },
  tray: { code: 'XPU', de: 'Blech', en: 'tray' },
} as const;

export type Unit = keyof typeof UNITS;
export const UNIT_NAMES = Object.keys(UNITS) as [Unit, ...Unit[]];
