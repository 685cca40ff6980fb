import { createCanvas } from '@napi-rs/canvas';
import { getDocument, type PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';

export interface PdfToPngOptions {
  /** Dots an inch: 96 is a usual screen, an A4 page is then 794 by 1123 pixels. */
  readonly dpi: number;
  /** Which pages, by their number (1 for the first) and the count of all; without it every page. */
  readonly pages?: (page: number, count: number) => boolean;
}

const POINTS_PER_INCH = 72;

/**
 * Pictures of a PDF, one PNG a page, on white. Made for the documents of this program: fonts must be embedded in
 * the file, those of the system are not used.
 * @throws what pdf.js says when the bytes are no PDF
 */
export async function pdfToPng(pdf: Uint8Array, { dpi, pages }: PdfToPngOptions): Promise<Uint8Array[]> {
  // A copy, because pdf.js takes the bytes away from their owner.
  const loading = getDocument({ data: new Uint8Array(pdf), useSystemFonts: false, verbosity: 0 });
  try {
    const document = await loading.promise;
    const pictures: Uint8Array[] = [];
    for (let number = 1; number <= document.numPages; number++) {
      if (pages && !pages(number, document.numPages)) continue;
      pictures.push(await draw(await document.getPage(number), dpi));
    }
    return pictures;
  } finally {
    await loading.destroy();
  }
}

async function draw(page: PDFPageProxy, dpi: number): Promise<Uint8Array> {
  const viewport = page.getViewport({ scale: dpi / POINTS_PER_INCH });
  const canvas = createCanvas(Math.round(viewport.width), Math.round(viewport.height));
  // Its types speak of a browser's canvas.
  const canvasContext = canvas.getContext('2d') as unknown as NonNullable<
    Parameters<PDFPageProxy['render']>[0]['canvasContext']
  >;
  await page.render({ canvas: null, canvasContext, viewport }).promise;
  page.cleanup();
  return canvas.encode('png');
}
