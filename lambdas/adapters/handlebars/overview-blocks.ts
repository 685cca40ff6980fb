import type { Day } from '#core/domain/calendar.ts';
import type { DeliveryOverview, OverviewRow } from '#core/domain/invoice.ts';

/** Millimetres of the columns beside the days, on a sheet 273 mm wide. */
export const WIDTHS = { article: 18, description: 44, unit: 12, sum: 15, net: 19 } as const;
const FOR_DAYS = 273 - WIDTHS.article - WIDTHS.description - WIDTHS.unit - WIDTHS.sum - WIDTHS.net;
/** A column is no narrower than the name of a month, and no wider than reads well. */
const NARROWEST = 5.2;
const WIDEST = 13;
/** Of a digit in 7 pt, and of the space around a figure. */
const DIGIT = 1.25;
const AROUND = 0.7;

/** A table of as many days as fit side by side; the last one shows the sums. */
export interface OverviewBlock {
  readonly part: number;
  readonly parts: number;
  readonly many: boolean;
  readonly last: boolean;
  readonly from: Day;
  readonly to: Day;
  readonly days: readonly Day[];
  readonly dayWidth: number;
  /** Columns before the net, for the row of the sum. */
  readonly beforeNet: number;
  /** Articles delivered in these days; all of them in the last block. `cells`: thousandths by day, undefined for none. */
  readonly rows: readonly (OverviewRow & { readonly cells: readonly (number | undefined)[] })[];
}

/**
 * Only days with a delivery get a column. A month fits on one sheet's width; where the figures are too long or the
 * days too many, they are split evenly, so that no figure is ever cut.
 * @param textOf a quantity as it is printed
 */
export function overviewBlocks(
  overview: DeliveryOverview,
  textOf: (quantity: number) => string,
): OverviewBlock[] {
  const days = [...new Set(overview.rows.flatMap((row) => row.days.map(({ day }) => day)))].sort();
  const longest = overview.rows
    .flatMap((row) => row.days)
    .reduce((most, { quantity }) => Math.max(most, textOf(quantity).length), 0);
  const perBlock = Math.floor(FOR_DAYS / Math.max(NARROWEST, longest * DIGIT + AROUND));
  const parts = Math.ceil(days.length / perBlock);
  const size = Math.ceil(days.length / parts);

  return Array.from({ length: parts }, (_, index): OverviewBlock => {
    const its = days.slice(index * size, (index + 1) * size);
    const last = index === parts - 1;
    const rows = overview.rows.map((row) => {
      const quantities = new Map(row.days.map(({ day, quantity }) => [day, quantity]));
      return { ...row, cells: its.map((day) => quantities.get(day)) };
    });
    return {
      part: index + 1,
      parts,
      many: parts > 1,
      last,
      from: its[0]!,
      to: its.at(-1)!,
      days: its,
      dayWidth: Math.min(WIDEST, Math.round((FOR_DAYS / size) * 100) / 100),
      beforeNet: 3 + its.length + 1,
      rows: last ? rows : rows.filter((row) => row.cells.some((quantity) => quantity !== undefined)),
    };
  });
}
