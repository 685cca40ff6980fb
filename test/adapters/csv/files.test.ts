import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCustomers } from '#adapters/csv/customers.ts';
import { readDeliveries } from '#adapters/csv/deliveries.ts';
import { csv, problemsOf, utf8, windows1252 } from './csv.ts';

const HEADER =
  'note;date;customer;position;article;description;quantity;unit;unit_price;vat_rate;discount_percent';
const row = {
  note: 'L-1',
  date: '2026-10-01',
  customer: '10001',
  position: '1',
  description: 'Käse',
  quantity: '1',
  unit_price: '1',
  vat_rate: '7',
};
const refused = (file: string | Uint8Array) => problemsOf(readDeliveries, file);

test('an empty file is refused', () => {
  for (const file of ['', '\ufeff', '\n\r\n', ';;;;\n']) {
    assert.match(
      refused(file)[0]!,
      /^The file is empty: a file of delivery notes begins with a row of column names/,
    );
  }
});

test('a file that has only a header is refused', () => {
  for (const end of ['', '\n', '\n\n;;;;;;;;;;\n']) {
    assert.deepEqual(refused(HEADER + end), ['The file has a header and no delivery notes below it.']);
  }
});

test('a file that lacks columns is refused, and the refusal names them', () => {
  assert.deepEqual(refused(csv(HEADER.replace(';unit_price', ';price').replace('customer;', ''), [row])), [
    'The file lacks columns that a file of delivery notes has: customer, unit_price. They may be empty.',
  ]);
  assert.match(
    problemsOf((bytes) => readCustomers(bytes, ['de']), csv(HEADER, [row]))[0]!,
    /^The file lacks columns .*: number, name, /,
  );
});

test('a header that names a column twice is refused', () => {
  assert.deepEqual(refused(csv(`${HEADER};NOTE;Quantity`, [row])), [
    'The header names a column twice: note, quantity. Leave one of them.',
  ]);
});

test('a row with too few or too many cells is refused with its line', () => {
  const text = csv(HEADER, [row, { ...row, position: '2' }, { ...row, position: '3' }]);
  const lines = text.split('\n');
  const cut = [...lines.slice(0, 2), lines[2]!.slice(0, -2), `${lines[3]};9`].join('\n');
  assert.deepEqual(refused(cut), [
    'line 3: has 10 cells, and the header 11; put cells with separators or line breaks in quotation marks',
    'line 4: has 12 cells, and the header 11; put cells with separators or line breaks in quotation marks',
  ]);
});

test('in a file separated by commas, a decimal comma must stand in quotation marks', () => {
  const text = csv(HEADER, [{ ...row, quantity: '1,5' }], ',');
  assert.equal(readDeliveries(utf8(text)).records[0]?.lines[0]?.quantity, 1_500);
  assert.match(refused(text.replaceAll('"', ''))[0]!, /^line 2: has 12 cells, and the header 11/);
  // 3,10 € at 19 % must not be read as 3 € at 10 % with a discount of 19 %.
  const price = csv(HEADER, [{ ...row, unit_price: '3.10', vat_rate: '19' }], ',').replace('3.10', '3,10');
  assert.match(refused(price)[0]!, /^line 2: has 12 cells, and the header 11/);
});

test('separators inside the name of a column do not count when the separator of the file is found', () => {
  const text = csv(`${HEADER};x`, [row]).replace(';x\n', `;"${'x,'.repeat(20)}"\n`);
  const { records, notices } = readDeliveries(utf8(text));
  assert.equal(records.length, 1);
  assert.equal(notices.length, 1);
});

test('faults are reported in the order of the lines', () => {
  const text = csv(HEADER, [
    { ...row, quantity: 'x' },
    { ...row, position: '2' },
  ]);
  assert.deepEqual(
    refused(text.replace(/;\n$/, '\n')).map((problem) => problem.slice(0, 7)),
    ['line 2,', 'line 3:'],
  );
});

test('a quotation mark that is never closed is refused with the line on which its row begins', () => {
  const text = csv(HEADER, [
    row,
    { ...row, position: '2', description: 'zwei\nZeilen' },
    { ...row, position: '3' },
  ]);
  assert.deepEqual(refused(text.replace(/Käse(?=[^ä]*$)/, '"Käse')), [
    'A quotation mark in line 5 is opened and never closed: close it or take it away.',
  ]);
  assert.match(refused(`"${HEADER}`)[0]!, /in line 1 is opened/);
});

test('lines are counted as an editor counts them', () => {
  const rows = [
    { ...row, description: 'eine\nzweite\r\ndritte' },
    { ...row, position: '2', quantity: 'x' },
    { ...row, position: '3', quantity: 'y' },
  ];
  const text = csv(HEADER, rows).replaceAll('\n', '\r\n').replaceAll('\r\r', '\r');
  assert.deepEqual(
    refused(text.replace(/(?=L-1;2026-10-01;10001;3)/, '\r\n;;\r\n')).map((problem) => problem.slice(0, 25)),
    ['line 5, column quantity: ', 'line 8, column quantity: '],
  );
});

test('at most fifty faults of a file are reported, and nothing of it is loaded', () => {
  const rows = Array.from({ length: 60 }, (_, index) => ({
    ...row,
    position: String(index + 1),
    quantity: 'x',
  }));
  const problems = refused(csv(HEADER, rows));
  assert.equal(problems.length, 50);
  assert.equal(problems[49], 'line 51, column quantity: "x" is not a decimal number such as 12,5');
  assert.throws(() => readDeliveries(utf8(csv(HEADER, rows))), {
    message: /^Nothing of the file was loaded: line 2, column quantity: .* \(and 49 more\)$/,
  });
});

test('UTF-16 is refused, and damaged UTF-8 is refused with its line', () => {
  const text = csv(HEADER, [row, { ...row, position: '2', description: 'Süßes, Öl' }]);
  assert.match(refused(new Uint8Array([0xff, 0xfe, ...Buffer.from(text, 'utf16le')]))[0]!, /UTF-16/);
  const bytes = utf8(text);
  const spot = bytes.indexOf(0xc3, bytes.indexOf(0xc3) + 1);
  assert.deepEqual(refused(Uint8Array.from([...bytes].toSpliced(spot, 1))), [
    'The file is in UTF-8, but line 3 has bytes that are not: save the file anew in UTF-8.',
  ]);
});

test('bytes that Windows-1252 does not define are refused with line and column', () => {
  const bytes = windows1252(csv(HEADER, [{ ...row, description: 'K\u00e4se \u00fc\u0081' }]));
  assert.deepEqual(refused(bytes), [
    'line 2, column description: must not contain control characters (it is "Käse ü\u0081")',
  ]);
});
