import { z } from 'zod';
import { day } from '#core/domain/calendar.ts';
import { customerNumber } from '#core/domain/customer.ts';
import {
  type DeliveryLine,
  type DeliveryNote,
  deliveryLineSchema,
  exceedsItemLimit,
  noteIdOf,
  noteNumber,
} from '#core/domain/delivery-note.ts';
import type { ImportFile } from '#core/imports/import-file.ts';
import { asInteger, asLowerCase, asText, asUpperCase } from './cells.ts';
import { type Column, type ColumnsOf, cellOf, columnsOf, readRow, readTable } from './columns.ts';
import { collectProblems, type Problems } from './problems.ts';

const NOTE_COLUMNS: readonly Column[] = [
  { name: 'note', field: 'number', read: asText, is: 'filled' },
  { name: 'date', field: 'date', read: asText, is: 'filled' },
  { name: 'customer', field: 'customer', read: asText, is: 'filled' },
];
/** The column of each field of a line; a field without a column does not compile. */
const LINE_COLUMN_OF: ColumnsOf<DeliveryLine> = {
  position: { name: 'position', read: asInteger, is: 'filled' },
  article: { name: 'article', read: asText },
  description: { name: 'description', read: asText, is: 'filled' },
  quantity: { name: 'quantity', read: asText, is: 'filled' },
  unit: { name: 'unit', read: asLowerCase },
  unitPrice: { name: 'unit_price', read: asText, is: 'filled' },
  vatRate: { name: 'vat_rate', read: asText, is: 'filled' },
  discount: { name: 'discount_percent', read: asText },
  vatCategory: { name: 'vat_category', read: asUpperCase, is: 'optional' },
  place: { name: 'place', read: asText, is: 'optional' },
};
export const LINE_COLUMNS = columnsOf(LINE_COLUMN_OF);
const COLUMNS = [...NOTE_COLUMNS, ...LINE_COLUMNS];

const noteSchema = z.object({ number: noteNumber, date: day, customer: customerNumber });
type NoteHead = z.infer<typeof noteSchema>;

/** A delivery note while its rows are being gathered. */
interface Gathered {
  readonly head: NoteHead;
  /** The line of the file with the note's first row. */
  readonly line: number;
  /** The note's lines by position, each with its line in the file. */
  readonly lines: Map<number, { readonly at: number; readonly line: DeliveryLine }>;
}

/**
 * Reads delivery notes from a CSV file with one row for each line of a note; the rows of a note may be apart.
 * Notes come in the order of their first rows, their lines by position.
 * @throws Fault `bad-input` naming line, column and reason of up to 50 problems
 */
export function readDeliveries(bytes: Uint8Array): ImportFile<DeliveryNote> {
  const problems = collectProblems();
  const table = readTable('delivery notes', bytes, COLUMNS, problems);
  const notes = new Map<string, Gathered>();
  // Many rows begin with the same three cells, so each combination is parsed only once.
  const heads = new Map<string, NoteHead>();
  for (const row of table.rows) {
    if (problems.isFull()) break;
    const cells = NOTE_COLUMNS.map(({ name }) => cellOf(table, row, name)).join('\n');
    const head = heads.get(cells) ?? readRow(table, row, NOTE_COLUMNS, noteSchema, problems);
    const line = readRow(table, row, LINE_COLUMNS, deliveryLineSchema, problems);
    if (head) heads.set(cells, head);
    if (head && line) gather(notes, row.line, head, line, problems);
  }
  const records = [...notes.values()].map((gathered) => finish(gathered, problems));
  problems.refuseIfAny();
  return { records, notices: table.notices };
}

function gather(
  notes: Map<string, Gathered>,
  at: number,
  head: NoteHead,
  line: DeliveryLine,
  problems: Problems,
): void {
  const id = noteIdOf(head);
  const note = notes.get(id) ?? { head, line: at, lines: new Map() };
  notes.set(id, note);
  for (const field of ['date', 'customer'] as const) {
    if (head[field] === note.head[field]) continue;
    const reason = `note ${head.number} is of ${note.head[field]} in line ${note.line} and of ${head[field]} here; a note number is unique within a year`;
    problems.add(at, field, reason);
  }
  const earlier = note.lines.get(line.position);
  if (earlier) {
    const reason = `note ${head.number} has its position ${line.position} in line ${earlier.at} already`;
    problems.add(at, 'position', reason);
  }
  note.lines.set(line.position, { at, line });
}

function finish({ head, line, lines }: Gathered, problems: Problems): DeliveryNote {
  const ordered = [...lines.values()].map((entry) => entry.line).sort((a, b) => a.position - b.position);
  const note = { ...head, lines: ordered };
  if (exceedsItemLimit(note)) {
    const reason = `note ${head.number} is too large with ${ordered.length} lines (400 KB, 5000 lines); split it into several notes`;
    problems.add(line, 'note', reason);
  }
  return note;
}
