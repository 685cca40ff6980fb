import type { z } from 'zod';
import { refuse } from '#core/errors.ts';
import type { ReadCell } from './cells.ts';
import type { Problems } from './problems.ts';
import { type Row, rowsOf } from './rows.ts';

export interface Column {
  readonly name: string;
  /** The name of the field in the schema. */
  readonly field: string;
  readonly read: ReadCell;
  /** `optional`: the column may be absent. `filled`: its cells must not be empty. */
  readonly is?: 'optional' | 'filled';
}

/** The type that demands a column for each field of a record. */
export type ColumnsOf<T> = { readonly [Field in keyof T]-?: Omit<Column, 'field'> };
export const columnsOf = <T>(columns: ColumnsOf<T>): readonly Column[] =>
  Object.entries<Omit<Column, 'field'>>(columns).map(([field, column]) => ({ ...column, field }));

export interface CsvTable {
  /** The rows below the header that have as many cells as the header. */
  readonly rows: readonly Row[];
  /** The position of each column by its name; absent columns are missing here. */
  readonly places: ReadonlyMap<string, number>;
  readonly notices: readonly string[];
}

/**
 * Reads the rows of a file; its header may have the columns in any order and case. Rows that are cut off are
 * added to `problems`.
 * @throws Fault `bad-input` for a file without rows, and for missing or double columns
 */
export function readTable(
  what: string,
  bytes: Uint8Array,
  columns: readonly Column[],
  problems: Problems,
): CsvTable {
  const [header, ...rows] = rowsOf(bytes);
  if (!header) refuse(`The file is empty: a file of ${what} begins with a row of column names.`);
  const names = header.cells.map((cell) => cell.trim().toLowerCase());
  const twice = names.filter((name, index) => name !== '' && names.indexOf(name) < index);
  if (twice.length > 0) refuse(`The header names a column twice: ${twice.join(', ')}. Leave one of them.`);
  const missing = columns.filter(({ name, is }) => is !== 'optional' && !names.includes(name));
  if (missing.length > 0) {
    const wanted = missing.map(({ name }) => name).join(', ');
    refuse(`The file lacks columns that a file of ${what} has: ${wanted}. They may be empty.`);
  }
  if (rows.length === 0) refuse(`The file has a header and no ${what} below it.`);
  const known = columns.map(({ name }) => name);
  return {
    rows: rows.filter((row) => hasItsCells(row, names.length, problems)),
    places: new Map(names.map((name, place) => [name, place])),
    notices: names
      .filter((name) => name !== '' && !known.includes(name))
      .map((name) => `Column ${name} is not one of a file of ${what} and was ignored.`),
  };
}

export const cellOf = (table: CsvTable, row: Row, column: string): string =>
  row.cells[table.places.get(column) ?? -1]?.trim() ?? '';

/**
 * Reads a row by the schema. Returns undefined if something is wrong with it, which is added to `problems`.
 */
export function readRow<T>(
  table: CsvTable,
  row: Row,
  columns: readonly Column[],
  schema: z.ZodType<T>,
  problems: Problems,
): T | undefined {
  const bad = new Map<string, string>();
  const input: Record<string, unknown> = {};
  for (const { name, field, read, is } of columns) {
    const cell = cellOf(table, row, name);
    if (cell === '') {
      if (is === 'filled') bad.set(field, 'must not be empty');
      continue;
    }
    const reading = read(cell);
    if ('problem' in reading) bad.set(field, reading.problem);
    else input[field] = reading.value;
  }
  const parsed = schema.safeParse(input);
  if (parsed.success && bad.size === 0) return parsed.data;
  for (const { path, message } of parsed.error?.issues ?? []) {
    const field = String(path[0]);
    if (!bad.has(field)) bad.set(field, message);
  }
  for (const { name, field } of columns) {
    const reason = bad.get(field);
    if (reason !== undefined) problems.add(row.line, name, reason, cellOf(table, row, name));
  }
  return undefined;
}

/**
 * Checks that a row has a cell for each column. A row with fewer was cut off. One with more has a separator
 * within a text, or a decimal comma where commas separate, and every cell behind it is shifted.
 */
function hasItsCells({ line, cells }: Row, width: number, problems: Problems): boolean {
  if (cells.length === width) return true;
  const reason = `has ${cells.length} cells, and the header ${width}; put cells with separators or line breaks in quotation marks`;
  problems.add(line, undefined, reason);
  return false;
}
