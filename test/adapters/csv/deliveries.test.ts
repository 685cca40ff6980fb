import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDeliveries } from '#adapters/csv/deliveries.ts';
import { UNIT_NAMES } from '#core/domain/units.ts';
import { csv, problemsOf, utf8 } from './csv.ts';

const HEADER =
  'note;date;customer;position;article;description;quantity;unit;unit_price;vat_rate;discount_percent;vat_category;place';
const row = {
  note: 'L-1',
  date: '2026-10-01',
  customer: '10001',
  position: '1',
  description: 'Milch',
  quantity: '1',
  unit_price: '1',
  vat_rate: '7',
};
const file = (...rows: Readonly<Record<string, string>>[]) => csv(HEADER, rows);
const read = (...rows: Readonly<Record<string, string>>[]) => readDeliveries(utf8(file(...rows))).records;
const line = (changes: object) => read({ ...row, ...changes })[0]!.lines[0]!;
const refused = (...rows: Readonly<Record<string, string>>[]) => problemsOf(readDeliveries, file(...rows));

test('a row becomes a line of a delivery note, and empty cells take their defaults', () => {
  assert.deepEqual(read(row), [
    {
      number: 'L-1',
      date: '2026-10-01',
      customer: '10001',
      lines: [
        {
          position: 1,
          article: '',
          description: 'Milch',
          quantity: 1_000,
          unit: 'piece',
          unitPrice: 10_000,
          vatRate: 700,
          discount: 0,
          place: '',
          vatCategory: 'S',
        },
      ],
    },
  ]);
});

test('days and decimals are read in their German and their English form', () => {
  assert.equal(read({ ...row, date: '1.10.2026' })[0]?.date, '2026-10-01');
  assert.equal(line({ quantity: '-3,275' }).quantity, -3_275);
  assert.equal(line({ quantity: '-3.275' }).quantity, -3_275);
  assert.equal(line({ unit_price: '0,8915' }).unitPrice, 8_915);
  assert.equal(line({ unit_price: '14.9000' }).unitPrice, 149_000);
  assert.equal(line({ discount_percent: '2,5' }).discount, 250);
});

test('the optional columns for VAT category and place may be absent or empty', () => {
  assert.equal(line({ vat_rate: '0' }).vatCategory, 'Z');
  assert.equal(line({ vat_rate: '0', vat_category: 'ae' }).vatCategory, 'AE');
  assert.equal(line({ place: 'Filiale 2' }).place, 'Filiale 2');
  const short = csv(HEADER.replace(';vat_category;place', ''), [row]);
  assert.deepEqual(readDeliveries(utf8(short)).records, read(row));
});

test('every unit of the table is accepted', () => {
  for (const unit of UNIT_NAMES) assert.equal(line({ unit }).unit, unit);
});

test('the rows of a note may stand apart, and its lines are sorted by position', () => {
  const rows = [
    { ...row, position: '2' },
    { ...row, note: 'L-2' },
    { ...row, position: '1' },
  ];
  const notes = read(...rows).map((note) => [note.number, note.lines.map(({ position }) => position)]);
  assert.deepEqual(notes, [
    ['L-1', [1, 2]],
    ['L-2', [1]],
  ]);
});

test('a note number may appear again in another year', () => {
  assert.equal(read(row, { ...row, date: '2025-10-01', customer: '2' }).length, 2);
});

test('a description that looks like a template, HTML, a path or a formula is kept as it stands', () => {
  for (const description of ['{{{totals}}}', '<b>Milch</b>', '../../etc', 'zwei\nZeilen', '=SUM(A1)']) {
    assert.equal(line({ description }).description, description);
  }
});

const FORM = ' is not a decimal number such as 12,5';
for (const [what, changes, problem] of [
  ['NaN', { quantity: 'NaN' }, `line 2, column quantity: "NaN"${FORM}`],
  ['infinity', { quantity: 'Infinity' }, `line 2, column quantity: "Infinity"${FORM}`],
  ['an exponent', { unit_price: '1e5' }, `line 2, column unit_price: "1e5"${FORM}`],
  [
    'German thousands separators',
    { unit_price: '1.234,56' },
    `line 2, column unit_price: "1.234,56"${FORM}: write it without thousands separators`,
  ],
  [
    'English thousands separators',
    { unit_price: '1,234.56' },
    `line 2, column unit_price: "1,234.56"${FORM}: write it without thousands separators`,
  ],
  [
    'an absurd quantity',
    { quantity: '1000001' },
    'line 2, column quantity: 1000001 is outside -1000000 to 1000000',
  ],
  [
    'a quantity of many digits',
    { quantity: '99999999999999999999' },
    `line 2, column quantity: "99999999999999999999"${FORM}`,
  ],
  [
    'an absurd amount',
    { quantity: '100000', unit_price: '1000' },
    'line 2, column quantity: times the price is more than 10 million euros (it is "100000")',
  ],
  ['too fine a quantity', { quantity: '0,0001' }, 'line 2, column quantity: 0,0001 has more than 3 decimals'],
  [
    'too fine a price',
    { unit_price: '0,00001' },
    'line 2, column unit_price: 0,00001 has more than 4 decimals',
  ],
  ['a negative price', { unit_price: '-1' }, 'line 2, column unit_price: -1 is outside 0 to 1000000'],
  ['no quantity', { quantity: '' }, 'line 2, column quantity: must not be empty'],
  ['no price', { unit_price: ' ' }, 'line 2, column unit_price: must not be empty'],
  ['no VAT rate', { vat_rate: '' }, 'line 2, column vat_rate: must not be empty'],
  ['no description', { description: '' }, 'line 2, column description: must not be empty'],
  ['no position', { position: '' }, 'line 2, column position: must not be empty'],
  ['no note', { note: '' }, 'line 2, column note: must not be empty'],
  ['no day', { date: '' }, 'line 2, column date: must not be empty'],
  ['no customer', { customer: '' }, 'line 2, column customer: must not be empty'],
  [
    'a day that is none',
    { date: '31.02.2026' },
    'line 2, column date: "31.02.2026" is not a day such as 2026-10-31 or 31.10.2026',
  ],
  [
    'an American day',
    { date: '10/31/2026' },
    'line 2, column date: "10/31/2026" is not a day such as 2026-10-31 or 31.10.2026',
  ],
  [
    'a path as note',
    { note: '../L-1' },
    'line 2, column note: must be 1 to 40 letters, digits, dots, hyphens and underscores, beginning and ending with a letter or digit (it is "../L-1")',
  ],
  [
    'a line break in a note',
    { note: 'L\n1' },
    'line 2, column note: must be 1 to 40 letters, digits, dots, hyphens and underscores, beginning and ending with a letter or digit (it is "L\\n1")',
  ],
  [
    'a path as customer',
    { customer: '../1' },
    'line 2, column customer: must be 1 to 20 letters and digits, without hyphens or spaces (it is "../1")',
  ],
  [
    'a line break in a place',
    { place: 'Filiale\n2' },
    'line 2, column place: must not contain line breaks or control characters (it is "Filiale\\n2")',
  ],
  [
    'position nought',
    { position: '0' },
    'line 2, column position: Too small: expected number to be >=1 (it is "0")',
  ],
  ['half a position', { position: '1.5' }, 'line 2, column position: "1.5" is not a whole number'],
  [
    'an unknown unit',
    { unit: 'dozen' },
    `line 2, column unit: Invalid option: expected one of ${UNIT_NAMES.map((unit) => `"${unit}"`).join('|')} (it is "dozen")`,
  ],
  ['a VAT rate that no state has', { vat_rate: '190' }, 'line 2, column vat_rate: 190 is outside 0 to 27'],
  [
    'an unknown VAT category',
    { vat_category: 'X' },
    'line 2, column vat_category: Invalid option: expected one of "S"|"Z"|"E"|"AE"|"K" (it is "X")',
  ],
  [
    'a category against its rate',
    { vat_category: 'E' },
    'line 2, column vat_category: E (not taxed) needs the VAT rate 0',
  ],
  [
    'a discount above all',
    { discount_percent: '101' },
    'line 2, column discount_percent: 101 is outside 0 to 100',
  ],
  [
    'a description of 10,000 characters',
    { description: 'Milch '.repeat(2_000).slice(0, 10_000) },
    'line 2, column description: must not be longer than 1000 characters (it is "Milch Milch Milch Milch Milch Milch Milc…")',
  ],
] as const) {
  test(`${what} is refused with line, column and reason`, () => {
    assert.deepEqual(refused({ ...row, ...changes }), [problem]);
  });
}

test('a note with two days or two customers is refused with both lines', () => {
  const other = { ...row, position: '2', date: '2026-10-02', customer: '10002' };
  assert.deepEqual(refused(row, other), [
    'line 3, column date: note L-1 is of 2026-10-01 in line 2 and of 2026-10-02 here; a note number is unique within a year',
    'line 3, column customer: note L-1 is of 10001 in line 2 and of 10002 here; a note number is unique within a year',
  ]);
});

test('a position that appears twice in a note is refused with both lines', () => {
  assert.deepEqual(refused(row, { ...row, note: 'L-2' }, row), [
    'line 4, column position: note L-1 has its position 1 in line 2 already',
  ]);
});

test('a note that would not fit into the table is refused by name', () => {
  const long = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      ...row,
      position: String(index + 1),
      description: 'ä'.repeat(999),
    }));
  assert.equal(read(...long(150))[0]?.lines.length, 150);
  assert.deepEqual(refused({ ...row, note: 'L-0' }, ...long(250)), [
    'line 3, column note: note L-1 is too large with 250 lines (400 KB, 5000 lines); split it into several notes',
  ]);
});

test('all faults of all rows are reported in the order of the lines', () => {
  const problems = refused(
    { ...row, quantity: 'x', unit_price: '' },
    { ...row, note: '/', vat_rate: 'x', position: '2' },
  );
  assert.deepEqual(
    problems.map((problem) => problem.split(':')[0]),
    [
      'line 2, column quantity',
      'line 2, column unit_price',
      'line 3, column note',
      'line 3, column vat_rate',
    ],
  );
});
