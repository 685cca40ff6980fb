import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunReport } from '#core/runs/run-report.ts';
import { treePss } from '#test/bench/process-tree.ts';
import { customersCsv, deliveriesCsv, onPaper, settingsJson } from '#test/support/data/import-files.ts';
import { readPdf } from '#test/support/documents/pdf-text.ts';
import { openShop } from '#test/support/process/cli.ts';

const NOTES = 250;
const LINES_A_NOTE = 20;
/** Prices are in ten-thousandths of a euro, and rates in percent. */
const ARTICLES = [
  { price: 8915, rate: 7 },
  { price: 31_000, rate: 19 },
  { price: 14_9000, rate: 7 },
] as const;

const lines = Array.from({ length: NOTES * LINES_A_NOTE }, (_, index) => {
  const article = index % 30;
  return {
    article,
    ...ARTICLES[index % 3]!,
    quantity: (index % 24) + 1,
    note: Math.floor(index / LINES_A_NOTE),
  };
});
const rounded = (numerator: number, denominator: number) => Math.floor(numerator / denominator + 0.5);
const netOf = (some: typeof lines) =>
  some.reduce((sum, { price, quantity }) => sum + rounded(price * quantity, 100), 0);
const vatOf = (rate: number) => rounded(netOf(lines.filter((line) => line.rate === rate)) * rate, 100);
const plain = (cents: number) => (cents / 100).toFixed(2);
const german = (cents: number) =>
  `${(cents / 100).toLocaleString('de-DE', { minimumFractionDigits: 2, maximumFractionDigits: 2 })} €`;

test('250 notes with 5,000 lines make one invoice', async (t) => {
  const shop = openShop(t);
  await shop.load('settings', settingsJson(1, { mail: { transport: 'off' } }));
  await shop.load('customers', customersCsv([onPaper('1', { delivery_overview: 'yes' })]));
  const day = (note: number) => String((note % 31) + 1).padStart(2, '0');
  const rows = lines.map(({ article, price, rate, quantity, note }, index) => ({
    ...{ note: `L${note}`, date: `2026-10-${day(note)}`, customer: '1' },
    ...{ position: String((index % LINES_A_NOTE) + 1), article: `A${article}` },
    ...{ description: `Molkereiartikel ${article}`, quantity: String(quantity) },
    unit_price: (price / 10_000).toFixed(4),
    vat_rate: String(rate),
  }));
  const loading = performance.now();
  assert.equal((await shop.load('deliveries', deliveriesCsv(rows))).created, NOTES);
  const billing = performance.now();
  const running = shop.start(
    ...([
      'cli',
      'run',
      '--cycle',
      'monthly',
      '--period',
      '2026-10',
      '--invoice-date',
      '2026-11-02',
      '--json',
    ] as const),
  );
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, treePss(running.process.pid) ?? 0);
  }, 300);
  const { code, stdout, stderr } = await running.ended;
  clearInterval(watch);
  const end = performance.now();
  assert.deepEqual([code, stderr], [0, '']);
  const report: RunReport = JSON.parse(stdout);
  const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(1);
  t.diagnostic(
    `import ${seconds(loading, billing)} s, run ${seconds(billing, end)} s, ${most.toFixed(0)} MB at most`,
  );

  await t.test('the totals of the big invoice are right to the cent', () => {
    const [net, vat] = [netOf(lines), vatOf(7) + vatOf(19)];
    assert.deepEqual(report.totals, { net: plain(net), vat: plain(vat), gross: plain(net + vat) });
    assert.deepEqual([report.counts.notes, report.counts.issued, report.discrepancies], [NOTES, 1, []]);
  });

  await t.test('the documents of the big invoice are complete', async () => {
    const [invoice, overview] = await Promise.all(
      [...shop.archive().values()].map((bytes) => readPdf(bytes)),
    );
    const shown = invoice!.text.match(/Molkereiartikel/g)?.length;
    const last = invoice!.pages.at(-1)!.join('\n');
    assert.equal(shown, lines.length);
    assert.ok(last.includes(german(netOf(lines) + vatOf(7) + vatOf(19))), last);
    const { length: pages } = invoice!.pages;
    assert.ok(pages > 80 && pages < 200, `${pages} pages`);
    assert.match(last, new RegExp(`Seite ${pages} von ${pages}`));
    assert.equal(overview!.text.match(/Molkereiartikel/g)?.length, 30 * blocksOf(overview!.text));
    t.diagnostic(`${pages} pages and ${overview!.pages.length} of the overview`);
  });

  await t.test('all notes of the big invoice are billed, and none is open or claimed any more', () => {
    const items = shop.rows();
    const notes = items.filter((row) => /^NOTE#\S+ NOTE /.test(row));
    assert.equal(notes.filter((row) => row.includes('"invoice":"2026000001"')).length, NOTES);
    assert.deepEqual(
      items.filter((row) => row.includes(' OPEN#')),
      [],
    );
    assert.match(
      items.find((row) => row.startsWith('CUSTOMER#1 BILLING ')) ?? '',
      / \{"claims":\[\],"v":\d+\}$/,
    );
  });

  await t.test('the big invoice takes seconds and a reasonable amount of memory', () => {
    assert.ok(end - billing < 90_000, `the run took ${seconds(billing, end)} s`);
    assert.ok(most < 2000, `${most.toFixed(0)} MB`);
  });
});

/** Reads in how many tables the overview comes; each table lists all articles. */
const blocksOf = (overview: string): number => Number(/Teil 1 von (\d)/.exec(overview)?.[1] ?? 1);
