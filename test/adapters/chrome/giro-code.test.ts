import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import jsqr from 'jsqr';
import { createChromePrinter } from '#adapters/chrome/printer.ts';
import { createTemplates } from '#adapters/handlebars/documents/templates.ts';
import { pdfToPng } from '#cli/pdf-to-png.ts';
import { cancellationOf } from '#core/domain/cancellation.ts';
import { giroCodePayload } from '#core/domain/giro-code.ts';
import type { Invoice } from '#core/domain/invoice.ts';
import { printed } from '#test/contracts/printer-contract.ts';
import { PLAIN, sampleInvoice } from '#test/support/data/sample-invoice.ts';
import { oneBit, type Scan, scanned } from '#test/support/documents/scanned.ts';
import { FONTS } from './fonts.ts';

const templates = createTemplates(`${FONTS}/..`);
// The type declarations of jsqr describe another kind of module than the one that Node loads.
const readQrCode = jsqr as unknown as (
  data: Uint8ClampedArray,
  width: number,
  height: number,
  options: { readonly inversionAttempts: 'dontInvert' },
) => { readonly data: string } | null;
const read = ({ data, width, height }: Scan) =>
  readQrCode(data, width, height, { inversionAttempts: 'dontInvert' })?.data;

describe('the GiroCode on paper', () => {
  const printer = createChromePrinter({ fontsFolder: FONTS });
  after(() => printer.close());
  /** Prints the last page and gives it as a scanner at 150 dpi sees it. */
  const scan = async (invoice: Invoice, degrees = 1) => {
    const [result] = await printer.render([{ name: 'invoice', ...templates.invoice(invoice, PLAIN) }]);
    const { pdf } = printed(result);
    const [png] = await pdfToPng(pdf, { dpi: 150, pages: (page, count) => page === count });
    return scanned(png!, degrees);
  };

  test('a scanner reads the GiroCode of an invoice in grey and in black and white', async () => {
    const invoice = sampleInvoice({ lines: 20 });
    const lines = [
      'BCD',
      '002',
      '1',
      'SCT',
      'BYLADEM1001',
      'Molkerei Wiesengrund GmbH',
      'DE02120300000000202051',
    ];
    const amount = `EUR${(invoice.totals.gross / 100).toFixed(2)}`;
    const payload = [...lines, amount, '', '', '2026000123 / 10042'].join('\n');
    assert.equal(giroCodePayload(invoice), payload);
    for (const degrees of [-1, 1.3]) {
      const grey = await scan(invoice, degrees);
      assert.equal(read(grey), payload, `turned by ${degrees} degrees`);
      assert.equal(read(oneBit(grey)), payload, `one bit, turned by ${degrees} degrees`);
    }
  });

  test('a scanner reads the longest names with umlauts and a high amount', async () => {
    const company = { name: 'Überlandkäserei Großweßling & Söhne '.repeat(3), bic: '' };
    const invoice = sampleInvoice({ company, line: () => ({ quantity: '1000', unitPrice: '9000' }) });
    const said = read(await scan(invoice));
    assert.equal(said, giroCodePayload(invoice));
    assert.equal([...said!.split('\n')[5]!].length, 70);
  });

  test('an invoice has no GiroCode when nothing is to be transferred or the setting switches it off', () => {
    const codes = (invoice: Invoice, options = PLAIN) =>
      templates.invoice(invoice, options).html.split('<svg').length - 1;
    const directDebit = sampleInvoice({
      company: { creditorId: 'DE98ZZZ09999999999' },
      customer: { iban: 'DE02500105170137075030', mandate: 'M-1' },
    });
    const invoice = sampleInvoice();
    assert.equal(codes(invoice), 1);
    const none = {
      'direct debit': codes(directDebit),
      credit: codes(sampleInvoice({ line: () => ({ quantity: '-1' }) })),
      'nothing to pay': codes(sampleInvoice({ line: () => ({ unitPrice: '0' }) })),
      cancellation: codes(cancellationOf(invoice, { number: '2026000124', date: '2026-11-03' })),
      'no account': codes(sampleInvoice({ company: { iban: '' } })),
      draft: codes(invoice, { ...PLAIN, draft: true }),
      'switched off': codes(invoice, { ...PLAIN, pdf: { ...PLAIN.pdf, giroCode: false } }),
    };
    for (const [why, count] of Object.entries(none)) assert.equal(count, 0, why);
  });
});
