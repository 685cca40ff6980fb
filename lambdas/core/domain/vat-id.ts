/**
 * VAT identification numbers (Art. 215 of Directive 2006/112/EC): the code of the issuing state and the form
 * of what follows it, as listed by VIES. Greece writes EL, Northern Ireland XI.
 */
const FORMS: Readonly<Record<string, RegExp>> = {
  AT: /^U\d{8}$/,
  BE: /^[01]\d{9}$/,
  BG: /^\d{9,10}$/,
  CY: /^\d{8}[A-Z]$/,
  CZ: /^\d{8,10}$/,
  DE: /^[1-9]\d{8}$/,
  DK: /^\d{8}$/,
  EE: /^\d{9}$/,
  EL: /^\d{9}$/,
  ES: /^[A-Z0-9]\d{7}[A-Z0-9]$/,
  FI: /^\d{8}$/,
  FR: /^[A-HJ-NP-Z0-9]{2}\d{9}$/,
  HR: /^\d{11}$/,
  HU: /^\d{8}$/,
  IE: /^(?:\d[A-Z0-9+*]\d{5}[A-Z]|\d{7}[A-W][A-I])$/,
  IT: /^\d{11}$/,
  LT: /^(?:\d{9}|\d{12})$/,
  LU: /^\d{8}$/,
  LV: /^\d{11}$/,
  MT: /^\d{8}$/,
  NL: /^[A-Z0-9+*]{10}\d{2}$/,
  PL: /^\d{10}$/,
  PT: /^\d{9}$/,
  RO: /^[1-9]\d{1,9}$/,
  SE: /^\d{10}01$/,
  SI: /^[1-9]\d{7}$/,
  SK: /^[1-9]\d{9}$/,
  XI: /^(?:\d{9}|\d{12}|GD\d{3}|HA\d{3})$/,
};

/**
 * Returns what is wrong with a VAT ID, as the end of a sentence; undefined if nothing can be said against it.
 */
export function vatIdProblem(vatId: string): string | undefined {
  const state = vatId.slice(0, 2);
  const form = FORMS[state];
  if (!form) {
    return /^[A-Z]{2}[A-Z0-9][A-Z0-9 .+*-]{1,17}$/.test(vatId)
      ? undefined
      : 'does not begin with the two letters of its country';
  }
  if (!form.test(vatId.slice(2)))
    return `is not written as those of ${state} are (no spaces, capital letters)`;
  if (state === 'DE' && !hasGermanCheckDigit(vatId.slice(2))) return 'has a wrong check digit';
  return undefined;
}

/** Decides whether a VAT ID was issued by a member state of the EU (or for Northern Ireland's goods). */
export const isEuVatId = (vatId: string): boolean => Object.hasOwn(FORMS, vatId.slice(0, 2));

/** Checks the check digit by ISO 7064, MOD 11,10. */
function hasGermanCheckDigit(digits: string): boolean {
  let product = 10;
  for (const digit of digits.slice(0, 8)) {
    const step = (Number(digit) + product) % 10 || 10;
    product = (2 * step) % 11;
  }
  return (11 - product) % 10 === Number(digits[8]);
}
