import type { InvoiceLine, NoteSection, PlaceSection } from '#core/domain/invoice.ts';

/** A row of the invoice's table: a place's heading and its sum, a note's heading, an item. */
export type InvoiceRow =
  | ({ readonly kind: 'place' | 'sum' } & PlaceSection)
  | ({ readonly kind: 'note' } & NoteSection)
  /**
   * `index`: 0 for the first item of the invoice; the row is `id="row-<index>"`. `long`: its text may go on on the next
   * page, for it may be longer than one.
   */
  | ({ readonly kind: 'item'; readonly index: number; readonly long: boolean } & InvoiceLine);

/** Letters and lines of a text that is still kept on one page. */
const KEPT_LETTERS = 300;
const KEPT_LINES = 8;

/**
 * The rows as they stand below each other, cut before the last item: it and what follows it are kept on one page
 * with the totals, so that these never stand alone. Headings right above the last item go with it.
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
