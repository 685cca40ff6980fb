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
 * What makes two things the same: a fingerprint is a text over chosen fields, equal exactly for equal things. Some are kept
 * for long as a hash: with a note, in the metadata of an archived file, as the key of an unfinished run.
 *
 * A fingerprint has a version. Version 2 leaves out each field that has the value it has where nobody gives it, so that a new
 * field changes no fingerprint of what does not use it. Version 1 is the JSON of the whole thing, as 0.1.0 hashed it: who
 * compares with a hash that 0.1.0 may have kept accepts both.
 *
 * A new field goes into its table as `later`; the compiler names the table that lacks it. The values that stand for
 * "not given" are written here once more on purpose: a new default in a schema must not change what was kept.
 */
type Version = 1 | 2;
type Part<T> = (value: T, version: Version) => unknown;
type Parts<T> = { readonly [K in keyof T]-?: Part<T[K]> };
type KeyOfAny<T> = T extends T ? keyof T : never;
/** Parts of things of several kinds, each of which has some of them. */
type PartsOfAny<T> = { readonly [K in KeyOfAny<T>]: Part<unknown> };

/** A field that must be given. */
const given: Part<unknown> = (value) => value;
/** A field that 0.1.0 knew already. */
const optional =
  <T>(absent: T): Part<T> =>
  (value, version) =>
    version > 1 && value === absent ? undefined : value;
/** A field that came after 0.1.0. */
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

/** The chosen fields: in version 1 in the order in which the thing has them, since then in the order of the table. */
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

/** Equal for notes of the same content. */
export const noteFingerprint = (note: DeliveryNote): string => text(note, NOTE);

/** Equal for customers who are the same in every field. */
export const customerFingerprint = (customer: Customer): string => text(customer, CUSTOMER);

/** Equal for the same sums: what was claimed against what is issued, what was issued against its notes. */
export const totalsFingerprint = (totals: Totals): string => text(totals, TOTALS);

/**
 * Equal for invoices that say the same, however their templates lay it out. Its hash stands in the metadata of each archived
 * file and tells, after a crash between filing and recording, whether the file is this invoice's.
 */
export const contentFingerprint = (invoice: Invoice): string => text(invoice, CONTENT);
/** Those that an earlier version of the program has written for the same content. */
export const earlierContentFingerprints = (invoice: Invoice): string[] => [text(invoice, CONTENT, 1)];

/**
 * Equal for orders that ask for the same. Its hash is the key of the unfinished run, which an equal order joins. It is the
 * text of 0.1.0, which left out what is not given: a run that 0.1.0 began is joined as well.
 */
export const orderFingerprint = (order: RunOrder): string => text<object>(order, ORDER);

/**
 * Equal for requests that ask for the same, in whatever sequence their fields came. Its hash stands beside an
 * Idempotency-Key for ever, so it is version 1 still.
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

/** Equal for settings that are the same once each setting that is not given has its default, as the schema reads them. */
export const settingsFingerprint = (settings: Settings): string => JSON.stringify(sorted(settings));

/** Equal for the same own templates, in whatever order their paths were named. */
export const templateSetFingerprint = (set: Readonly<Record<string, string>>): string =>
  JSON.stringify(sorted(set));

/** A value of plain JSON with the members of its objects by name. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
}
