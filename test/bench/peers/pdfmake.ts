import { join } from 'node:path';
import pdfmake from 'pdfmake';
import { createFormats } from './formats.ts';
import { invoiceDefinition } from './pdfmake-invoice.ts';
import { oneByOne, type Peer, type Workshop } from './peer.ts';

/** Opens pdfmake in this process, so that its modules are loaded once. */
export function openPdfmake(name: string, { templatesFolder }: Workshop): Peer {
  const fonts = join(templatesFolder, 'fonts');
  pdfmake.setLocalAccessPolicy((path) => path.startsWith(fonts));
  pdfmake.setUrlAccessPolicy(() => false);
  pdfmake.setFonts({
    'Source Sans 3': {
      normal: join(fonts, 'SourceSans3-Regular.ttf'),
      bold: join(fonts, 'SourceSans3-SemiBold.ttf'),
    },
  });
  const formats = createFormats(templatesFolder, 'de');
  return {
    name,
    print: (invoices) =>
      oneByOne(invoices, (invoice) => pdfmake.createPdf(invoiceDefinition(invoice, formats)).getBuffer()),
    close: async () => {},
  };
}
