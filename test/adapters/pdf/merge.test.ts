import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { createChromePrinter } from '#adapters/chrome/printer.ts';
import { createTemplates } from '#adapters/handlebars/documents/templates.ts';
import { createPdfMerger } from '#adapters/pdf/merge.ts';
import { printed } from '#test/contracts/printer-contract.ts';
import { PLAIN, sampleInvoice } from '#test/support/data/sample-invoice.ts';
import { readPdf } from '#test/support/documents/pdf-text.ts';
import { FONTS } from '../chrome/fonts.ts';
import { simplePdf } from './simple-pdf.ts';

describe('the merger of PDF files', () => {
  const merger = createPdfMerger();
  const printer = createChromePrinter({ fontsFolder: FONTS });
  after(() => printer.close());

  test('a merged file has every page and its text, in the order of the files', async () => {
    const templates = createTemplates(`${FONTS}/..`);
    const results = await printer.render(
      ['2026000001', '2026000002'].map((number) => ({
        name: number,
        ...templates.invoice(sampleInvoice({ number, lines: 40 }), PLAIN),
      })),
    );
    const files = [...results.map((result) => printed(result).pdf), simplePdf(['last'])];
    const apart = await Promise.all(files.map(readPdf));
    const groups = [files.slice(0, 2), files.slice(2)];
    const merged = await merger.merge(groups, { title: 'Druckdatei Größe', duplex: false });
    const together = await readPdf(merged);
    assert.deepEqual(
      together.pages,
      apart.flatMap(({ pages }) => pages),
    );
    assert.deepEqual(
      together.sizes,
      apart.flatMap(({ sizes }) => sizes),
    );
    assert.match(Buffer.from(merged).toString('latin1'), /\/Title/);
  });

  test('for duplex printing each group begins on an odd page, and blank pages are added only where needed', async () => {
    const wide = Buffer.from(simplePdf(['wide']).toString().replace('[0 0 595 842]', '[0 0 842 842]'));
    const groups = [
      [simplePdf(['A1']), simplePdf(['A2', 'A3'])],
      [simplePdf(['B1', 'B2'])],
      [simplePdf(['C1', 'C2']), wide],
      [simplePdf(['D1'])],
    ];
    const { pages, sizes } = await readPdf(await merger.merge(groups, { title: 'sheets', duplex: true }));
    assert.deepEqual(
      pages.map((lines) => lines.join()),
      ['A1', 'A2', 'A3', '', 'B1', 'B2', 'C1', 'C2', 'wide', '', 'D1'],
    );
    assert.deepEqual(
      sizes.map(([width]) => width),
      [595, 595, 595, 595, 595, 595, 595, 595, 842, 842, 595],
    );
    const oneSided = await readPdf(await merger.merge(groups, { title: 'pages', duplex: false }));
    assert.deepEqual(
      oneSided.pages,
      pages.filter((lines) => lines.length > 0),
    );
  });

  test('200 files are merged within seconds', async () => {
    const groups = Array.from({ length: 200 }, (_, index) => [simplePdf([`file ${index}`, 'second page'])]);
    const start = performance.now();
    const merged = await merger.merge(groups, { title: 'many', duplex: true });
    assert.ok(performance.now() - start < 5000);
    const { pages } = await readPdf(merged);
    assert.equal(pages.length, 400);
    assert.deepEqual(pages[398], ['file 199']);
  });
});
