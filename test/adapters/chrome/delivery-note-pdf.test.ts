import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { createChromePrinter } from '#adapters/chrome/printer.ts';
import { createTemplates } from '#adapters/handlebars/documents/templates.ts';
import { printed } from '#test/contracts/printer-contract.ts';
import { type SampleNoteOptions, sampleNote } from '#test/support/data/sample-note.ts';
import { readPdf } from '#test/support/documents/pdf-text.ts';
import { FONTS } from './fonts.ts';

describe('a delivery note on paper', () => {
  const templates = createTemplates(`${FONTS}/..`);
  const printer = createChromePrinter({ fontsFolder: FONTS });
  after(() => printer.close());
  const print = async (options: SampleNoteOptions) => {
    const text = templates.deliveryNote(...sampleNote(options));
    const [result] = await printer.render([{ name: 'delivery note', ...text }]);
    return readPdf(printed(result).pdf);
  };
  const ITEM = /^\d+ (?:1001|1014|2003|3100|9001) /;

  test('each page has the column heads, its page number and the note number; the receipt stands below an item', async () => {
    for (const prices of [false, true]) {
      for (let lines = 28; lines < 60; lines += 3) {
        const { pages, sizes } = await print({ prices, lines });
        const items = pages.flat().filter((line) => ITEM.test(line));
        assert.equal(items.length, lines);
        for (const [index, page] of pages.entries()) {
          assert.deepEqual(sizes[index]?.map(Math.round), [595, 842]);
          const head = prices ? 'Menge Einheit Preis Netto €' : 'Menge Einheit';
          assert.ok(page.includes(`Pos. Artikel Bezeichnung ${head}`), `page ${index + 1} of ${lines} lines`);
          assert.ok(page.includes(`Seite ${index + 1} von ${pages.length}`));
          assert.ok(page.some((line) => line.includes('Lieferschein L-2610-0001')));
        }
        const last = pages.at(-1)!;
        assert.ok(last.some((line) => ITEM.test(line)));
        for (const closing of prices ? ['Summe netto', 'Ware erhalten'] : ['Ware erhalten']) {
          assert.equal(last.filter((line) => line.startsWith(closing)).length, 1, closing);
        }
      }
    }
  });

  test('a line grows to as many rows as its text needs, and a return is shown as a negative amount', async () => {
    const { pages } = await print({
      prices: true,
      lines: 1,
      line: () => ({ description: `${'Bergkäse '.repeat(20)}Ende`, quantity: '-1234.567' }),
    });
    assert.match(pages[0]!.find((line) => ITEM.test(line))!, /-1\.234,567 l 0,8915 -1\.100,62$/);
    assert.ok(pages[0]!.some((line) => /Bergkäse Ende$/.test(line)));
  });
});
