/**
 * Returns the characters that a TrueType font maps to a glyph: reads its `cmap` table in the formats 4 (the
 * basic plane) and 12 (all planes), as OpenType 1.9 describes them. Glyph 0, the box for "missing", does not
 * count.
 */
export function readCharacters(font: Uint8Array): Set<number> {
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength);
  const characters = new Set<number>();
  const cmap = tableOffset(view, 'cmap');
  for (let index = 0; index < view.getUint16(cmap + 2); index++) {
    const record = cmap + 4 + index * 8;
    if (!isUnicode(view.getUint16(record), view.getUint16(record + 2))) continue;
    const subtable = cmap + view.getUint32(record + 4);
    const format = view.getUint16(subtable);
    if (format === 4) readFormat4(view, subtable, characters);
    if (format === 12) readFormat12(view, subtable, characters);
  }
  return characters;
}

/**
 * Decides whether a `cmap` subtable is in Unicode: platform 0 is; of platform 3 (Windows), encodings 1 and 10
 * are.
 */
const isUnicode = (platform: number, encoding: number) =>
  platform === 0 || (platform === 3 && (encoding === 1 || encoding === 10));

function tableOffset(view: DataView, wanted: string): number {
  for (let index = 0; index < view.getUint16(4); index++) {
    const record = 12 + index * 16;
    const tag = String.fromCharCode(...[0, 1, 2, 3].map((byte) => view.getUint8(record + byte)));
    if (tag === wanted) return view.getUint32(record + 8);
  }
  throw new Error(`the font has no ${wanted} table`);
}

/**
 * Reads format 4: segments of characters whose glyphs lie at a fixed distance, or in an array behind the
 * segments.
 */
function readFormat4(view: DataView, table: number, into: Set<number>): void {
  const size = view.getUint16(table + 6); // bytes of each of the four arrays
  const ends = table + 14;
  const starts = ends + size + 2;
  const deltas = starts + size;
  const rangeOffsets = deltas + size;
  for (let at = 0; at < size; at += 2) {
    const start = view.getUint16(starts + at);
    const end = view.getUint16(ends + at);
    const delta = view.getUint16(deltas + at);
    const rangeOffset = view.getUint16(rangeOffsets + at);
    for (let code = start; code <= end && code !== 0xffff; code++) {
      const inArray =
        rangeOffset === 0 ? code : view.getUint16(rangeOffsets + at + rangeOffset + (code - start) * 2);
      const glyph = inArray === 0 && rangeOffset !== 0 ? 0 : (inArray + delta) & 0xffff;
      if (glyph !== 0) into.add(code);
    }
  }
}

/** Reads format 12: groups of characters with consecutive glyphs. */
function readFormat12(view: DataView, table: number, into: Set<number>): void {
  for (let index = 0; index < view.getUint32(table + 12); index++) {
    const group = table + 16 + index * 12;
    const start = view.getUint32(group);
    const end = view.getUint32(group + 4);
    const firstGlyph = view.getUint32(group + 8);
    for (let code = start; code <= end; code++) if (firstGlyph + code - start !== 0) into.add(code);
  }
}
