import assert from 'node:assert/strict';
import type { ImportFile } from '#core/imports/import-file.ts';

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Encodes characters that Windows-1252 shares with ISO 8859-1, and four others that it has of its own. */
export const windows1252 = (text: string): Uint8Array =>
  Uint8Array.from(
    text,
    (char) => ({ '€': 0x80, '„': 0x84, '“': 0x93, '–': 0x96 })[char] ?? char.charCodeAt(0),
  );

/** Writes a file of these rows: each maps columns to cells, and the header gives the order of the columns. */
export function csv(
  header: string,
  rows: readonly Readonly<Record<string, string>>[],
  delimiter = ';',
): string {
  const quote = (cell: string) => (/[;,"\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  const columns = header.split(';');
  const lines = rows.map((row) => columns.map((column) => quote(row[column] ?? '')).join(delimiter));
  return [columns.join(delimiter), ...lines, ''].join('\n');
}

/** Reads a file that must be refused, and returns the sentences of the refusal. */
export function problemsOf(
  read: (bytes: Uint8Array) => ImportFile<unknown>,
  file: string | Uint8Array,
): string[] {
  const bytes = typeof file === 'string' ? utf8(file) : file;
  try {
    read(bytes);
  } catch (error) {
    const { code, message, details } = error as { code?: string; message: string; details?: string[] };
    assert.equal(code, 'bad-input', String(error));
    return details?.length ? details : [message];
  }
  return assert.fail('the file was not refused');
}
