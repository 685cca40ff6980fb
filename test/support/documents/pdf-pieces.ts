import { getDocument, OPS, type PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';

/** A run of text on one baseline as the file draws it, in millimetres from the page's left and top. */
export interface TextPiece {
  /** Page number, from 1. */
  readonly page: number;
  readonly text: string;
  /** Where its first visible letter begins; `end` is where its last one ends. */
  readonly x: number;
  readonly end: number;
  readonly baseline: number;
  /** Font size in points. */
  readonly size: number;
  /** Name of the font, such as `SourceSans3-Regular`. */
  readonly font: string;
  /** Colour as `#rrggbb`. */
  readonly colour: string;
  /** Whether the text is not rotated; a draft's watermark is. */
  readonly upright: boolean;
  /** Whether a part of it lies outside the clipping area there. */
  readonly cut: boolean;
}

export interface PdfPieces {
  /** Size of each page in millimetres. */
  readonly sizes: readonly { readonly width: number; readonly height: number }[];
  /** Pieces of each page in the order of drawing. */
  readonly pages: readonly (readonly TextPiece[])[];
}

/**
 * How far letters of Source Sans 3 reach above the baseline (`DESCENT`: below it), as a fraction of the font
 * size.
 */
export const ASCENT = 0.72;
export const DESCENT = 0.21;

/** Reads every text of a PDF with its place, for tests of the layout. */
export async function readPieces(pdf: Uint8Array): Promise<PdfPieces> {
  const loading = getDocument({
    data: new Uint8Array(pdf),
    useSystemFonts: false,
    fontExtraProperties: true,
    verbosity: 0,
  });
  const document = await loading.promise;
  const sizes: { width: number; height: number }[] = [];
  const pages: TextPiece[][] = [];
  for (let number = 1; number <= document.numPages; number++) {
    const page = await document.getPage(number);
    const [, , width = 0, height = 0] = page.view;
    sizes.push({ width: millimetres(width), height: millimetres(height) });
    pages.push(await piecesOf(page, number, height));
    page.cleanup();
  }
  await loading.destroy();
  return { sizes, pages };
}

type Matrix = readonly [number, number, number, number, number, number];
/** Left, bottom, right and top in points. */
type Box = readonly [number, number, number, number];
type Glyph = { readonly unicode: string; readonly width: number };

interface State {
  readonly matrix: Matrix;
  readonly colour: string;
  readonly clip: Box;
}

const EVERYWHERE: Box = [-1e6, -1e6, 1e6, 1e6];
/** Tolerance in points, because a letter may reach a little beyond its nominal width. */
const CLIP_TOLERANCE = 1;

/** Interprets the drawing operators of ISO 32000-1, 8.4 and 9.4, as far as Chrome uses them. */
async function piecesOf(page: PDFPageProxy, number: number, height: number): Promise<TextPiece[]> {
  const { fnArray, argsArray } = await page.getOperatorList();
  const pieces: TextPiece[] = [];
  const saved: State[] = [];
  let state: State = { matrix: [1, 0, 0, 1, 0, 0], colour: '#000000', clip: EVERYWHERE };
  let clipping = false;
  let font = '';
  let size = 0;
  let line: Matrix = state.matrix;
  let run: { text: string; start: number; end: number; at: Matrix } | undefined;

  function finish() {
    if (run && run.text.trim() !== '') {
      const [a, b, , , left, bottom] = run.at;
      const scale = Math.hypot(a, b);
      const points = scale * size;
      const end = left + (run.end - run.start) * scale;
      const [x0, y0, x1, y1] = state.clip;
      const outside =
        left < x0 - CLIP_TOLERANCE ||
        end > x1 + CLIP_TOLERANCE ||
        bottom - points * DESCENT < y0 - CLIP_TOLERANCE ||
        bottom + points * ASCENT > y1 + CLIP_TOLERANCE;
      const upright = Math.abs(b) < 1e-6;
      pieces.push({
        page: number,
        text: run.text.normalize('NFKC').trim(),
        x: millimetres(left),
        end: millimetres(end),
        baseline: millimetres(height - bottom),
        size: points,
        font,
        colour: state.colour,
        upright,
        cut: upright && outside,
      });
    }
    run = undefined;
  }

  for (const [index, operator] of fnArray.entries()) {
    const values = argsArray[index] as never;
    switch (operator) {
      case OPS.save:
        saved.push(state);
        break;
      case OPS.restore:
        state = saved.pop() ?? state;
        break;
      case OPS.transform:
        state = { ...state, matrix: times(state.matrix, values) };
        break;
      case OPS.setFillRGBColor:
        finish();
        state = { ...state, colour: values[0] };
        break;
      case OPS.clip:
      case OPS.eoClip:
        clipping = true;
        break;
      case OPS.constructPath:
        if (clipping) state = { ...state, clip: overlap(state.clip, placed(state.matrix, values[2])) };
        clipping = false;
        break;
      case OPS.beginText:
        line = [1, 0, 0, 1, 0, 0];
        break;
      case OPS.endText:
        finish();
        break;
      case OPS.setFont: {
        finish();
        const [name, points] = values as readonly [string, number];
        font = (page.commonObjs.get(name).name as string).replace(/^[A-Z]{6}\+/, '');
        size = points;
        break;
      }
      case OPS.setTextMatrix:
        finish();
        line = Array.from({ ...(values[0] as object), length: 6 }) as unknown as Matrix;
        break;
      case OPS.moveText:
        if (values[1] !== 0) finish();
        line = times(line, [1, 0, 0, 1, values[0], values[1]]);
        break;
      case OPS.showText: {
        const glyphs = values[0] as readonly (Glyph | number)[];
        const text = glyphs.map((glyph) => (typeof glyph === 'number' ? '' : glyph.unicode)).join('');
        // A number moves back by thousandths of the font size.
        const width = glyphs.reduce<number>(
          (sum, glyph) => sum + (typeof glyph === 'number' ? -glyph : glyph.width),
          0,
        );
        if (run === undefined && text.trim() === '') break;
        run ??= { text: '', start: line[4], end: line[4], at: times(state.matrix, line) };
        run.text += text;
        if (text.trim() !== '') run.end = line[4] + (width / 1000) * size;
        break;
      }
    }
  }
  return pieces;
}

function times([a, b, c, d, e, f]: Matrix, [g, h, i, j, k, l]: Matrix): Matrix {
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f];
}

/** Returns the bounding box of a path after transformation by the matrix. */
function placed([a, b, c, d, e, f]: Matrix, { 0: x0, 1: y0, 2: x1, 3: y1 }: Box): Box {
  const corners = [x0, x1].flatMap((x) => [y0, y1].map((y) => [a * x + c * y + e, b * x + d * y + f]));
  const across = corners.map(([x = 0]) => x);
  const up = corners.map(([, y = 0]) => y);
  return [Math.min(...across), Math.min(...up), Math.max(...across), Math.max(...up)];
}

const overlap = (one: Box, other: Box): Box => [
  Math.max(one[0], other[0]),
  Math.max(one[1], other[1]),
  Math.min(one[2], other[2]),
  Math.min(one[3], other[3]),
];

const millimetres = (points: number) => (points / 72) * 25.4;
