import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCustomers } from '#adapters/csv/customers.ts';
import { csv, problemsOf, utf8, windows1252 } from './csv.ts';

const HEADER =
  'number;name;name2;street;zip;city;country;language;email;invoice_email;invoice_addressee;invoice_by_mail;billing_cycle;delivery_overview;payment_days;vat_id;e_invoice;buyer_reference;iban;mandate';
const hotel = { number: '10001', name: 'Hotel Alpenblick', city: 'Füssen' };
const file = (...rows: Readonly<Record<string, string>>[]) => csv(HEADER, rows);
const readBytes = (bytes: Uint8Array) => readCustomers(bytes, ['de', 'en']);
const read = (text: string) => readBytes(utf8(text));
const only = (changes: object) => read(file({ ...hotel, ...changes })).records[0]!;

test('empty optional cells of a customer take their defaults', () => {
  assert.deepEqual(only({}), {
    number: '10001',
    name: 'Hotel Alpenblick',
    name2: '',
    street: '',
    zip: '',
    city: 'Füssen',
    country: 'DE',
    language: 'de',
    email: '',
    invoiceEmail: '',
    invoiceAddressee: '',
    invoiceByMail: false,
    cc: '',
    bcc: '',
    billingCycle: 'monthly',
    deliveryOverview: false,
    paymentDays: 14,
    skontoPercent: 0,
    skontoDays: 0,
    vatId: '',
    eInvoice: 'none',
    buyerReference: '',
    orderReference: '',
    iban: '',
    mandate: '',
  });
});

test('columns are read in any order and any case, and optional columns are read where they are present', () => {
  const columns = `${HEADER};skonto_percent;skonto_days;cc;bcc;order_reference`.split(';').reverse();
  const row = {
    ...hotel,
    skonto_percent: '2,5',
    skonto_days: '8',
    cc: 'a@b.example',
    bcc: 'c@b.example',
    order_reference: 'R-1',
  };
  const text = csv(columns.join(';'), [row]);
  const [head = '', ...rest] = text.split('\n');
  const [customer] = read([head.toUpperCase().replace('CITY', ' City '), ...rest].join('\n')).records;
  assert.equal(customer?.city, 'Füssen');
  assert.equal(customer?.skontoPercent, 250);
  assert.equal(customer?.skontoDays, 8);
  assert.deepEqual([customer?.cc, customer?.bcc], ['a@b.example', 'c@b.example']);
  assert.equal(customer?.orderReference, 'R-1');
});

test('columns that are not known are reported and ignored', () => {
  const { records, notices } = read(csv(`${HEADER};fax;colour`, [{ ...hotel, fax: '1' }]));
  assert.equal(records.length, 1);
  assert.deepEqual(notices, [
    'Column fax is not one of a file of customers and was ignored.',
    'Column colour is not one of a file of customers and was ignored.',
  ]);
});

for (const [word, meaning] of Object.entries({
  yes: true,
  YES: true,
  ja: true,
  true: true,
  '1': true,
  no: false,
  Nein: false,
  false: false,
  '0': false,
})) {
  test(`in a yes or no column ${word} means ${meaning ? 'yes' : 'no'}`, () => {
    assert.equal(only({ invoice_by_mail: word }).invoiceByMail, meaning);
    assert.equal(only({ delivery_overview: word }).deliveryOverview, meaning);
  });
}

test('a customer name that looks like a template, a script, a path or a formula is kept as it stands', () => {
  for (const name of [
    '{{company.iban}}',
    '<script>alert(1)</script>',
    '../../etc',
    'A & B "C" \'D\'',
    '=1+1',
  ]) {
    assert.equal(only({ name }).name, name);
  }
});

const text = (customers: ReturnType<typeof readCustomers>) => customers.records[0]!.name;

test('files in UTF-8, with or without a byte order mark, and in Windows-1252 are read alike', () => {
  const sample = file({ ...hotel, name: 'Gößwein – Café „Spaß“ 5 €' });
  assert.equal(text(readBytes(utf8(sample))), 'Gößwein – Café „Spaß“ 5 €');
  assert.equal(text(readBytes(utf8(`\ufeff${sample}`))), 'Gößwein – Café „Spaß“ 5 €');
  assert.equal(text(readBytes(windows1252(sample))), 'Gößwein – Café „Spaß“ 5 €');
});

test('a letter with a combining umlaut is read as one composed character', () => {
  assert.equal(only({ name: 'Mu\u0308ller' }).name, 'M\u00fcller');
});

test('a file may separate its cells by commas instead of semicolons', () => {
  const row = { ...hotel, name: 'Müller, Meier; Söhne', invoice_email: 'a@b.example, c@d.example' };
  const { records } = read(csv(HEADER, [row], ','));
  assert.equal(records[0]?.name, 'Müller, Meier; Söhne');
  assert.equal(records[0]?.invoiceEmail, 'a@b.example, c@d.example');
});

test('quotation marks follow RFC 4180, and inside an unquoted text they stand for themselves', () => {
  assert.equal(only({ name: 'Café "Süß", innen; außen' }).name, 'Café "Süß", innen; außen');
  const bare = file(hotel).replace('Hotel Alpenblick', 'Café "Süß & Salzig"');
  assert.equal(read(bare).records[0]?.name, 'Café "Süß & Salzig"');
});

test('lines may end with LF, CRLF or CR, and blank rows are skipped', () => {
  const sample = file(hotel, { ...hotel, number: '10002' });
  for (const end of ['\n', '\r\n', '\r']) {
    const blank = `${end}${';'.repeat(19)}${end}${end}`;
    assert.equal(
      read(sample.replaceAll('\n', end).replace(`${end}10002`, `${blank}10002`)).records.length,
      2,
    );
  }
});

for (const [what, row, problem] of [
  ['an empty number', { number: '' }, 'line 2, column number: must not be empty'],
  ['an empty name', { name: '  ' }, 'line 2, column name: must not be empty'],
  ['an empty city', { city: '' }, 'line 2, column city: must not be empty'],
  [
    'a path as number',
    { number: '../1' },
    'line 2, column number: must be 1 to 20 letters and digits, without hyphens or spaces (it is "../1")',
  ],
  [
    'a hyphen in a number',
    { number: 'A-1' },
    'line 2, column number: must be 1 to 20 letters and digits, without hyphens or spaces (it is "A-1")',
  ],
  [
    'a line break in a number',
    { number: '1\n2' },
    'line 2, column number: must be 1 to 20 letters and digits, without hyphens or spaces (it is "1\\n2")',
  ],
  [
    'a line break in a name',
    { name: 'Hotel\nAlpenblick' },
    'line 2, column name: must not contain line breaks or control characters (it is "Hotel\\nAlpenblick")',
  ],
  [
    'CR and LF in a mail address',
    { invoice_email: 'a@b.example\r\nBcc: c@d.example' },
    'line 2, column invoice_email: must not contain line breaks or control characters (it is "a@b.example\\nBcc: c@d.example")',
  ],
  [
    'CR and LF in a street',
    { street: 'Weg 1\r\nHof' },
    'line 2, column street: must not contain line breaks or control characters (it is "Weg 1\\nHof")',
  ],
  [
    'a NUL',
    { name: 'Hotel\0' },
    'line 2, column name: must not contain line breaks or control characters (it is "Hotel\\u0000")',
  ],
  [
    'a text turned round',
    { name: 'Hotel\u202eABC' },
    'line 2, column name: must not contain line breaks or control characters (it is "Hotel\u202eABC")',
  ],
  [
    'a name too long',
    { name: 'x'.repeat(10_000) },
    `line 2, column name: must not be longer than 120 characters (it is "${'x'.repeat(40)}…")`,
  ],
  [
    'a country that is none',
    { country: 'Germany' },
    'line 2, column country: must be a two-letter country code such as DE (it is "Germany")',
  ],
  [
    'a language that is not spoken',
    { language: 'fr' },
    'line 2, column language: "fr" has no labels: choose one of de, en, or import templates with labels/fr.json',
  ],
  [
    'neither yes nor no',
    { invoice_by_mail: 'maybe' },
    'line 2, column invoice_by_mail: "maybe" is neither yes nor no',
  ],
  [
    'an unknown cycle',
    { billing_cycle: 'yearly' },
    'line 2, column billing_cycle: Invalid option: expected one of "daily"|"weekly"|"monthly" (it is "yearly")',
  ],
  ['half a day', { payment_days: '14,5' }, 'line 2, column payment_days: "14,5" is not a whole number'],
  ['days in words', { payment_days: 'NaN' }, 'line 2, column payment_days: "NaN" is not a whole number'],
  [
    'too many days',
    { payment_days: '366' },
    'line 2, column payment_days: Too big: expected number to be <=365 (it is "366")',
  ],
  [
    'an unknown e-invoice',
    { e_invoice: 'edifact' },
    'line 2, column e_invoice: Invalid option: expected one of "none"|"zugferd"|"xrechnung" (it is "edifact")',
  ],
] as const) {
  test(`${what} is refused with its line and column`, () => {
    assert.deepEqual(problemsOf(readBytes, file({ ...hotel, ...row })), [problem]);
  });
}

test('a Skonto of more than 20 percent is refused', () => {
  const rows = csv(`${HEADER};skonto_percent`, [{ ...hotel, skonto_percent: '25' }]);
  assert.deepEqual(problemsOf(readBytes, rows), ['line 2, column skonto_percent: 25 is outside 0 to 20']);
});

test('a customer who appears twice in a file is refused with both lines', () => {
  const rows = file(hotel, { ...hotel, number: '2' }, hotel);
  assert.deepEqual(problemsOf(readBytes, rows), [
    'line 4, column number: customer 10001 is in line 2 already',
  ]);
});
