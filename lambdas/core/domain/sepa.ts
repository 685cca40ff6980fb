import { electronicFormatIBAN, isValidBIC, isValidIBAN } from 'ibantools';

/**
 * Decides whether a text is an IBAN (ISO 13616): country, length, structure and check digits; spaces between
 * groups are allowed.
 */
export const isIban = (text: string): boolean => isValidIBAN(electronicFormatIBAN(text) ?? '');

/** Decides whether a text is a BIC (ISO 9362) of eight or eleven characters. */
export const isBic = (text: string): boolean => isValidBIC(text);

/**
 * Decides whether a text is a SEPA creditor identifier (EPC262-08): country, check digits, a business code of
 * three characters that the check digits ignore, and the national part; ISO 7064 MOD 97-10. Spaces are
 * allowed.
 */
export function isCreditorId(text: string): boolean {
  const id = text.replaceAll(' ', '');
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{3}[A-Z0-9]{1,28}$/.test(id)) return false;
  const digits = [...(id.slice(7) + id.slice(0, 4))].map((char) => Number.parseInt(char, 36)).join('');
  return BigInt(digits) % 97n === 1n;
}
