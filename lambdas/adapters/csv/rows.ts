import { CsvError, parse } from 'csv-parse/sync';
import { refuse } from '#core/errors.ts';
import { decode } from './decode.ts';

export interface Row {
  /** The physical line of the file that its first field is on, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** Reads the rows of a CSV file (RFC 4180, with `;` or `,`), the header first; blank rows are left out. */
export function rowsOf(bytes: Uint8Array): Row[] {
  // All line breaks become LF, by which lines are counted. An address may contain neither CR nor LF, so it
  // loses nothing.
  const text = decode(bytes).replace(/\r\n?/g, '\n');
  const rows = withLines(parseText(text, delimiterOf(text)));
  return rows.filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
}

function parseText(text: string, delimiter: string): string[][] {
  const options = {
    delimiter,
    record_delimiter: '\n',
    // A quotation mark within a field that does not begin with one belongs to the text: Café "Süß".
    relax_quotes: true,
    relax_column_count: true,
  };
  try {
    return parse(text, options);
  } catch (cause) {
    if (!(cause instanceof CsvError) || cause.code !== 'CSV_QUOTE_NOT_CLOSED') throw cause;
    const records = Number(cause.records);
    const before = records > 0 ? parse(text, { ...options, to: records }) : [];
    const line = before.reduce((count, cells) => count + height(cells), 1);
    refuse(`A quotation mark in line ${line} is opened and never closed: close it or take it away.`);
  }
}

/** Returns the delimiter that the header holds more often, outside quotation marks. */
function delimiterOf(text: string): string {
  const header = (/[^\n]+/.exec(text)?.[0] ?? '').replace(/"[^"]*"/g, '');
  return header.split(',').length > header.split(';').length ? ',' : ';';
}

function withLines(records: readonly string[][]): Row[] {
  let next = 1;
  return records.map((cells) => {
    const line = next;
    next += height(cells);
    return { line, cells };
  });
}

const height = (cells: readonly string[]): number =>
  cells.reduce((lines, cell) => (cell.includes('\n') ? lines + cell.split('\n').length - 1 : lines), 1);
