import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { findBrowser } from '#adapters/chrome/browser.ts';
import { createChromePrinter } from '#adapters/chrome/printer.ts';
import { createProfile } from '#adapters/chrome/profile.ts';
import { createTemplates } from '#adapters/handlebars/documents/templates.ts';
import { readPdf } from '#test/support/documents/pdf-text.ts';
import { benchInvoices, benchSet } from './bench-set.ts';
import { createFormats } from './peers/formats.ts';
import { openOurs } from './peers/ours.ts';
import { openPdfmake } from './peers/pdfmake.ts';
import type { Peer, Skipped, Workshop } from './peers/peer.ts';
import { openBrowserPerInvoice, openPagePerInvoice } from './peers/puppeteer.ts';
import { differences, figuresOf } from './peers/same-content.ts';
import { type Measured, table } from './peers/table.ts';
import { openWarmWeasyPrint, openWeasyPrintCommand } from './peers/weasyprint.ts';

/**
 * Makes the same two-page invoices with the product and with peers, from the same text and fonts, and checks
 * each file for its pages and its words. The peers take turns: in a round all of them print the same
 * customers, and each round begins with another peer. A round before the first warms them up and is not
 * measured.
 * `npm run bench:peers -- 3 2` runs 3 rounds of 2 invoices for each peer; a third argument names a folder for
 * one file of each peer.
 */
const rounds = Number(process.argv[2] ?? 7);
const perRound = Number(process.argv[3] ?? 5);
const folder = process.argv[4];

interface Entry {
  readonly peer: Peer;
  /** Milliseconds for each invoice, by round. */
  readonly took: number[];
  /** One file for each invoice, in their order. */
  readonly pdfs: Uint8Array[];
}

const templatesFolder = resolve(import.meta.dirname, '../../templates');
const set = benchSet((rounds + 1) * perRound, 25);
const invoices = benchInvoices(set);
const formats = createFormats(templatesFolder, 'de');
const templates = createTemplates(templatesFolder);
const fontsFolder = join(templatesFolder, 'fonts');
const chromePath = process.env.CHROME_PATH;
const profile = await createProfile(fontsFolder);
const printer = createChromePrinter({ fontsFolder, chromePath });
const entries: Entry[] = [];
try {
  const workshop: Workshop = {
    templatesFolder,
    fontConfig: profile.fontConfig,
    browser: await findBrowser(chromePath),
    textOf: (invoice) => templates.invoice(invoice, { draft: false, pdf: set.settings.pdf }),
  };
  const ours = enter(openOurs('ours', printer, workshop, true));
  const withoutSums = enter(openOurs('ours without carried sums', printer, workshop, false));
  enter(await openPagePerInvoice('Puppeteer, warm browser', workshop, 'load'));
  enter(await openPagePerInvoice('Puppeteer, warm browser, networkidle0', workshop, 'networkidle0'));
  enter(openBrowserPerInvoice('Puppeteer, browser an invoice, networkidle0', workshop, 'networkidle0'));
  enter(openPdfmake('pdfmake, warm', workshop));
  enterIfThere(openWarmWeasyPrint('WeasyPrint, warm', workshop));
  enterIfThere(openWeasyPrintCommand('WeasyPrint, command', workshop));

  console.log(`${rounds} rounds of ${perRound} invoices a peer, ${availableParallelism()} cores`);
  for (let round = 0; round <= rounds; round++) await takeTurns(round);
  console.log(`\n${table(entries.map(measured), measured(ours))}\n`);
  for (const entry of entries) await check(entry, withoutSums.pdfs);
} finally {
  for (const { peer } of entries) await peer.close();
  await printer.close();
  await profile.remove();
}

function enter(peer: Peer): Entry {
  const entry = { peer, took: [], pdfs: [] };
  entries.push(entry);
  return entry;
}

function enterIfThere(peer: Peer | Skipped): void {
  if ('skipped' in peer) console.log(`${peer.name}: skipped: ${peer.skipped}`);
  else enter(peer);
}

async function takeTurns(round: number): Promise<void> {
  const batch = invoices.slice(round * perRound, (round + 1) * perRound);
  const first = round % entries.length;
  for (const { peer, took, pdfs } of [...entries.slice(first), ...entries.slice(0, first)]) {
    // This print is not measured, because a peer that was idle for seconds must first wake up.
    await peer.print(batch.slice(0, 1));
    const begun = performance.now();
    pdfs.push(...(await peer.print(batch)));
    if (round > 0) took.push((performance.now() - begun) / perRound);
  }
  const load = loadavg()[0]!.toFixed(1);
  console.log(`${round === 0 ? 'warmed up' : `round ${round}`}: load ${load} in the last minute`);
}

function measured({ peer, took, pdfs }: Entry): Measured {
  return { name: peer.name, took, bytes: pdfs[0]!.length };
}

/**
 * Compares the files with the figures of the invoices, and with our print without carried sums, which no
 * other peer can make.
 */
async function check({ peer, pdfs }: Entry, references: readonly Uint8Array[]): Promise<void> {
  const found = new Set<string>();
  let pages = 0;
  for (const [index, pdf] of pdfs.entries()) {
    const [content, reference] = [await readPdf(pdf), await readPdf(references[index]!)];
    pages += content.pages.length;
    const texts = [figuresOf(invoices[index]!, formats), reference.text];
    for (const one of differences(content, { texts, pages: reference.pages.length })) found.add(one);
  }
  const verdict = found.size === 0 ? 'every word is there' : [...found].slice(0, 5).join('; ');
  console.log(`${peer.name}: ${pdfs.length} files, ${pages / pdfs.length} pages each, ${verdict}`);
  if (found.size > 0) process.exitCode = 1;
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${peer.name.replaceAll(/\W+/g, '-')}.pdf`), pdfs[0]!);
}
