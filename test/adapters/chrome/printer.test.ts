import { createChromePrinter } from '#adapters/chrome/printer.ts';
import { printerContract } from '#test/contracts/printer-contract.ts';
import { FONTS } from './fonts.ts';

printerContract('Chrome', {
  open: () => createChromePrinter({ fontsFolder: FONTS, timeoutMs: 2000 }),
  // The table is so long that no machine lays it out within the time limit.
  faulty: { name: 'endless', html: `<table>${'<tr><td>x<td>y'.repeat(500_000)}</table>` },
  font: 'SourceSans3-Regular',
});
