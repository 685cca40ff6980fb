import type { Engine } from '#adapters/handlebars/engine/engine.ts';
import type { Invoice } from '#core/domain/invoice.ts';
import { sum } from '#core/domain/money.ts';
import { bottom, linesOf, named, TOLERANCE, top } from './page-checks.ts';
import type { PdfPieces, TextPiece } from './pdf-pieces.ts';

/** Labels and figures in the invoice's language. */
export type Words = Pick<Engine, 'label' | 'figure'>;

/** Columns whose heads are single words. */
const LEFT = ['position', 'article', 'description', 'unit'] as const;
const RIGHT = ['quantity', 'price', 'discount', 'vatRate', 'net'] as const;

interface Table {
  readonly page: number;
  /** Where the columns begin; `ends` is where the columns of figures end. */
  readonly begins: readonly number[];
  readonly ends: readonly number[];
  readonly net: number;
  /** The pieces below the head. */
  readonly body: readonly TextPiece[];
  /** The numbers of the items, one piece each. */
  readonly items: readonly TextPiece[];
}

/** Finds the table of items on each page that has its head. */
function tablesOf({ pages }: PdfPieces, { label }: Words): Table[] {
  return pages.flatMap((pieces, index): Table[] => {
    const isHead = (it: TextPiece) => it.text === label('documents.position') && it.font.endsWith('SemiBold');
    const position = pieces.find(isHead);
    if (!position) return [];
    const head = pieces.filter((it) => Math.abs(it.baseline - position.baseline) < TOLERANCE);
    const find = (name: string) => head.filter(({ text }) => text === label(`documents.${name}`));
    const below = pieces.filter((it) => it.upright && it.baseline > position.baseline + TOLERANCE);
    const foot = below.find(({ text }) => text.startsWith(label('documents.footer.page')))?.baseline;
    const body = below.filter((it) => it.baseline < (foot ?? 0) - TOLERANCE);
    return [
      {
        page: index + 1,
        begins: LEFT.flatMap(find).map(({ x }) => x),
        ends: RIGHT.flatMap(find).map(({ end }) => end),
        net: find('net')[0]?.end ?? Number.NaN,
        body,
        items: body
          .filter((it) => Math.abs(it.x - position.x) < TOLERANCE && /^\d+$/.test(it.text))
          .sort((a, b) => a.baseline - b.baseline),
      },
    ];
  });
}

/**
 * Complains about the table of an invoice unless every item is on one of its pages, in order and with its
 * amount; every figure ends where a column ends; the columns are at the same places on all pages; and the
 * total is on the page of the last items.
 */
export function wrongTable(printed: PdfPieces, invoice: Invoice, words: Words): string[] {
  const tables = tablesOf(printed, words);
  const near = (places: readonly number[], at: number) =>
    places.some((place) => Math.abs(place - at) < TOLERANCE);
  const complaints: string[] = [];
  const nets = itemNets(invoice).map((net) => money(net, words));
  for (const { page, begins, ends, net, body, items } of tables) {
    const first = tables[0]!;
    const moved = begins.some((it) => !near(first.begins, it)) || ends.some((it) => !near(first.ends, it));
    if (moved || ends.length !== first.ends.length)
      complaints.push(`page ${page}: its columns stand elsewhere`);
    // A page may hold nothing but the rest of a very long text.
    if (body.length === 0) complaints.push(`page ${page}: a head without an item`);
    for (const item of items) {
      const figures = body.filter((it) => Math.abs(it.baseline - item.baseline) < TOLERANCE);
      const amount = figures.find((it) => near([net], it.end))?.text;
      const expected = nets.shift();
      if (amount !== expected) complaints.push(`${named(item)} has the amount ${amount}, not ${expected}`);
    }
    const figures = body.filter(({ text }) => /^-?\d[\d.,]*$/.test(text));
    const astray = figures.filter((it) => !near(ends, it.end) && !near(begins, it.x));
    complaints.push(...astray.map((it) => `${named(it)} stands in no column`));
    const amounts = body.filter(({ text }) => /^-?€?\d[\d.,]*(?: €)?$/.test(text) && text.includes('€'));
    const ragged = amounts.filter((it) => !near([net], it.end));
    complaints.push(...ragged.map((it) => `${named(it)} does not end below the amounts`));
  }
  if (nets.length > 0) complaints.push(`${nets.length} items are missing`);
  const total = words.label(`documents.${invoice.cancels ? 'cancellationTotal' : 'total'}`);
  const withTotal = printed.pages.flatMap((pieces, index) =>
    pieces.some(({ text }) => text === total) ? [index + 1] : [],
  );
  if (withTotal.length !== 1 || withTotal[0] !== tables.at(-1)?.page) {
    complaints.push(`the total stands on page ${withTotal}, the last items on page ${tables.at(-1)?.page}`);
  }
  return complaints;
}

/**
 * Complains about carried sums: a page must end with the sum so far if further items follow, and the next
 * page must begin with it.
 */
export function wrongCarriedSums(printed: PdfPieces, invoice: Invoice, words: Words): string[] {
  const tables = tablesOf(printed, words);
  const nets = itemNets(invoice);
  const said = (name: string, net: number) => words.label(`documents.${name}`, { amount: money(net, words) });
  const starts = ['carriedForward', 'broughtForward'].map((name) =>
    words.label(`documents.${name}`, { amount: '' }).trim(),
  );
  let so = 0;
  let items = 0;
  return tables.flatMap((table, index): string[] => {
    const head = index > 0 && items < nets.length ? [said('broughtForward', so)] : [];
    items += table.items.length;
    so = sum(nets.slice(0, items));
    const foot = items < nets.length ? [said('carriedForward', so)] : [];
    const pieces = printed.pages[table.page - 1]!.filter(({ text }) =>
      starts.some((it) => text.startsWith(it)),
    );
    const middle = table.items[0]?.baseline ?? table.body[0]?.baseline ?? 0;
    const above = pieces.filter((it) => it.baseline < middle);
    const below = pieces.filter((it) => it.baseline > middle);
    const says = (its: readonly TextPiece[]) => linesOf(its).join(' | ');
    return [
      ...(says(above) === head.join()
        ? []
        : [`page ${table.page} begins with "${says(above)}", not "${head}"`]),
      ...(says(below) === foot.join()
        ? []
        : [`page ${table.page} ends with "${says(below)}", not "${foot}"`]),
      ...pieces
        .filter((it) => Math.abs(it.end - table.net) > TOLERANCE)
        .map((it) => `${named(it)} does not end below the amounts`),
    ];
  });
}

/**
 * The window of an envelope by DIN 5008 form B in millimetres; `ADDRESS_TOP` begins the zone of the address
 * below the sender's line.
 */
const WINDOW = { left: 20, right: 105, top: 45, bottom: 90 } as const;
const ADDRESS_TOP = 45 + 17.7;

/** Complains unless the whole address is in its zone, and the window shows only it and the sender's line. */
export function wrongAddress({ pages }: PdfPieces, { customer }: Invoice, country = ''): string[] {
  const within = (pages[0] ?? [])
    .filter((it) => it.x < WINDOW.right && it.x > WINDOW.left)
    .filter((it) => bottom(it) > WINDOW.top && top(it) < WINDOW.bottom);
  const address = within.filter((it) => it.baseline > ADDRESS_TOP);
  const { name, name2, street, zip, city } = customer;
  const expected = [name, name2, street, zip, city, country].join('');
  const shown = address
    .sort((a, b) => a.baseline - b.baseline)
    .map(({ text }) => text)
    .join('');
  const bare = (text: string) => text.replace(/\s/g, '');
  const astray = within.filter(
    (it) => it.end > WINDOW.right || top(it) < WINDOW.top || bottom(it) > WINDOW.bottom,
  );
  return [
    ...(bare(shown) === bare(expected) ? [] : [`the address zone shows "${shown}", not "${expected}"`]),
    ...astray.map((it) => `${named(it)} leaves the window`),
  ];
}

const itemNets = ({ places }: Invoice): number[] =>
  places.flatMap(({ notes }) => notes.flatMap(({ lines }) => lines.map(({ net }) => net)));

const money = (cents: number, { figure }: Words): string => figure(cents, 2, 2);
