import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { customersCsv, deliveriesCsv, onPaper, settingsJson } from '#test/support/data/import-files.ts';
import { openShop, type Shop } from '#test/support/process/cli.ts';

const customers = (...rows: Parameters<typeof customersCsv>[0]) => customersCsv(rows);
const deliveries = (...rows: Parameters<typeof deliveriesCsv>[0]) => deliveriesCsv(rows);
const good = { note: 'L2', date: '2026-10-05', customer: '1' };

/** Asserts that a file is refused with these words and that nothing of the shop changed. */
async function refuses(shop: Shop, what: string, content: string | Uint8Array, ...words: RegExp[]) {
  const before = shop.rows();
  const said = await shop.refused(what, content);
  for (const word of words) assert.match(said, word);
  assert.deepEqual(shop.rows(), before);
}

async function shopWithNote(t: TestContext): Promise<Shop> {
  const shop = openShop(t);
  await shop.load('settings', settingsJson(1));
  await shop.load('customers', customers(onPaper('1')));
  await shop.load('deliveries', deliveries({ ...good, note: 'L1' }));
  return shop;
}

test('a bad file is refused by line, column and reason, and nothing of it is loaded', async (t) => {
  const shop = await shopWithNote(t);

  await t.test('an empty file is refused', () => refuses(shop, 'customers', '', /The file is empty/));

  await t.test('a file that has only a header is refused', () =>
    refuses(shop, 'deliveries', deliveries(), /no delivery notes below/),
  );

  await t.test('a file with the columns of another kind is refused', () =>
    refuses(shop, 'deliveries', customers(onPaper('2')), /lacks columns.*note, date, customer/),
  );

  await t.test('a row with too few cells is refused', () =>
    refuses(
      shop,
      'deliveries',
      `${deliveries(good)}L3;2026-10-05\n`,
      /line 3: has 2 cells, and the header 11/,
    ),
  );

  await t.test('a note of an unknown customer is refused', () =>
    refuses(
      shop,
      'deliveries',
      deliveries(good, { ...good, note: 'L3', customer: '404' }),
      /Customer 404 of note L3 is not known: load/,
    ),
  );

  await t.test('a note that appears twice is refused', () =>
    refuses(
      shop,
      'deliveries',
      deliveries(good, { ...good, quantity: '2' }, { ...good, position: '2', date: '2026-10-06' }),
      /line 3, column position: note L2 has its position 1 in line 2 already/,
      /line 4, column date: note L2 is of 2026-10-05 in line 2 and of 2026-10-06 here/,
    ),
  );

  await t.test('a customer who appears twice is refused', () =>
    refuses(
      shop,
      'customers',
      customers(onPaper('2'), onPaper('2')),
      /line 3, column number: customer 2 is in line 2/,
    ),
  );

  await t.test('bad cells of delivery notes are refused, each with its line', () =>
    refuses(
      shop,
      'deliveries',
      deliveries(
        ...[
          good,
          { ...good, quantity: 'NaN' },
          { ...good, quantity: '1e9' },
          { ...good, quantity: '99999999999' },
        ],
        ...[
          { ...good, unit_price: '-1' },
          { ...good, unit_price: '1.234,50' },
          { ...good, vat_rate: '190' },
        ],
        ...[
          { ...good, note: '../../etc/passwd' },
          { ...good, note: 'L\n3' },
          { ...good, date: '2026-02-30' },
        ],
        ...[
          { ...good, description: 'x'.repeat(10_000) },
          { ...good, unit: 'barrel' },
          { ...good, article: 'a\nb' },
        ],
        ...[
          { ...good, customer: '../1' },
          { ...good, discount_percent: 'Infinity' },
          { ...good, position: '0' },
        ],
      ),
      /line 3, column quantity: "NaN" is not a decimal number/,
      /line 4, column quantity: "1e9" is not a decimal number/,
      /line 5, column quantity: 99999999999 is outside -1000000 to 1000000/,
      /line 6, column unit_price: -1 is outside/,
      /line 7, column unit_price: .*without thousands separators/,
      /line 8, column vat_rate: 190 is outside 0 to 27/,
      /line 9, column note: must be 1 to 40 letters.*"\.\.\/\.\.\/etc\/passwd"/,
      // The row before spans one line more than it seems to.
      /line 10, column note: must be 1 to 40 letters.*"L\\n3"/,
      /line 12, column date: "2026-02-30" is not a day/,
      /line 13, column description: must not be longer than 1000 characters \(it is "x{40}…"\)/,
      /line 14, column unit: /,
      /line 15, column article: must not contain line breaks/,
      /line 17, column customer: must be 1 to 20 letters and digits.*"\.\.\/1"/,
      /line 18, column discount_percent: "Infinity" is not a decimal number/,
      /line 19, column position: /,
    ),
  );

  await t.test('bad cells of customers are refused, each with its line', () =>
    refuses(
      shop,
      'customers',
      customers(
        ...[onPaper('2'), onPaper('../2'), onPaper('3', { name: '' }), onPaper('4', { name: 'a\r\nb' })],
        ...[
          onPaper('5', { invoice_email: 'a@b.example\r\nBcc: c@d.example' }),
          onPaper('6', { country: 'Austria' }),
        ],
        ...[onPaper('7', { invoice_by_mail: 'maybe' }), onPaper('8', { payment_days: 'NaN' })],
        ...[onPaper('9', { name: 'x'.repeat(10_000) }), onPaper('10', { billing_cycle: 'yearly' })],
      ),
      /line 3, column number: must be 1 to 20 letters and digits.*"\.\.\/2"/,
      /line 4, column name: must not be empty/,
      /line 5, column name: must not contain line breaks.*"a\\nb"/,
      /line 7, column invoice_email: must not contain line breaks.*Bcc/,
      /line 9, column country: must be a two-letter country code/,
      /line 10, column invoice_by_mail: "maybe" is neither yes nor no/,
      /line 11, column payment_days: "NaN" is not a whole number/,
      /line 12, column name: must not be longer than 120 characters/,
      /line 13, column billing_cycle: /,
    ),
  );

  await t.test('a file in UTF-16 is refused', () =>
    refuses(
      shop,
      'customers',
      Buffer.from(`\ufeff${customers(onPaper('2'))}`, 'utf16le'),
      /UTF-16: save it as CSV/,
    ),
  );

  await t.test('bad settings, and settings that are no JSON, are refused', async () => {
    const settings = JSON.parse(settingsJson(1));
    settings.mail.sender.address = 'a@b.example\r\nBcc: c@d.example';
    settings.pdf.filePrefix = '../x';
    await refuses(
      shop,
      'settings',
      JSON.stringify(settings),
      /mail\.sender\.address: must be one/,
      /pdf\.filePrefix: must be letters/,
    );
    await refuses(shop, 'settings', '{"company":', /no JSON/);
  });
});

test('a bad command is refused with the right way to write it, and nothing changes', {
  concurrency: 3,
}, async (t) => {
  const shop = await shopWithNote(t);
  const before = shop.rows();
  const monthly = ['run', '--cycle', 'monthly', '--period'];
  const cases: [string, string[], RegExp][] = [
    ['an unknown command', ['rnu'], /There is no command "rnu": did you mean run\?/],
    ['an inherited name', ['constructor'], /There is no command "constructor"/],
    [
      'an unknown option',
      [...monthly, '2026-10', '--peroid', '2026-10'],
      /There is no option --peroid of run: did you mean --period\?/,
    ],
    ['no period', ['run', '--cycle', 'monthly'], /Say which period is billed/],
    ['no cycle', ['run', '--period', '2026-10'], /--cycle daily, weekly or monthly/],
    ['a 13th month', [...monthly, '2026-13'], /"2026-13" is not a monthly period; write it such as 2026-10/],
    ['a week for a month', [...monthly, '2026-W44'], /weekly ones look like that/],
    [
      'a 54th week',
      ['run', '--cycle', 'weekly', '--period', '2026-W54'],
      /"2026-W54" is not a weekly period/,
    ],
    ['a day that is none', ['run', '--cycle', 'daily', '--period', '2026-02-30'], /is not a daily period/],
    [
      'a date that is none',
      [...monthly, '2026-10', '--invoice-date', 'NaN'],
      /--invoice-date "NaN" is not a day/,
    ],
    ['an unknown customer', [...monthly, '2026-10', '--customers', '1,404'], /Customer 404 is not known/],
    ['an unknown output', [...monthly, '2026-10', '--output', 'fax'], /--output "fax" is none of/],
    ['what is no run', ['report', '../x'], /RUN "\.\.\/x" must be the id of a run/],
    ['an unknown run', ['report', 'x'], /There is no run x/],
    ['paper of an unknown run', ['print-file', 'x', '--to', 'x.pdf'], /There is no run x/],
    ['an unknown invoice', ['reprint', '--number', '1'], /There is no invoice 1/],
    ['a file that is not there', ['import', 'customers', '/nowhere.csv'], /nowhere\.csv cannot be read/],
  ];
  await Promise.all(
    cases.map(([name, args, expected]) =>
      t.test(name, async () => {
        const { code, error } = await shop.json(...args);
        assert.equal(code, 2);
        assert.match(error?.message ?? '', expected);
      }),
    ),
  );
  assert.deepEqual(shop.rows(), before);

  await t.test('without --json the refusal goes to standard error', async () => {
    const { code, stdout, stderr } = await shop.cli(...monthly, '2026-13');
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /^--period "2026-13" is not a monthly period/);
  });

  await t.test('nothing is billed before there are settings', async (t) => {
    const empty = openShop(t);
    const { code, error } = await empty.json(...monthly, '2026-10');
    assert.deepEqual([code, error?.code], [2, 'bad-settings']);
    assert.match(error?.message ?? '', /import settings/);
    assert.deepEqual(empty.rows(), []);
  });
});
