import type { Day } from './calendar.ts';
import type { Invoice, Totals } from './invoice.ts';
import { line } from './text.ts';

/** Why an invoice is cancelled; it is kept in the journals and not printed on the document. */
export const cancellationReason = line(500);

/**
 * Makes the invoice that cancels an issued one: every quantity and figure has the opposite sign, company and
 * customer are unchanged, and it refers to the cancelled invoice (§ 31 (5) UStDV, § 14 (6) UStG). Both
 * together come to zero in each VAT row.
 */
export function cancellationOf(
  invoice: Invoice,
  as: { readonly number: string; readonly date: Day },
): Invoice {
  return {
    ...invoice,
    ...as,
    cancels: { number: invoice.number, date: invoice.date },
    places: invoice.places.map((place) => ({
      ...place,
      net: negated(place.net),
      notes: place.notes.map((note) => ({
        ...note,
        net: negated(note.net),
        lines: note.lines.map((line) => ({
          ...line,
          quantity: negated(line.quantity),
          net: negated(line.net),
        })),
      })),
    })),
    totals: negatedTotals(invoice.totals),
    payment: { by: 'credit' },
    skonto: undefined,
  };
}

export const negatedTotals = (totals: Totals): Totals => ({
  ...totals,
  net: negated(totals.net),
  vat: negated(totals.vat),
  gross: negated(totals.gross),
  vatRows: totals.vatRows.map((row) => ({ ...row, net: negated(row.net), vat: negated(row.vat) })),
});

/** Changes the sign, but never makes a negative zero. */
const negated = (value: number): number => (value === 0 ? 0 : -value);
