import type { Customer } from './customer.ts';
import type { DeliveryLine, DeliveryNote } from './delivery-note.ts';
import { isBic, isCreditorId, isIban } from './sepa.ts';
import type { Settings } from './settings.ts';
import { isEuVatId, vatIdProblem } from './vat-id.ts';

export interface Checked {
  readonly company: Settings['company'];
  readonly customer: Customer;
  readonly notes: readonly DeliveryNote[];
  /** The languages that have labels. */
  readonly languages: readonly string[];
  /** Returns the characters of a text that no font of the documents draws, each once. */
  readonly undrawable: (text: string) => string[];
}

/**
 * Returns why no document may be made for this customer: one sentence each, naming the thing, the reason and
 * the remedy. Such a customer is held before a number is taken. Mail addresses are not checked here, because
 * without one the invoice is made and printed.
 */
export function documentFaults(checked: Checked): string[] {
  return [
    ...addressFaults(checked.customer),
    ...languageFaults(checked),
    ...vatIdFaults(checked),
    ...bankFaults(checked),
    ...taxFaults(checked),
    ...undrawableFaults(checked),
  ];
}

/**
 * Checks that name and address identify the customer beyond doubt (§ 14 (4) no. 1 UStG with § 31 (2) UStDV).
 * The street may be missing if the postal code is enough, as with a large recipient's own code.
 */
function addressFaults({ number, name, street, zip, city }: Customer): string[] {
  const missing = [
    name === '' && 'name',
    city === '' && 'city',
    street === '' && zip === '' && 'street or postal code',
  ].filter((part) => part !== false);
  if (missing.length === 0) return [];
  return [`Customer ${number} has no ${missing.join(', no ')}: complete the address (§ 14 UStG wants it).`];
}

function languageFaults({ customer: { number, language }, languages }: Checked): string[] {
  const problem = languageProblem(language, languages);
  return problem ? [`Customer ${number}'s language ${problem}.`] : [];
}

/** Returns why no document can be made in this language, as the end of a sentence, or undefined if it can. */
export function languageProblem(language: string, languages: readonly string[]): string | undefined {
  if (languages.includes(language)) return undefined;
  return `"${language}" has no labels: choose one of ${languages.join(', ')}, or import templates with labels/${language}.json`;
}

function vatIdFaults({ company, customer }: Checked): string[] {
  const faults: string[] = [];
  const own = company.vatId && vatIdProblem(company.vatId);
  if (own) faults.push(`The company's VAT ID ${company.vatId} ${own}: correct it in the settings.`);
  const theirs = customer.vatId && vatIdProblem(customer.vatId);
  if (theirs) {
    faults.push(`Customer ${customer.number}'s VAT ID ${customer.vatId} ${theirs}: correct or clear it.`);
  }
  return faults;
}

function bankFaults({ company, customer }: Checked): string[] {
  const faults: string[] = [];
  if (company.iban && !isIban(company.iban)) {
    faults.push(`The company's IBAN ${company.iban} is not valid: correct it in the settings.`);
  }
  if (company.bic && !isBic(company.bic)) {
    faults.push(`The company's BIC ${company.bic} is not valid: correct it in the settings.`);
  }
  if (!customer.mandate) return faults;
  const who = `Customer ${customer.number}`;
  if (!customer.iban) {
    faults.push(`${who} has a direct debit mandate but no IBAN: add it, or clear the mandate.`);
  } else if (!isIban(customer.iban)) {
    faults.push(`${who}'s IBAN ${customer.iban} is not valid: correct it, or clear the mandate.`);
  }
  if (!company.creditorId) {
    faults.push(`${who} pays by direct debit, and the company has no creditor ID: add it in the settings.`);
  } else if (!isCreditorId(company.creditorId)) {
    faults.push(`The company's creditor ID ${company.creditorId} is not valid: correct it in the settings.`);
  }
  return faults;
}

function taxFaults({ company, customer, notes }: Checked): string[] {
  const faults: string[] = [];
  const first = (wanted: (line: DeliveryLine) => boolean) => {
    const note = notes.find(({ lines }) => lines.some(wanted));
    const line = note?.lines.find(wanted);
    return note && line && `note ${note.number}, position ${line.position}`;
  };
  const abroad = first((line) => line.vatCategory === 'K');
  const shifted = abroad ?? first((line) => line.vatCategory === 'AE');
  const kind = abroad ? 'an intra-community supply (K)' : 'reverse charge (AE)';
  if (shifted && !customer.vatId) {
    faults.push(
      `Customer ${customer.number} has no VAT ID, and ${shifted} is ${kind}: add the VAT ID (§ 14a UStG).`,
    );
  } else if (abroad && !isForeign(customer.vatId, company)) {
    faults.push(
      `Customer ${customer.number}'s VAT ID ${customer.vatId} is not of another EU state, and ${abroad} is ${kind}: correct the VAT ID, or tax the line (§ 6a UStG).`,
    );
  }
  if (shifted && !company.vatId) {
    faults.push(`The company has no VAT ID, and ${shifted} is ${kind}: add it in the settings (§ 14a UStG).`);
  }
  const taxed = company.smallBusiness && first((line) => line.vatCategory === 'S');
  if (taxed) {
    faults.push(
      `A small business charges no VAT (§ 19 UStG), and ${taxed} is taxed: set its VAT rate to 0, or smallBusiness to false in the settings.`,
    );
  }
  return faults;
}

const isForeign = (vatId: string, company: Settings['company']): boolean =>
  isEuVatId(vatId) && vatId.slice(0, 2) !== (company.vatId || company.country).slice(0, 2);

/** The most sentences to report; more than these say nothing new. */
const MAX_UNDRAWABLE = 10;

/** Returns which texts would have blanks on paper, each with the place where it can be corrected. */
export function undrawableFaults({ undrawable, ...printed }: Omit<Checked, 'languages'>): string[] {
  const texts = printedTexts(printed);
  const everything = [...new Set(texts.map(([, text]) => text))].join('\n').replaceAll('\n', ' ');
  if (undrawable(everything).length === 0) return [];
  return texts
    .flatMap(([where, text]) => {
      const characters = undrawable(text.replaceAll('\n', ' '));
      return characters.length === 0 ? [] : [`${where} contains ${characters.map(named).join(', ')}`];
    })
    .slice(0, MAX_UNDRAWABLE)
    .map((sentence) => `${sentence}, which no font of the documents draws: replace it.`);
}

const named = (character: string): string =>
  `"${character}" (U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')})`;

/** Returns every text of the data that a document may show, each with the place where it can be corrected. */
function printedTexts({
  company,
  customer,
  notes,
}: Omit<Checked, 'undrawable' | 'languages'>): [string, string][] {
  const texts: [string, string][] = [];
  const add = (owner: string, of: object) => {
    for (const [field, value] of Object.entries(of)) {
      if (typeof value === 'string') texts.push([`${owner}'s ${field}`, value]);
    }
  };
  add('The company', company);
  add("The company's contact", company.contact);
  const { email: _email, invoiceEmail: _invoiceEmail, cc: _cc, bcc: _bcc, ...shown } = customer;
  add(`Customer ${customer.number}`, shown);
  for (const note of notes) {
    for (const { position, article, description, place } of note.lines) {
      add(`Note ${note.number}, position ${position}`, { article, description, place });
    }
  }
  return texts;
}
