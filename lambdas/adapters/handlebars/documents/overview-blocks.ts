import type { Day } from '#core/domain/calendar.ts';
import type { DeliveryOverview, OverviewRow } from '#core/domain/invoice.ts';

/** What the table says, as it is printed. */
export interface OverviewTexts {
  quantity(thousandths: number): string;
  money(cents: number): string;
  unit(unit: OverviewRow['unit']): string;
  /** The heads of the columns beside the days. */
  readonly heads: {
    readonly article: string;
    readonly unit: string;
    readonly sum: string;
    readonly net: string;
  };
}

/** Points, and millimetres of the columns beside the days; the description takes what is left. */
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

/** Millimetres of A4 on its side between margins of 12 mm. */
const SHEET = 273;
/** Points: the largest in which all days fit side by side is taken. */
const SIZES = [8, 7.5, 7, 6.5] as const;
const SIZE_OF_PARTS = 7;
/** Millimetres. */
const NARROWEST_DESCRIPTION = 40;
const WIDEST_DESCRIPTION = 85;
const WIDEST_ARTICLE = 24;
const WIDEST_DAY = 13;
/** On both sides of a figure, and of a text. */
const AROUND = 0.9;
const GAP = 2.1;

/**
 * Only days with a delivery get a column. A month of usual figures fits on one sheet's width; where the figures are too
 * long or the days too many, they are split evenly, so that no figure is ever cut.
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

/** What the longest text of each column takes, in parts of the size. */
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
      // The last row is larger.
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

/** Widths in parts of the size of Source Sans 3 semibold, which is a little wider than regular. */
const figureWidth = (text: string) =>
  [...text].reduce((sum, sign) => sum + (/\d/.test(sign) ? 0.513 : sign === '-' ? 0.322 : 0.275), 0);
/** Words vary more: on the safe side for one, on the average for a text. */
const wordWidth = (text: string) => text.length * 0.62;
const textWidth = (text: string) => text.length * 0.5;
/** "Sept." above a column. */
const MONTH = 2.23;
