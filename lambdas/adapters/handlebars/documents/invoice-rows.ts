import type { InvoiceLine, NoteSection, PlaceSection } from '#core/domain/invoice.ts';

/** A row of the invoice's table: the heading or the sum of a place, the heading of a note, or an item. */
export type InvoiceRow =
  | ({ readonly kind: 'place' | 'sum' } & PlaceSection)
  | ({ readonly kind: 'note' } & NoteSection)
  /**
   * `index`: position of the item in the invoice, from 0; the row is `id="row-<index>"`. `long`: the row may
   * break across pages, because its text may be longer than one page.
   */
  | ({ readonly kind: 'item'; readonly index: number; readonly long: boolean } & InvoiceLine);

/** Up to this many letters and lines, a text is kept on one page. */
const KEPT_LETTERS = 300;
const KEPT_LINES = 8;

/**
 * Builds the rows in their order, cut before the last item: that item and what follows it are kept on one
 * page with the totals, so that these never stand alone. Headings right above the last item go with it.
 * @param withPlaces whether places are named and summed
 */
export function invoiceRows(places: readonly PlaceSection[], withPlaces: boolean) {
  let index = 0;
  const rows = places.flatMap((place): InvoiceRow[] => {
    const notes = place.notes.flatMap((note): InvoiceRow[] => [
      { kind: 'note', ...note },
      ...note.lines.map((line) => ({
        kind: 'item' as const,
        index: index++,
        long: isLong(line.description),
        ...line,
      })),
    ]);
    return withPlaces ? [{ kind: 'place', ...place }, ...notes, { kind: 'sum', ...place }] : notes;
  });
  let cut = rows.findLastIndex(({ kind }) => kind === 'item');
  while (rows[cut - 1]?.kind === 'note' || rows[cut - 1]?.kind === 'place') cut--;
  return { rows: rows.slice(0, cut), lastRows: rows.slice(cut) };
}

const isLong = (text: string): boolean => text.length > KEPT_LETTERS || text.split('\n').length > KEPT_LINES;
