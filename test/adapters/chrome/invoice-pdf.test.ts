import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { createChromePrinter } from '#adapters/chrome/printer.ts';
import { createTemplates } from '#adapters/handlebars/documents/templates.ts';
import { deliveryOverview } from '#core/domain/delivery-overview.ts';
import type { Invoice } from '#core/domain/invoice.ts';
import { plainDecimal } from '#core/domain/money.ts';
import type { DocumentText } from '#core/ports.ts';
import { printed } from '#test/contracts/printer-contract.ts';
import { PLAIN, sampleInvoice } from '#test/support/data/sample-invoice.ts';
import { type PdfContent, readPdf } from '#test/support/documents/pdf-text.ts';
import { FONTS } from './fonts.ts';

const templates = createTemplates(`${FONTS}/..`);
const ITEM = /^\d+ (?:1001|1014|2003|3100|9001) /;
const SKONTO = { skontoPercent: '2', skontoDays: 7 };
const byPlace = (lines: number) => ({ lines, line: (index: number) => ({ place: `Filiale ${index % 3}` }) });

describe('invoices and delivery overviews on paper', () => {
  const printer = createChromePrinter({ fontsFolder: FONTS });
  after(() => printer.close());
  const print = async (text: DocumentText) => {
    const result = printed((await printer.render([{ name: 'document', ...text }]))[0]);
    const content = await readPdf(result.pdf);
    assert.equal(content.pages.length, result.pages);
    return content;
  };
  const invoicePdf = (invoice: Invoice) => print(templates.invoice(invoice, PLAIN));

  for (const language of ['de', 'en'] as const) {
    const euro = (cents: number) => {
      const [whole = '', fraction = ''] = plainDecimal(cents, 2).split('.');
      const grouped = (mark: string) => whole.replace(/\B(?=(?:\d{3})+$)/g, mark);
      return language === 'de' ? `${grouped('.')},${fraction} €` : `€${grouped(',')}.${fraction}`;
    };

    test(`an invoice of 60 lines shows every line and amount, with head, foot and number on each page (${language})`, async () => {
      const invoice = sampleInvoice({ lines: 60, customer: { language, ...SKONTO } });
      const { pages, text } = await invoicePdf(invoice);
      assert.ok(pages.length >= 2);
      for (const [index, page] of pages.entries()) {
        const count = language === 'de' ? `Seite ${index + 1} von` : `Page ${index + 1} of`;
        const head =
          language === 'de' ? /^Pos\. Artikel Bezeichnung Menge/ : /^Pos\. Article Description Quantity/;
        assert.ok(
          page.some((line) => line.includes(`${count} ${pages.length}`)),
          `page ${index + 1}`,
        );
        assert.ok(
          page.some((line) => head.test(line)),
          `head of page ${index + 1}`,
        );
        const foot = page.slice(-7).join('\n');
        for (const said of ['Molkerei Wiesengrund GmbH', 'DE02 1203', 'DE123456788', 'HRB 4711']) {
          assert.ok(foot.includes(said), `${said} at the foot of page ${index + 1}`);
        }
      }
      const shown = text.split('\n').filter((line) => ITEM.test(line));
      assert.equal(shown.length, 60);
      const { totals, skonto } = invoice;
      const amounts = [totals.net, totals.vat, totals.gross, skonto!.amount, skonto!.payable];
      for (const amount of [...amounts, ...totals.vatRows.flatMap(({ net, vat }) => [net, vat])]) {
        assert.ok(text.includes(euro(amount)), euro(amount));
      }
    });
  }

  test('the totals stay together on the last page, and at least one item stands above them', async () => {
    // With these sizes the totals would straddle the end of a page, or just not fit on it.
    const sizes = [...[20, 50, 53, 56, 88, 91].map((lines) => ({ lines })), ...[30, 33, 58].map(byPlace)];
    for (const options of sizes) {
      const { pages } = await invoicePdf(sampleInvoice({ ...options, customer: SKONTO }));
      const last = pages.at(-1)!;
      const starts = ['Summe netto', 'Rechnungsbetrag', 'Bitte überweisen', 'Unser Konto', 'Bei Zahlung bis'];
      // The words beside the GiroCode may share a line with a sum, so that a pattern may match inside a line.
      const order = [ITEM, ...starts.map((start) => new RegExp(`\\b${start}`))].map((pattern) =>
        last.findIndex((line) => pattern.test(line)),
      );
      assert.ok(order[0]! >= 0, `${options.lines} lines: no item on the last page`);
      assert.deepEqual(
        order,
        order.toSorted((a, b) => a - b),
        `${options.lines} lines: ${order}`,
      );
      for (const page of pages.slice(0, -1)) assert.doesNotMatch(page.join('\n'), /Summe netto/);
    }
  });

  test('the address stands in the window of an envelope (DIN 5008 form B)', async () => {
    const { positions } = await invoicePdf(sampleInvoice());
    const name = positions.find(({ text }) => text.startsWith('Hotel Alpenblick'))!;
    const millimetres = (points: number) => (points / 72) * 25.4;
    assert.ok(Math.abs(millimetres(name.x) - 25) < 1, `${millimetres(name.x)} mm from the left`);
    const top = millimetres(name.fromTop);
    assert.ok(top > 45 + 17 && top < 45 + 45, `${top} mm from the top`);
  });

  test('an invoice of 900 lines is printed down to its last delivery note', async () => {
    const { pages, text } = await invoicePdf(sampleInvoice({ lines: 900, linesPerNote: 7 }));
    assert.ok(pages.length > 15);
    assert.match(text, /Lieferschein L-2610-0129 vom/);
  });

  test('a delivery overview is printed in landscape and ends with the net sum of the invoice', async () => {
    const invoice = sampleInvoice({ lines: 80 });
    const overview = deliveryOverview(invoice);
    const { sizes, text }: PdfContent = await print(templates.deliveryOverview(invoice, overview, PLAIN));
    assert.ok(sizes.every(([width, height]) => width > height));
    assert.match(
      text,
      new RegExp(
        `Summe netto € ${plainDecimal(invoice.totals.net, 2)
          .replace('.', ',')
          .replace(/(\d)(\d{3},)/, '$1.$2')}`,
      ),
    );
  });

  test('a draft is marked as a draft on each page', async () => {
    const { pages } = await print(templates.invoice(sampleInvoice({ lines: 60 }), { ...PLAIN, draft: true }));
    assert.ok(pages.every((page) => page.some((line) => line.includes('ENTWURF'))));
  });
});
