import type { Content, CustomTableLayout, TableCell } from 'pdfmake/interfaces.js';
import type { Invoice } from '#core/domain/invoice.ts';
import type { Formats } from './formats.ts';

/** Converts millimetres to points. */
export const mm = (length: number) => (length * 72) / 25.4;
export const THIN = mm(0.2);

export const plain: CustomTableLayout = {
  hLineWidth: () => 0,
  vLineWidth: () => 0,
  hLineColor: () => '#000',
  paddingLeft: () => 0,
  paddingRight: () => 0,
  paddingTop: () => mm(0.55),
  paddingBottom: () => mm(0.55),
};

/** Widths are in millimetres and include the padding; the column without a width takes the rest. */
const COLUMNS = [
  { name: 'position', width: 9, alignment: 'left' },
  { name: 'article', width: 18, alignment: 'left' },
  { name: 'description', width: undefined, alignment: 'left' },
  { name: 'quantity', width: 16, alignment: 'right' },
  { name: 'unit', width: 14, alignment: 'left' },
  { name: 'price', width: 17, alignment: 'right' },
  { name: 'vatRate', width: 11, alignment: 'right' },
  { name: 'net', width: 21, alignment: 'right' },
] as const;

export function items({ places }: Invoice, formats: Formats): Content {
  const { label, money } = formats;
  const body: TableCell[][] = [
    COLUMNS.map(({ name, alignment }) => ({
      ...{ text: label(`documents.${name}`), fontSize: 8, bold: true, alignment },
    })),
  ];
  for (const note of places.flatMap(({ notes }) => notes)) {
    const text = label('documents.note', { number: note.number, day: formats.day(note.date) });
    const sum = { text: money(note.net), bold: true, alignment: 'right' as const, marginTop: mm(1) };
    body.push([
      { text, bold: true, colSpan: COLUMNS.length - 1, marginTop: mm(1) },
      ...Array<TableCell>(COLUMNS.length - 2).fill(''),
      sum,
    ]);
    for (const line of note.lines) {
      const cells = [
        ...[String(line.position), line.article, line.description, formats.quantity(line.quantity)],
        ...[label(`units.${line.unit}`), formats.unitPrice(line.unitPrice)],
        ...[formats.rate(line.vatRate), money(line.net)],
      ];
      body.push(cells.map((text, column) => ({ text, alignment: COLUMNS[column]!.alignment })));
    }
  }
  const widths = COLUMNS.map(({ width }) => (width === undefined ? '*' : mm(width - 2)));
  return {
    table: { headerRows: 1, dontBreakRows: true, widths, body },
    fontSize: 9,
    margin: [0, mm(3), 0, 0],
    layout: {
      ...plain,
      hLineWidth: (row) => (row === 1 ? mm(0.3) : 0),
      paddingLeft: () => mm(1),
      paddingRight: () => mm(1),
    },
  };
}

export function totals({ totals }: Invoice, { label, euro, percent }: Formats): Content {
  const vatRows = totals.vatRows.map(({ category, rate, net, vat }) => [
    label(`documents.vat.${category}`, { rate: percent(rate), net: euro(net) }),
    euro(vat),
  ]);
  const rows = [
    [label('documents.netSum'), euro(totals.net)],
    ...vatRows,
    ...(vatRows.length > 1 ? [[label('documents.vatSum'), euro(totals.vat)]] : []),
  ];
  const gross = [label('documents.total'), euro(totals.gross)].map((text) => ({
    text,
    bold: true,
    fontSize: 11,
  }));
  const body = [...rows.map((row) => row.map((text) => ({ text }))), gross].map(([name, amount]) => [
    name!,
    { ...amount!, alignment: 'right' as const },
  ]);
  return {
    table: { widths: [mm(73), mm(32)], body },
    layout: {
      ...plain,
      hLineWidth: (row) => (row === 0 || row >= body.length - 1 ? THIN : 0),
    },
  };
}
