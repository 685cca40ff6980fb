import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { createChromePrinter } from '#adapters/chrome/printer.ts';
import { createTemplates } from '#adapters/handlebars/document-templates.ts';
import { createPdfMerger } from '#adapters/pdf/merge.ts';
import { printed } from '#test/contracts/printer-contract.ts';
import { readPdf } from '#test/support/pdf-text.ts';
import { PLAIN, sampleInvoice } from '#test/support/sample-invoice.ts';
import { FONTS } from '../chrome/fonts.ts';
import { simplePdf } from './simple-pdf.ts';

describe('merging files', () => {
  const merger = createPdfMerger();
  const printer = createChromePrinter({ fontsFolder: FONTS });
  after(() => printer.close());

  test('keeps every page and its text, in the order of the files', async () => {
    const templates = createTemplates(`${FONTS}/..`);
    const results = await printer.render(
      ['2026000001', '2026000002'].map((number) => ({
        name: number,
        ...templates.invoice(sampleInvoice({ number, lines: 40 }), PLAIN),
      })),
    );
    const files = [...results.map((result) => printed(result).pdf), simplePdf(['last'])];
    const apart = await Promise.all(files.map(readPdf));
    const merged = await merger.merge(files, { title: 'Druckdatei Größe' });
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

  test('200 files take seconds at most', async () => {
    const files = Array.from({ length: 200 }, (_, index) => simplePdf([`file ${index}`, 'second page']));
    const start = performance.now();
    const merged = await merger.merge(files, { title: 'many' });
    assert.ok(performance.now() - start < 5000);
    const { pages } = await readPdf(merged);
    assert.equal(pages.length, 400);
    assert.deepEqual(pages[398], ['file 199']);
  });
});
