import type { PdfMerger } from '#core/ports.ts';

/**
 * Creates a merger that joins files into one for the printing room. Each page keeps its own fonts; the files
 * themselves are not changed.
 */
export function createPdfMerger(): PdfMerger {
  return {
    async merge(groups, { title, duplex }) {
      // The library is loaded with the first merge, because most commands merge nothing.
      const { PDF } = await import('@libpdf/core');
      const merged = PDF.create();
      for (const group of groups) {
        const last = merged.getPage(merged.getPageCount() - 1);
        if (duplex && last && merged.getPageCount() % 2 === 1) {
          merged.addPage({ width: last.width, height: last.height });
        }
        for (const file of group) {
          const source = await PDF.load(file);
          await merged.copyPagesFrom(source, [...Array(source.getPageCount()).keys()]);
        }
      }
      merged.setTitle(title);
      return await merged.save();
    },
  };
}
