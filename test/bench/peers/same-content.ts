import type { Invoice } from '#core/domain/invoice.ts';
import type { PdfContent } from '#test/support/documents/pdf-text.ts';
import type { Formats } from './formats.ts';

/** Lists every description and figure of an invoice as documents print them. */
export function figuresOf(invoice: Invoice, { money, quantity, unitPrice }: Formats): string {
  const { totals } = invoice;
  const lines = invoice.places.flatMap(({ notes }) =>
    notes.flatMap((note) => [
      `${note.number} ${money(note.net)}`,
      ...note.lines.map(
        (line) =>
          `${line.article} ${line.description} ${quantity(line.quantity)} ${unitPrice(line.unitPrice)} ${money(line.net)}`,
      ),
    ]),
  );
  const amounts = [totals.net, totals.gross, ...totals.vatRows.map(({ vat }) => vat)];
  return [invoice.number, invoice.customer.number, invoice.customer.name, ...lines]
    .concat(amounts.map(money))
    .join(' ');
}

/** What a PDF should contain: each word of the texts as often as it stands there, and the number of pages. */
export interface Wanted {
  readonly texts: readonly string[];
  readonly pages: number;
}

/**
 * Says in words what is different, and nothing if nothing is. The order of the words does not count, because
 * each peer breaks lines and pages a little differently.
 */
export function differences(pdf: PdfContent, { texts, pages }: Wanted): string[] {
  const found = pdf.pages.length === pages ? [] : [`${pdf.pages.length} pages instead of ${pages}`];
  const missing = new Set(texts.flatMap((text) => missingWords(text, pdf.text)));
  return missing.size === 0 ? found : [...found, `lacks ${[...missing].join(' ')}`];
}

function missingWords(wanted: string, text: string): string[] {
  const left = new Map<string, number>();
  for (const word of words(text)) left.set(word, (left.get(word) ?? 0) + 1);
  return words(wanted).filter((word) => {
    const count = left.get(word) ?? 0;
    left.set(word, count - 1);
    return count <= 0;
  });
}

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');
