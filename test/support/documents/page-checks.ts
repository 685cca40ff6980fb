import type { Engine } from '#adapters/handlebars/engine/engine.ts';
import { ASCENT, DESCENT, type PdfPieces, type TextPiece } from './pdf-pieces.ts';

/**
 * Each check in this file returns complaints about a printed document, a sentence each, and none when all is
 * well. They fit any document.
 */

/** Tolerance in millimetres, slightly more than the rounding of Chrome's pixels. */
export const TOLERANCE = 0.3;
/** Width in millimetres of the border that usual printers cannot print on. */
const UNPRINTABLE = 4;
const POINT = 25.4 / 72;

/**
 * Complains about text outside the margins, in the border that printers leave blank, or cut off by its box.
 */
export function outOfBounds({ pages, sizes }: PdfPieces, left: number, right: number): string[] {
  return pages.flatMap((pieces, index) =>
    pieces
      .filter(({ upright }) => upright)
      .filter(
        (it) =>
          it.x < left - TOLERANCE ||
          it.end > right + TOLERANCE ||
          top(it) < UNPRINTABLE ||
          bottom(it) > sizes[index]!.height - UNPRINTABLE ||
          it.cut,
      )
      .map((it) => `${named(it)} ${it.cut ? 'is cut' : 'leaves the margins'}`),
  );
}

/** Complains about text on top of other text. */
export function overlaps({ pages }: PdfPieces): string[] {
  return pages.flatMap((pieces) => {
    const sorted = pieces.filter(({ upright }) => upright).sort((a, b) => top(a) - top(b));
    return sorted.flatMap((one, index) => {
      const complaints: string[] = [];
      for (const other of sorted.slice(index + 1)) {
        if (top(other) > bottom(one) - 0.2) break;
        const across = Math.min(one.end, other.end) - Math.max(one.x, other.x);
        if (across > 0.2) complaints.push(`${named(one)} lies on ${named(other)}`);
      }
      return complaints;
    });
  });
}

/**
 * Complains about text too pale for a black-and-white printer (WCAG 2.2, 1.4.3: contrast 4.5 to 1), or too
 * small.
 */
export function illegible({ pages }: PdfPieces): string[] {
  const readable = pages.flat().filter(({ upright }) => upright);
  return [
    ...readable.filter(({ colour }) => contrastOnWhite(colour) < 4.5).map((it) => `${named(it)} is too pale`),
    ...readable.filter(({ size }) => size < 6.45).map((it) => `${named(it)} is too small: ${it.size} pt`),
  ];
}

/** Complains about pages that do not say exactly once which page of how many they are. */
export function miscounted({ pages }: PdfPieces, { label }: Pick<Engine, 'label'>): string[] {
  const [word, of] = [label('documents.footer.page'), label('documents.footer.of')];
  return pages.flatMap((pieces, index) => {
    // Blanks are ignored, because the parts may be drawn one by one.
    const count = new RegExp(`${word}\\d+${of}\\d+`, 'g');
    const said = linesOf(pieces).flatMap((line) => line.replaceAll(' ', '').match(count) ?? []);
    const expected = `${word}${index + 1}${of}${pages.length}`;
    return said.join() === expected ? [] : [`page ${index + 1} says "${said}", not "${expected}"`];
  });
}

/**
 * Returns the lines of text from the top down, each from left to right; pieces that stand apart are joined by
 * a blank.
 */
export function linesOf(pieces: readonly TextPiece[]): string[] {
  const lines: TextPiece[][] = [];
  for (const piece of pieces.filter(({ upright }) => upright).sort((a, b) => a.baseline - b.baseline)) {
    const line = lines.at(-1);
    if (line && piece.baseline - line[0]!.baseline < TOLERANCE) line.push(piece);
    else lines.push([piece]);
  }
  return lines.map((line) =>
    line
      .sort((a, b) => a.x - b.x)
      .map(({ text }) => text)
      .join(' '),
  );
}

export const top = ({ baseline, size }: TextPiece): number => baseline - size * POINT * ASCENT;
export const bottom = ({ baseline, size }: TextPiece): number => baseline + size * POINT * DESCENT;

export const named = ({ page, text, x, end, baseline }: TextPiece): string =>
  `page ${page}: "${text}" (${x.toFixed(1)} to ${end.toFixed(1)}, ${baseline.toFixed(1)} mm)`;

function contrastOnWhite(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
}
