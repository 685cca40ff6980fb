import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { createChromePrinter } from '#adapters/chrome/printer.ts';
import { createTemplates } from '#adapters/handlebars/documents/templates.ts';
import { createEngine } from '#adapters/handlebars/engine/engine.ts';
import { createSources, readShippedTemplates } from '#adapters/handlebars/engine/sources.ts';
import { cancellationOf } from '#core/domain/cancellation.ts';
import { deliveryOverview } from '#core/domain/delivery-overview.ts';
import type { Invoice } from '#core/domain/invoice.ts';
import type { DocumentText } from '#core/ports.ts';
import { printed } from '#test/contracts/printer-contract.ts';
import { PLAIN, type SampleOptions, sampleInvoice } from '#test/support/data/sample-invoice.ts';
import { monthOf } from '#test/support/data/sample-month.ts';
import { wrongAddress, wrongCarriedSums, wrongTable } from '#test/support/documents/invoice-checks.ts';
import { LONG_CUSTOMER, longLine, mixedLine } from '#test/support/documents/long-texts.ts';
import { illegible, miscounted, outOfBounds, overlaps } from '#test/support/documents/page-checks.ts';
import { type PdfPieces, readPieces } from '#test/support/documents/pdf-pieces.ts';
import { FONTS } from './fonts.ts';

type Language = 'de' | 'en';

/** The left and the right margin of a letter, in millimetres from the left edge of the sheet. */
const LETTER = [25, 195] as const;
const ON_ITS_SIDE = [12, 285] as const;

const templates = createTemplates(`${FONTS}/..`);
const sources = createSources(readShippedTemplates(`${FONTS}/..`));
const languages = { de: createEngine(sources, 'de'), en: createEngine(sources, 'en') };

describe('the layout of printed documents', () => {
  const printer = createChromePrinter({ fontsFolder: FONTS });
  after(() => printer.close());
  const print = async (text: DocumentText) =>
    readPieces(printed((await printer.render([{ name: 'document', ...text }]))[0]).pdf);

  const illReadable = (pieces: PdfPieces, [left, right]: readonly [number, number], language: Language) => [
    ...outOfBounds(pieces, left, right),
    ...overlaps(pieces),
    ...illegible(pieces),
    ...miscounted(pieces, languages[language]),
  ];
  const invoiceFaults = async (invoice: Invoice, change = (html: string) => html) => {
    const { language } = invoice.customer as { readonly language: Language };
    const text = templates.invoice(invoice, PLAIN);
    const pieces = await print({ ...text, html: change(text.html) });
    return [
      ...illReadable(pieces, LETTER, language),
      ...wrongTable(pieces, invoice, languages[language]),
      ...wrongCarriedSums(pieces, invoice, languages[language]),
      ...wrongAddress(pieces, invoice),
    ];
  };

  const long = (language: Language) => ({ customer: { ...LONG_CUSTOMER, language } });
  const invoices: Readonly<Record<string, SampleOptions>> = {
    'one line (de)': { lines: 1 },
    'one line, the longest texts (en)': { lines: 1, line: longLine, ...long('en') },
    '20 lines (en)': { lines: 20, customer: { language: 'en', skontoPercent: '2', skontoDays: 7 } },
    '20 lines, the longest texts (de)': { lines: 20, line: longLine, ...long('de') },
    '60 lines (de)': { lines: 60 },
    '60 lines to places, mixed texts (en)': { lines: 60, line: mixedLine, ...long('en') },
    '900 lines (de)': { lines: 900, linesPerNote: 7 },
  };
  for (const [name, options] of Object.entries(invoices)) {
    test(`the layout of an invoice has no fault: ${name}`, async () => {
      assert.deepEqual(await invoiceFaults(sampleInvoice(options)), []);
    });
  }

  test('the layout of a cancellation has no fault', async () => {
    const invoice = sampleInvoice({ lines: 60 });
    const as = { number: '2026000999', date: '2026-11-03' };
    assert.deepEqual(await invoiceFaults(cancellationOf(invoice, as)), []);
  });

  for (const language of ['de', 'en'] as const) {
    const options = { customer: { language } };
    const overview = (invoice: Invoice) =>
      print(templates.deliveryOverview(invoice, deliveryOverview(invoice), PLAIN));

    test(`an overview of a month with 900 lines shows all days side by side (${language})`, async () => {
      const pieces = await overview(sampleInvoice({ ...monthOf(900), ...options }));
      assert.deepEqual(illReadable(pieces, ON_ITS_SIDE, language), []);
      const heads = pieces.pages[0]!.filter(
        ({ text, font }) => /^\d{1,2}\.?$/.test(text) && font.endsWith('SemiBold'),
      ).slice(0, 27);
      assert.equal(new Set(heads.map(({ baseline }) => Math.round(baseline))).size, 1);
    });

    test(`an overview with mixed and with the longest texts has no fault in its layout (${language})`, async () => {
      const pieces = await overview(sampleInvoice({ ...monthOf(60, mixedLine), ...long(language) }));
      assert.deepEqual(illReadable(pieces, ON_ITS_SIDE, language), []);
    });

    test(`a delivery note with prices and one with the longest texts have no fault in their layout (${language})`, async () => {
      const { company, customer, places } = sampleInvoice(long(language));
      const noteOf = (lines: number, line?: SampleOptions['line']) =>
        sampleInvoice({ lines, linesPerNote: lines, ...(line && { line }) }).places[0]!.notes[0]!;
      assert.equal(places.length, 1);
      for (const [note, prices] of [
        [noteOf(60), true],
        [noteOf(20, longLine), false],
      ] as const) {
        const pieces = await print(
          templates.deliveryNote(
            { ...note, customer: customer.number },
            { company, customer, prices, pdf: PLAIN.pdf },
          ),
        );
        assert.deepEqual(illReadable(pieces, LETTER, language), []);
      }
    });
  }

  test('the checks of the layout notice each kind of fault', async () => {
    const invoice = sampleInvoice({ lines: 60 });
    const broken: Readonly<Record<string, readonly [RegExp, string]>> = {
      '.items { margin-left: -4mm }': [/leaves the margins$|is cut$/, 'beyond the margin'],
      '.items td { letter-spacing: 3mm }': [/lies on/, 'over each other'],
      '.items .lines { height: 2mm; line-height: 2mm; contain: paint; display: block }': [/is cut$/, 'cut'],
      '.facts { color: #999 }': [/too pale$/, 'pale'],
      '.facts td { font-size: 6pt }': [/too small/, 'small'],
      '#row-7 td:last-child { padding-right: 1mm }': [/stands in no column$/, 'out of its column'],
      '#row-9 { display: none }': [/has the amount|items are missing/, 'missing'],
      '@page { @bottom-right-corner { content: "x" } }': [/ends with/, 'without its sum'],
      '.address { padding-top: 20mm }': [/leaves the window|the address zone shows/, 'too low'],
    };
    for (const [css, [complaint, what]] of Object.entries(broken)) {
      const faults = await invoiceFaults(invoice, (html) =>
        html.replace('</head>', `<style>${css}</style></head>`),
      );
      assert.ok(
        faults.some((fault) => complaint.test(fault)),
        `${what}: ${faults.join('\n')}`,
      );
    }
  });
});
