// This process prints one document, says so, and then waits until a test kills it.
import { createChromePrinter } from '#adapters/chrome/printer.ts';
import { letter } from '#test/contracts/printer-contract.ts';
import { FONTS } from './fonts.ts';

const printer = createChromePrinter({ fontsFolder: FONTS });
const [result] = await printer.render([letter('ready')]);
console.log(result?.ok ? 'printed' : result?.reason);
