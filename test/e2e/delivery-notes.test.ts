import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  byMail,
  customersCsv,
  deliveriesCsv,
  onPaper,
  settingsJson,
} from '#test/support/data/import-files.ts';
import { readPdf } from '#test/support/documents/pdf-text.ts';
import { openShop } from '#test/support/process/cli.ts';

const RUN = ['run', '--cycle', 'monthly', '--period', '2026-10', '--invoice-date', '2026-11-02'];
interface Told {
  readonly notes: readonly { readonly note: string; readonly key: string }[];
  readonly held: readonly {
    readonly note: string;
    readonly reasons: readonly string[];
  }[];
  readonly files: readonly string[];
}

test('delivery notes are printed as documents, and print files suit duplex printing', async (t) => {
  const shop = openShop(t);
  await shop.load('settings', settingsJson(1, { pdf: { duplex: true }, mail: { transport: 'off' } }));
  await shop.load('customers', customersCsv([onPaper('10', { delivery_overview: 'yes' }), byMail('9')]));
  const note = (number: string, customer: string, date: string) => ({
    note: number,
    customer,
    date,
  });
  const long = Array.from({ length: 60 }, (_, index) => ({
    ...note('L2', '10', '2026-10-06'),
    position: String(index + 1),
  }));
  await shop.load(
    'deliveries',
    deliveriesCsv([
      note('L1', '9', '2026-10-05'),
      ...long,
      note('L3', '10', '2026-10-07'),
      note('L1', '9', '2027-01-02'),
    ]),
  );
  const ask = (...args: string[]) => shop.json<Told>('delivery-notes', ...args);
  /** Names each page by the title and page number of its document; a blank page is "nothing". */
  const pagesOf = async (file: string) =>
    (await readPdf(readFileSync(file))).pages.map((lines) => {
      const text = lines.join('\n');
      const title = /(?:Lieferschein L\d|Rechnung|Lieferübersicht)/.exec(text)?.[0] ?? 'nothing';
      return title === 'Lieferübersicht' || title === 'nothing'
        ? title
        : `${title} ${/Seite (\d)/.exec(text)?.[1]}`;
    });

  await t.test('printed delivery notes are merged, each on a sheet of its own', async () => {
    const to = shop.at('notes.pdf');
    const { code, value } = await ask('--period', '2026-10', '--to', to);
    assert.deepEqual([code, value.files], [0, [to]]);
    assert.deepEqual(
      value.notes.map(({ key }) => key),
      [
        'delivery-notes/2026/10/05/Lieferschein-9-L1-2026-10-05.pdf',
        'delivery-notes/2026/10/06/Lieferschein-10-L2-2026-10-06.pdf',
        'delivery-notes/2026/10/07/Lieferschein-10-L3-2026-10-07.pdf',
      ],
    );
    assert.deepEqual(await pagesOf(to), [
      ...['Lieferschein L1 1', 'nothing', 'Lieferschein L2 1', 'Lieferschein L2 2', 'Lieferschein L3 1'],
    ]);
  });

  await t.test(
    'after billing the delivery notes have the same bytes, in a folder each under its name',
    async () => {
      const before = shop.archive();
      assert.equal((await shop.json(...RUN, '--output', 'print', '--to', shop.at('run.pdf'))).code, 0);
      const { value } = await ask('--customer', '10', '--to', `${shop.at('folder')}/`);
      assert.equal(value.files.length, 2);
      for (const name of readdirSync(shop.at('folder'))) {
        const [, bytes] = [...before].find(([key]) => key.endsWith(`/${name}`))!;
        assert.deepEqual(readFileSync(shop.at(`folder/${name}`)), bytes);
      }
      const notes = [...shop.archive().keys()].filter((key) => key.startsWith('delivery-notes/'));
      assert.equal(notes.length, 3);
    },
  );

  await t.test('in a print file each invoice with its overview begins on a sheet of its own', async () => {
    // The invoice of customer 9 has one page; that of customer 10 has two, and its overview follows at once.
    const run = ['Rechnung 1', 'nothing', 'Rechnung 1', 'Rechnung 2', 'Lieferübersicht'];
    assert.deepEqual(await pagesOf(shop.at('run.pdf')), run);
    await shop.json('reprint', '--period', '2026-10', '--to', shop.at('again.pdf'));
    assert.deepEqual(await pagesOf(shop.at('again.pdf')), run);
    await shop.json('reprint', '--customer', '9', '--to', shop.at('one.pdf'));
    const archived = [...shop.archive()].find(([key]) => key.endsWith('-2026000001-2026-11-02-1.pdf'));
    assert.deepEqual(readFileSync(shop.at('one.pdf')), archived?.[1]);
  });

  await t.test(
    'output pdf only files the documents and mails nothing, and prices make another document',
    async () => {
      const { code, stdout } = await shop.cli(
        ...['delivery-notes', '--number', 'L3', '--prices', '--output', 'pdf'],
      );
      assert.deepEqual(
        [code, stdout],
        [
          0,
          '1 delivery notes are in the archive; nothing was mailed, only invoices are.\n' +
            'delivery-notes/2026/10/07/Lieferschein-10-L3-2026-10-07-2.pdf\n',
        ],
      );
    },
  );

  await t.test('a wrong selection is refused and changes nothing', async () => {
    const before = shop.rows();
    for (const [args, message] of [
      [['--number', 'L1'], /several delivery notes L1: say which one, 2026\/L1 or 2027\/L1/],
      [['--year', '2026'], /--number or --customer/],
    ] as const) {
      const { code, error } = await ask(...args);
      assert.equal(code, 2);
      assert.match(error?.message ?? '', message);
    }
    assert.deepEqual(shop.rows(), before);
    const one = await ask('--number', 'L1', '--year', '2027', '--output', 'pdf');
    assert.deepEqual(one.value.notes[0]?.note, '2027/L1');
  });

  await t.test('notes that cannot be printed are named, with exit code 1', async () => {
    await shop.load(
      'deliveries',
      deliveriesCsv([{ ...note('L4', '9', '2026-11-05'), description: 'Eis ☃' }]),
    );
    const { code, value } = await ask('--period', '2026-11', '--to', shop.at('none.pdf'));
    assert.equal(code, 1);
    assert.deepEqual([value.notes, value.files], [[], []]);
    assert.match(value.held[0]?.reasons[0] ?? '', /Note L4, position 1's description contains "☃"/);
  });
});
