import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { Measured } from './aws/costs.ts';
import { measurePrinting } from './aws/printing.ts';
import { tables, withTables } from './aws/tables.ts';
import { measureUsage } from './aws/usage.ts';

/**
 * `npm run bench:aws` prints the tables of docs/aws/costs.md from what was measured. With `-- --measure` it measures first, and
 * writes the tables there: it prints a month with the browser of this machine, and counts in memory what the use cases
 * ask of AWS.
 */
const FILE = new URL('./aws/measured.json', import.meta.url);
const PAGE = new URL('../../docs/aws/costs.md', import.meta.url);
const PRINTED = 100;
const COUNTED = 120;
const MAILS_A_SECOND = 14;

if (process.argv.includes('--measure')) {
  const printing = await measurePrinting(PRINTED);
  const logo = `data:image/png;base64,${'A'.repeat(printing.logoCharacters)}`;
  const measured: Measured = {
    date: new Date().toISOString().slice(0, 10),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    printing,
    usage: await measureUsage(COUNTED, logo, MAILS_A_SECOND),
  };
  writeFileSync(FILE, `${JSON.stringify(measured, undefined, 2)}\n`);
}
const measured: Measured = JSON.parse(readFileSync(FILE, 'utf8'));
if (process.argv.includes('--measure')) writeFileSync(PAGE, withTables(readFileSync(PAGE, 'utf8'), measured));
console.log(`Measured ${measured.date} on ${measured.processor}.`);
for (const [name, table] of Object.entries(tables(measured))) console.log(`\n${name}\n\n${table}`);
