import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { PrintableDocument, Printer, PrintResult } from '#core/ports.ts';
import { readPdf } from '#test/support/documents/pdf-text.ts';

export interface PrinterCase {
  open(): Printer;
  /** A document that this printer cannot print, however often it tries. */
  readonly faulty: PrintableDocument;
  /** PostScript name of the regular font that must be embedded. */
  readonly font: string;
}

const PAGE =
  '<!doctype html><meta charset="utf-8"><style>@page { size: A4 } body { font: 10pt "Source Sans 3" }</style>';

/** Makes a short document with this many pages. */
export const letter = (text: string, pages = 1): PrintableDocument => ({
  name: text,
  html: `${PAGE}<p>${text}</p>${'<p style="break-before: page">next</p>'.repeat(pages - 1)}`,
});

export function printed(result: PrintResult | undefined): {
  readonly pdf: Uint8Array;
  readonly pages: number;
} {
  if (!result?.ok) assert.fail(result?.reason ?? 'no result');
  return result;
}

/** Runs the suite of what every printer promises. */
export function printerContract(name: string, { open, faulty, font }: PrinterCase): void {
  describe(`printer: ${name}`, () => {
    let printer: Printer;
    before(() => {
      printer = open();
    });
    after(() => printer.close());

    test('prints the content of each document, in the order given', async () => {
      const results = await printer.render([
        letter('Grüße aus Łódź, Ωμέγα, Привет – 1.234,56 €'),
        letter('second', 3),
      ]);
      const [first, second] = results.map(printed);
      const content = await readPdf(first!.pdf);
      assert.deepEqual(content.pages, [['Grüße aus Łódź, Ωμέγα, Привет – 1.234,56 €']]);
      assert.equal(first!.pages, 1);
      assert.equal(second!.pages, 3);
      assert.deepEqual((await readPdf(second!.pdf)).pages, [['second'], ['next'], ['next']]);
    });

    test('prints on A4 unless the document sets another page size', async () => {
      const landscape = {
        name: 'landscape',
        html: `${PAGE}<style>@page { size: A4 landscape }</style><p>wide`,
      };
      const sizes = (await printer.render([letter('tall'), landscape])).map(async (result) => {
        const [[width, height] = [0, 0]] = (await readPdf(printed(result).pdf)).sizes;
        return [Math.round((width / 72) * 25.4), Math.round((height / 72) * 25.4)];
      });
      assert.deepEqual(await Promise.all(sizes), [
        [210, 297],
        [297, 210],
      ]);
    });

    test('embeds the shipped font', async () => {
      const { pdf } = printed((await printer.render([letter('Schrift')]))[0]);
      const fonts = [
        ...Buffer.from(pdf)
          .toString('latin1')
          .matchAll(/\/FontName \/(?:[A-Z]{6}\+)?(\S+)/g),
      ];
      assert.deepEqual([...new Set(fonts.map(([, fontName]) => fontName))], [font]);
    });

    test('says why a document cannot be printed and still prints the others', async () => {
      const [before, failed, after] = await printer.render([letter('before'), faulty, letter('after')]);
      assert.deepEqual((await readPdf(printed(before).pdf)).pages, [['before']]);
      assert.deepEqual((await readPdf(printed(after).pdf)).pages, [['after']]);
      if (failed?.ok !== false) assert.fail('the faulty document was printed');
      assert.match(failed.reason, new RegExp(`^${faulty.name} could not be printed: .`));
    });

    test('prints carried sums at the foot of a page and the head of the next', async () => {
      const rows = Array.from({ length: 7 }, (_, row) => {
        const breaks = row === 3 || row === 4 ? ' style="break-before: page"' : '';
        return `<p id="row-${row}"${breaks}>row ${row}</p>`;
      });
      const html = `${PAGE}<style>@page {
        @top-left { content: counter(page, brought-forward) } @bottom-left { content: counter(page, carried-forward) } }
        </style><body>${rows.join('')}<p style="break-before: page">end</p></body>`;
      const carried = rows.map((_, row) => ({ foot: `foot "${row}" €`, head: `head ${row}` }));
      const { pdf, pages } = printed((await printer.render([{ name: 'sums', html, carried }]))[0]);
      assert.equal(pages, 4);
      assert.deepEqual((await readPdf(pdf)).pages, [
        ['row 0', 'row 1', 'row 2', 'foot "2" €'],
        ['head 2', 'row 3', 'foot "3" €'],
        ['head 3', 'row 4', 'row 5', 'row 6'],
        ['end'],
      ]);
      const short = { name: 'short', html: letter('short').html, carried };
      assert.deepEqual((await readPdf(printed((await printer.render([short]))[0]).pdf)).pages, [['short']]);
    });

    test('keeps the documents of simultaneous calls apart', async () => {
      const texts = ['one', 'two', 'three', 'four'];
      const calls = await Promise.all(
        texts.map((text) => printer.render([letter(text), letter(`${text} again`)])),
      );
      for (const [index, results] of calls.entries()) {
        const said = await Promise.all(
          results.map(async (result) => (await readPdf(printed(result).pdf)).text),
        );
        assert.deepEqual(said, [texts[index], `${texts[index]} again`]);
      }
    });

    test('returns nothing for no documents, and prints again after being closed', async () => {
      assert.deepEqual(await printer.render([]), []);
      await printer.close();
      await printer.close();
      assert.equal(printed((await printer.render([letter('again')]))[0]).pages, 1);
    });
  });
}
