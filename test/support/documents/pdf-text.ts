import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';

export interface PdfContent {
  /** Lines of text of each page, from top to bottom; parts of a line are joined by one blank. */
  readonly pages: readonly (readonly string[])[];
  /** Width and height of each page in points. */
  readonly sizes: readonly (readonly [number, number])[];
  /** Where each piece of text on the first page begins, in points from the page's left and top. */
  readonly positions: readonly { readonly text: string; readonly x: number; readonly fromTop: number }[];
  /** All lines of all pages. */
  readonly text: string;
}

interface Part {
  readonly x: number;
  readonly end: number;
  readonly size: number;
  readonly text: string;
}

/** Reads a PDF's text as a reader sees it, whatever way it is drawn, for tests. */
export async function readPdf(pdf: Uint8Array): Promise<PdfContent> {
  const loading = getDocument({ data: new Uint8Array(pdf), useSystemFonts: false, verbosity: 0 });
  const document = await loading.promise;
  const pages: string[][] = [];
  const sizes: [number, number][] = [];
  const positions: { text: string; x: number; fromTop: number }[] = [];
  for (let number = 1; number <= document.numPages; number++) {
    const page = await document.getPage(number);
    const [, , width = 0, height = 0] = page.view;
    sizes.push([width, height]);
    const { items } = await page.getTextContent();
    const rows = new Map<number, Part[]>();
    for (const item of items) {
      if (!('str' in item) || item.str === '') continue;
      const [, , , size = 0, x = 0, y = 0] = item.transform as number[];
      if (number === 1) positions.push({ text: item.str, x, fromTop: height - y });
      const row = Math.round(y);
      rows.set(row, [...(rows.get(row) ?? []), { x, end: x + item.width, size, text: item.str }]);
    }
    const lines = [...rows].sort(([a], [b]) => b - a).map(([, parts]) => joinParts(parts));
    pages.push(lines.filter((line) => line !== ''));
  }
  await loading.destroy();
  return { pages, sizes, positions, text: pages.flat().join('\n') };
}

/**
 * Joins the parts of a line, with a blank where they stand apart; letters of one word may come in several
 * parts.
 */
function joinParts(parts: readonly Part[]): string {
  let line = '';
  let end = Number.POSITIVE_INFINITY;
  for (const part of parts.toSorted((a, b) => a.x - b.x)) {
    line += part.x - end > part.size * 0.15 ? ` ${part.text}` : part.text;
    end = part.end;
  }
  return line.replace(/\s+/g, ' ').trim();
}
