import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createChromePrinter } from '#adapters/chrome/printer.ts';
import { createTemplates } from '#adapters/handlebars/documents/templates.ts';
import type { Invoice } from '#core/domain/invoice.ts';
import { exampleInvoice, exampleNames } from '#test/examples/examples.ts';
import { PLAIN } from '#test/support/data/sample-invoice.ts';
import { readPdf } from '#test/support/documents/pdf-text.ts';
import { localConfig } from '#wiring/config.ts';

/**
 * The golden examples are printed, and the figures of `invoice.json` must stand in the PDF in its language.
 */
const { templatesDir, chromePath } = localConfig(process.env);
const templates = createTemplates(templatesDir);
const printer = createChromePrinter({ fontsFolder: `${templatesDir}/fonts`, chromePath });
after(() => printer.close());

for (const name of exampleNames()) {
  test(`example ${name}: the PDF shows the figures`, async () => {
    const invoice = exampleInvoice(name);
    const document = { name, ...templates.invoice(invoice, PLAIN) };
    const [printed] = await printer.render([document]);
    assert.ok(printed?.ok, name);
    const { pages, text } = await readPdf(printed.pdf);
    assert.equal(printed.pages, pages.length);
    if (name === 'four-pages') assert.equal(pages.length, 4);
    assertInOrder(pages.flat(), lineEnds(invoice), text);
    for (const closing of closingFigures(invoice)) {
      assert.ok(text.includes(closing), `${closing} is missing:\n${text}`);
    }
  });
}

const language = ({ customer }: Invoice) => (customer.language === 'de' ? 'de-DE' : 'en-GB');

function amount(cents: number, invoice: Invoice): string {
  const two = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  return (cents / 100).toLocaleString(language(invoice), two);
}

function euro(cents: number, invoice: Invoice): string {
  const figure = amount(Math.abs(cents), invoice);
  return `${cents < 0 ? '-' : ''}${customerIsGerman(invoice) ? `${figure} €` : `€${figure}`}`;
}

const customerIsGerman = ({ customer }: Invoice) => customer.language === 'de';

function percent(hundredths: number, invoice: Invoice): string {
  const figure = (hundredths / 100).toLocaleString(language(invoice), { maximumFractionDigits: 2 });
  return customerIsGerman(invoice) ? `${figure} %` : `${figure}%`;
}

function day(date: string, invoice: Invoice): string {
  const [year, month, dayOfMonth] = date.split('-');
  if (customerIsGerman(invoice)) return `${dayOfMonth}.${month}.${year}`;
  const name = new Date(date).toLocaleString('en-US', { month: 'short', timeZone: 'UTC' });
  return `${Number(dayOfMonth)} ${name} ${year}`;
}

/** Lists how the rows of the invoice end, in their order: each with its net. */
const lineEnds = (invoice: Invoice): string[] =>
  invoice.places
    .flatMap(({ notes }) => notes)
    .flatMap(({ lines }) => lines)
    .map(({ net }) => ` ${amount(net, invoice)}`);

function closingFigures(invoice: Invoice): string[] {
  const { totals, payment, skonto, company } = invoice;
  const net = company.smallBusiness ? [] : [euro(totals.net, invoice)];
  const rates = totals.vatRows.flatMap(({ category, rate, net: base, vat }) =>
    category === 'S' || category === 'Z'
      ? [percent(rate, invoice), euro(base, invoice), euro(vat, invoice)]
      : [euro(base, invoice), euro(vat, invoice)],
  );
  return [
    ...[invoice.number, day(invoice.date, invoice), euro(totals.gross, invoice)],
    ...net,
    ...(company.smallBusiness ? [] : rates),
    ...(payment.by === 'credit' ? [] : [day(payment.due, invoice)]),
    ...(skonto
      ? [
          ...[day(skonto.until, invoice), percent(skonto.percent, invoice)],
          ...[euro(skonto.amount, invoice), euro(skonto.payable, invoice)],
        ]
      : []),
  ];
}

/** Asserts that each end belongs to a row of its own, below the previous one. */
function assertInOrder(rows: readonly string[], ends: readonly string[], text: string): void {
  let at = 0;
  for (const [index, end] of ends.entries()) {
    while (at < rows.length && !rows[at]!.endsWith(end)) at++;
    assert.ok(at < rows.length, `line ${index + 1} with the net${end} is missing:\n${text}`);
    at++;
  }
}
