import type { Customer } from '#core/domain/customer.ts';
import type { Settings } from '#core/domain/settings.ts';
import { addressSize } from './address-size.ts';

/** The fields that the letterhead, the address window and the foot of every document use. */
export interface LetterView {
  /** Whether the customer is in another country than the company. */
  readonly abroad: boolean;
  /** Font size in points at which the address fits the window. */
  readonly addressSize: number;
  /** Height of the lower margin in millimetres, enough for the longest column of the foot. */
  readonly footHeight: number;
  /** The logo as a `data:` address; empty for none. */
  readonly logo: string;
}

export function letterView(company: Settings['company'], customer: Customer, logo: string): LetterView {
  const abroad = customer.country !== company.country;
  return {
    abroad,
    addressSize: addressSize(customer, abroad),
    footHeight: footHeight(company, abroad),
    logo,
  };
}

/**
 * Height of the lower margin in millimetres: the usual one, with the page number and six lines, which is
 * enough for most companies, and the height of a further line in 7 pt.
 */
const USUAL = 35;
const USUAL_LINES = 6;
const LINE = 3.3;
/**
 * How many letters surely fit a line of a column, and how many are reserved for the word before a value
 * there.
 */
const LETTERS = 38;
const WORD = 14;

function footHeight(company: Settings['company'], abroad: boolean): number {
  const lines = (word: number, ...texts: string[]) =>
    texts.filter(Boolean).reduce((sum, text) => sum + Math.ceil((text.length + word) / LETTERS), 0);
  const { name, street, zip, city, country, phone, email, website } = company;
  const { bankName, iban, bic, creditorId, registration, managingDirector, vatId, taxNumber } = company;
  const spaced = iban.replace(/\s/g, '').replace(/.{4}(?=.)/g, '$& ');
  const most = Math.max(
    lines(0, name, street, `${zip} ${city}`, abroad ? country : '', `Tel. ${phone}`, email, website),
    lines(0, bankName, `IBAN ${spaced}`, bic) + lines(WORD, creditorId),
    lines(0, registration) + lines(WORD, managingDirector, vatId, taxNumber),
  );
  return USUAL + Math.ceil(Math.max(0, most - USUAL_LINES) * LINE);
}
