/**
 * Number of pages of a PDF with a classic cross-reference table, such as Chrome writes: trailer → catalogue →
 * page tree → count. It reads four short stretches of the file (ISO 32000-1, 7.5.4 to 7.7.3).
 * @throws when the file is not built like that
 */
export function countPages(pdf: Uint8Array): number {
  const bytes = Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength);
  const table = number(bytes.toString('latin1', Math.max(0, bytes.length - 64)), /startxref\s+(\d+)/);
  const trailer = bytes.indexOf('trailer', table, 'latin1');
  if (table >= bytes.length || trailer < 0) throw new Error('this PDF has no cross-reference table');

  const offsets = readOffsets(bytes.toString('latin1', table, trailer));
  const object = (id: number) => {
    const start = offsets.get(id) ?? bytes.length;
    const end = bytes.indexOf('endobj', start, 'latin1');
    return bytes.toString('latin1', start, end < 0 ? start : end);
  };
  const catalogue = object(number(bytes.toString('latin1', trailer), /\/Root\s+(\d+)\s/));
  return number(object(number(catalogue, /\/Pages\s+(\d+)\s/)), /\/Count\s+(\d+)/);
}

function readOffsets(table: string): Map<number, number> {
  const offsets = new Map<number, number>();
  let id = 0;
  for (const [, first, kind] of table.matchAll(/(\d+) \d+(?: ([nf]))?/g)) {
    if (kind === undefined) id = Number(first);
    else {
      if (kind === 'n') offsets.set(id, Number(first));
      id++;
    }
  }
  return offsets;
}

function number(text: string, pattern: RegExp): number {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`this PDF lacks ${pattern.source}`);
  return Number(found);
}
