import type { PdfMerger } from '#core/ports.ts';

/** Joins files to one, for the printing room. Each page keeps its own fonts; the files themselves are not touched. */
export function createPdfMerger(): PdfMerger {
  return {
    async merge(files, { title }) {
      // Loaded with the first merge: most commands merge nothing.
      const { PDF } = await import('@libpdf/core');
      const merged = await PDF.merge([...files]);
      merged.setTitle(title);
      return await merged.save();
    },
  };
}
