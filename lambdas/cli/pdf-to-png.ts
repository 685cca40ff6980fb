import { createCanvas } from '@napi-rs/canvas';
import { getDocument, type PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';

export interface PdfToPngOptions {
  /** Dots an inch. At 96, the usual screen, an A4 page is 794 by 1123 pixels. */
  readonly dpi: number;
  /**
   * Chooses pages by their number (1 for the first) and the count of all; without it, every page is drawn.
   */
  readonly pages?: (page: number, count: number) => boolean;
}

const POINTS_PER_INCH = 72;

/**
 * Draws a PDF as pictures, one PNG a page, on white. It is made for the documents of this program: fonts must
 * be embedded in the file, because those of the system are not used.
 * @throws the error of pdf.js if the bytes are not a PDF
 */
export async function pdfToPng(pdf: Uint8Array, { dpi, pages }: PdfToPngOptions): Promise<Uint8Array[]> {
  // A copy is handed over, because pdf.js takes the bytes away from their owner.
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
  // The types of pdf.js expect the canvas of a browser.
  const canvasContext = canvas.getContext('2d') as unknown as NonNullable<
    Parameters<PDFPageProxy['render']>[0]['canvasContext']
  >;
  await page.render({ canvas: null, canvasContext, viewport }).promise;
  page.cleanup();
  return canvas.encode('png');
}
