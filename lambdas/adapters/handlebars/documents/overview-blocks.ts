import type { Day } from '#core/domain/calendar.ts';
import type { DeliveryOverview, OverviewRow } from '#core/domain/invoice.ts';

/** Formats the values of the table as they are printed. */
export interface OverviewTexts {
  quantity(thousandths: number): string;
  money(cents: number): string;
  unit(unit: OverviewRow['unit']): string;
  /** Heads of the columns other than the days. */
  readonly heads: {
    readonly article: string;
    readonly unit: string;
    readonly sum: string;
    readonly net: string;
  };
}

/**
 * Font size in points, and widths in millimetres of the columns other than the days; the description takes
 * the remaining width.
 */
export interface OverviewLayout {
  readonly size: number;
  readonly widths: {
    readonly article: number;
    readonly unit: number;
    readonly sum: number;
    readonly net: number;
  };
  readonly blocks: readonly OverviewBlock[];
}

/** A table of as many days as fit side by side; the last table shows the sums. */
export interface OverviewBlock {
  readonly part: number;
  readonly parts: number;
  readonly many: boolean;
  readonly last: boolean;
  readonly from: Day;
  readonly to: Day;
  readonly days: readonly Day[];
  readonly dayWidth: number;
  /** Number of columns before the net, for the row of the sum. */
  readonly beforeNet: number;
  /**
   * The articles delivered in these days; the last block lists all articles. `cells`: thousandths for each
   * day, undefined for none.
   */
  readonly rows: readonly (OverviewRow & { readonly cells: readonly (number | undefined)[] })[];
}

/** Usable width in millimetres: A4 landscape with margins of 12 mm. */
const SHEET = 273;
/** Font sizes in points; the layout takes the largest at which all days fit side by side. */
const SIZES = [8, 7.5, 7, 6.5] as const;
const SIZE_OF_PARTS = 7;
/** Limits of column widths in millimetres. */
const NARROWEST_DESCRIPTION = 40;
const WIDEST_DESCRIPTION = 85;
const WIDEST_ARTICLE = 24;
const WIDEST_DAY = 13;
/** White space in millimetres on both sides together, of a figure and of a text. */
const AROUND = 0.9;
const GAP = 2.1;

/**
 * Lays out the delivery overview. Only days with a delivery get a column. A month of usual figures fits on
 * one sheet's width; where the figures are too long or the days too many, the days are split evenly over
 * several tables, so that no figure is ever cut.
 */
export function overviewLayout(overview: DeliveryOverview, texts: OverviewTexts): OverviewLayout {
  const days = [...new Set(overview.rows.flatMap((row) => row.days.map(({ day }) => day)))].sort();
  const needs = ems(overview, texts);
  const fit = SIZES.map((size) => columns(needs, size)).find((it) => it.mostDays >= days.length);
  const { size, widths, day, mostDays } = fit ?? columns(needs, SIZE_OF_PARTS);
  const parts = Math.ceil(days.length / mostDays);
  const perPart = Math.ceil(days.length / parts);
  const beside = widths.article + widths.unit + widths.sum + widths.net;
  const description = Math.min(WIDEST_DESCRIPTION, needs.description * millimetres(size) + GAP);
  const ample = (SHEET - beside - description) / perPart;
  const dayWidth = Math.max(day, Math.min(WIDEST_DAY, Math.floor(ample * 10) / 10));

  const blocks = Array.from({ length: parts }, (_, index): OverviewBlock => {
    const its = days.slice(index * perPart, (index + 1) * perPart);
    const last = index === parts - 1;
    const rows = overview.rows.map((row) => {
      const quantities = new Map(row.days.map((its) => [its.day, its.quantity]));
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
      dayWidth,
      beforeNet: 3 + its.length + 1,
      rows: last ? rows : rows.filter((row) => row.cells.some((quantity) => quantity !== undefined)),
    };
  });
  return { size, widths, blocks };
}

type Needs = ReturnType<typeof ems>;

/** Returns the width of the longest text of each column, in parts of the font size. */
function ems({ rows, net }: DeliveryOverview, { quantity, money, unit, heads }: OverviewTexts) {
  const all = (textOf: (row: OverviewRow) => string, widthOf: (text: string) => number) =>
    rows.reduce((most, row) => Math.max(most, widthOf(textOf(row))), 0);
  const days = rows.flatMap((row) => row.days);
  return {
    article: Math.max(
      wordWidth(heads.article),
      all((row) => row.article, wordWidth),
    ),
    description: all((row) => row.description, textWidth),
    unit: Math.max(
      wordWidth(heads.unit),
      all((row) => unit(row.unit), wordWidth),
    ),
    sum: Math.max(
      wordWidth(heads.sum),
      all((row) => quantity(row.quantity), figureWidth),
    ),
    net: Math.max(
      wordWidth(heads.net),
      all((row) => money(row.net), figureWidth),
      // The row of the sum is set larger.
      figureWidth(money(net)) * 1.2,
    ),
    day: days.reduce((most, its) => Math.max(most, figureWidth(quantity(its.quantity))), MONTH),
  };
}

function columns(needs: Needs, size: number) {
  const mm = millimetres(size);
  const widths = {
    article: Math.min(WIDEST_ARTICLE, needs.article * mm + GAP),
    unit: needs.unit * mm + GAP,
    sum: needs.sum * mm + GAP,
    net: needs.net * mm + GAP,
  };
  const day = needs.day * mm + AROUND;
  const room = SHEET - NARROWEST_DESCRIPTION - widths.article - widths.unit - widths.sum - widths.net;
  return { size, widths, day, mostDays: Math.floor(room / day) };
}

const millimetres = (size: number) => (size / 72) * 25.4;

/**
 * Estimates the width of a figure in parts of the font size, for Source Sans 3 semibold, which is a little
 * wider than regular.
 */
const figureWidth = (text: string) =>
  [...text].reduce((sum, sign) => sum + (/\d/.test(sign) ? 0.513 : sign === '-' ? 0.322 : 0.275), 0);
/**
 * Estimates the width of text in parts of the font size. Words vary more than figures: a single word gets a
 * safe upper value, running text an average.
 */
const wordWidth = (text: string) => text.length * 0.62;
const textWidth = (text: string) => text.length * 0.5;
/** Width of the longest head of a day's column, "Sept.", in parts of the font size. */
const MONTH = 2.23;
