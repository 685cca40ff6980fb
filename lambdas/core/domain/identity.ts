import type { Customer } from './customer.ts';
import type { DeliveryLine, DeliveryNote } from './delivery-note.ts';
import type {
  Invoice,
  InvoiceLine,
  NoteSection,
  Payment,
  PlaceSection,
  Skonto,
  Totals,
  VatRow,
} from './invoice.ts';
import type { InstantRequest, RunOrder } from './run-order.ts';
import type { Settings } from './settings.ts';

/**
 * Fingerprints decide whether two things are the same: a fingerprint is a text over chosen fields, and it is
 * equal exactly for equal things. Some are kept for long as a hash: with a note, in the metadata of an
 * archived file, as the key of an unfinished run.
 * A fingerprint has a version. Version 2 leaves out every field whose value is the one used when it is not
 * given, so that a new field changes no fingerprint of things that do not use it. Version 1 is the JSON of
 * the whole thing, as 0.1.0 hashed it; whoever compares with a hash that 0.1.0 may have stored accepts both.
 * A new field goes into its table as `later`; the compiler names the table that lacks it. The values that
 * stand for "not given" are repeated here on purpose: a new default in a schema must not change what was
 * kept.
 */
type Version = 1 | 2;
type Part<T> = (value: T, version: Version) => unknown;
type Parts<T> = { readonly [K in keyof T]-?: Part<T[K]> };
type KeyOfAny<T> = T extends T ? keyof T : never;
/** Parts of things of several kinds; each kind has some of them. */
type PartsOfAny<T> = { readonly [K in KeyOfAny<T>]: Part<unknown> };

/** A field that must be given. */
const given: Part<unknown> = (value) => value;
/** A field that existed in 0.1.0. */
const optional =
  <T>(absent: T): Part<T> =>
  (value, version) =>
    version > 1 && value === absent ? undefined : value;
/** A field that was added after 0.1.0. */
export const later =
  <T>(absent: T): Part<T> =>
  (value) =>
    value === absent ? undefined : value;
const within =
  <T extends object>(parts: Parts<T>): Part<T> =>
  (value, version) =>
    chosen(value, parts, version);
const each =
  <T extends object>(parts: Parts<T>): Part<readonly T[]> =>
  (values, version) =>
    values.map((value) => chosen(value, parts, version));

/**
 * Picks the chosen fields: version 1 in the order in which the thing has them, later versions in the order of
 * the table.
 */
function chosen<T extends object>(thing: T, parts: Parts<T>, version: Version): object {
  const names = Object.keys(version === 1 ? thing : parts) as (keyof T)[];
  const fields = names
    .filter((name) => name in parts && thing[name] !== undefined)
    .map((name) => [name, parts[name](thing[name], version)] as const);
  return Object.fromEntries(fields);
}

const LINE: Parts<DeliveryLine> = {
  position: given,
  article: optional(''),
  description: given,
  quantity: given,
  unit: given,
  unitPrice: given,
  vatRate: given,
  discount: optional(0),
  place: optional(''),
  vatCategory: given,
};

const NOTE: Parts<DeliveryNote> = { number: given, date: given, customer: given, lines: each(LINE) };

const CUSTOMER: Parts<Customer> = {
  number: given,
  name: given,
  name2: optional(''),
  street: optional(''),
  zip: optional(''),
  city: given,
  country: given,
  language: given,
  email: optional(''),
  invoiceEmail: optional(''),
  invoiceAddressee: optional(''),
  invoiceByMail: optional(false),
  cc: optional(''),
  bcc: optional(''),
  billingCycle: given,
  deliveryOverview: optional(false),
  paymentDays: given,
  skontoPercent: optional(0),
  skontoDays: optional(0),
  vatId: optional(''),
  eInvoice: optional<Customer['eInvoice']>('none'),
  buyerReference: optional(''),
  orderReference: optional(''),
  iban: optional(''),
  mandate: optional(''),
};

const COMPANY: Parts<Settings['company']> = {
  name: given,
  street: given,
  zip: given,
  city: given,
  country: given,
  phone: optional(''),
  email: optional(''),
  website: optional(''),
  vatId: optional(''),
  taxNumber: optional(''),
  registration: optional(''),
  managingDirector: optional(''),
  bankName: optional(''),
  iban: optional(''),
  bic: optional(''),
  creditorId: optional(''),
  contact: within({ name: optional(''), phone: optional(''), email: optional('') }),
  smallBusiness: optional(false),
  exemptionReason: optional(''),
};

const TOTALS: Parts<Totals> = {
  notes: given,
  lines: given,
  net: given,
  vat: given,
  gross: given,
  vatRows: each<VatRow>({ category: given, rate: given, net: given, vat: given }),
};

const PLACE: Parts<PlaceSection> = {
  place: given,
  notes: each<NoteSection>({
    number: given,
    date: given,
    lines: each<InvoiceLine>({ ...LINE, net: given }),
    net: given,
  }),
  net: given,
};

const PAYMENT: PartsOfAny<Payment> = {
  by: given,
  due: given,
  iban: given,
  mandate: given,
  creditorId: given,
};
const SKONTO: Parts<Skonto> = { percent: given, until: given, amount: given, payable: given };

const CONTENT: Parts<Invoice> = {
  number: given,
  date: given,
  period: given,
  delivered: given,
  company: within(COMPANY),
  customer: within(CUSTOMER),
  places: each(PLACE),
  totals: within(TOTALS),
  payment: (payment, version) => chosen<object>(payment, PAYMENT, version),
  skonto: (skonto, version) => skonto && chosen(skonto, SKONTO, version),
  cancels: given,
};

const ORDER: PartsOfAny<RunOrder> = {
  kind: given,
  cycle: given,
  period: given,
  from: given,
  until: given,
  customers: given,
  notes: given,
  mailCustomersOnly: given,
  output: given,
  invoiceDate: given,
  cancellation: given,
};

const text = <T extends object>(thing: T, parts: Parts<T>, version: Version = 2): string =>
  JSON.stringify(chosen(thing, parts, version));

/** Returns a text that is equal for notes with equal content. */
export const noteFingerprint = (note: DeliveryNote): string => text(note, NOTE);

/** Returns a text that is equal for customers who agree in every field. */
export const customerFingerprint = (customer: Customer): string => text(customer, CUSTOMER);

/**
 * Returns a text that is equal for equal totals. It compares what was claimed with what is issued, and what
 * was issued with its notes.
 */
export const totalsFingerprint = (totals: Totals): string => text(totals, TOTALS);

/**
 * Returns a text that is equal for invoices that say the same, however their templates lay it out. Its hash
 * is in the metadata of every archived file; after a crash between filing and recording, it tells whether the
 * file belongs to this invoice.
 */
export const contentFingerprint = (invoice: Invoice): string => text(invoice, CONTENT);
/** Returns the texts that earlier versions of the program wrote for an invoice with this content. */
export const earlierContentFingerprints = (invoice: Invoice): string[] => [text(invoice, CONTENT, 1)];

/**
 * Returns a text that is equal for orders that ask for the same. Its hash is the key of the unfinished run,
 * which an equal order joins. It is still the text of 0.1.0, which left out what is not given, so that a run
 * begun by 0.1.0 is joined as well.
 */
export const orderFingerprint = (order: RunOrder): string => text<object>(order, ORDER);

/**
 * Returns a text that is equal for requests that ask for the same, in whatever order their fields came. Its
 * hash is kept beside an Idempotency-Key for ever, so it stays at version 1.
 */
export const requestFingerprint = (request: InstantRequest): string => {
  const { customer, notes, lines, note, output, invoiceDate } = request;
  return JSON.stringify([
    customer,
    notes,
    lines?.map((line) => chosen(line, LINE, 1)),
    note?.number,
    note?.date,
    output,
    invoiceDate,
  ]);
};

/**
 * Returns a text that is equal for settings that agree once each missing setting has its default, as the
 * schema reads them.
 */
export const settingsFingerprint = (settings: Settings): string => JSON.stringify(sorted(settings));

/**
 * Returns a text that is equal for equal sets of one's own templates, in whatever order their paths were
 * named.
 */
export const templateSetFingerprint = (set: Readonly<Record<string, string>>): string =>
  JSON.stringify(sorted(set));

/** Returns a plain JSON value with the members of its objects sorted by name. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
}
