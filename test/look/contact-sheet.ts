import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createChromePrinter } from '#adapters/chrome/printer.ts';
import { createTemplates } from '#adapters/handlebars/documents/templates.ts';
import { pdfToPng } from '#cli/pdf-to-png.ts';
import { documentsBySize, specialInvoices } from './documents.ts';
import { mailPictures } from './mails.ts';
import { drawSheet, type Thumbnail } from './sheet.ts';

/**
 * `npm run contact-sheet -- [--to FOLDER] [word …]` prints every kind of document at every size as PDF, with
 * a PNG of each page and sheets of thumbnails for each group. With words it prints only the documents whose
 * name has all of them.
 */
const { values, positionals: words } = parseArgs({
  options: { to: { type: 'string', default: './contact-sheet' } },
  allowPositionals: true,
});
const root = resolve(import.meta.dirname, '../..');
const templatesFolder = join(root, 'templates');
const fontsFolder = join(templatesFolder, 'fonts');
/** Shows of a long document only the first pages and the last one, which say enough. */
const isShown = (page: number, count: number) => count <= 8 || page <= 2 || page === count;
const PAGE_DPI = 90;
const THUMBNAIL_DPI = 60;
const PER_SHEET = 24;

await mkdir(values.to, { recursive: true });
const groups = new Map<string, Thumbnail[]>();
const add = (group: string, thumbnails: readonly Thumbnail[]) =>
  groups.set(group, [...(groups.get(group) ?? []), ...thumbnails]);

const templates = createTemplates(templatesFolder);
const printer = createChromePrinter({ fontsFolder });
const documents = [...documentsBySize(templates), ...specialInvoices(templates)];
for (const { group, name, text } of documents.filter((it) => words.every((word) => it.name.includes(word)))) {
  const [result] = await printer.render([{ name, ...text }]);
  if (!result?.ok) throw new Error(result?.reason);
  await write(`${name}.pdf`, result.pdf);
  const shown = Array.from({ length: result.pages }, (_, index) => index + 1).filter((page) =>
    isShown(page, result.pages),
  );
  const pages = await pdfToPng(result.pdf, { dpi: PAGE_DPI, pages: isShown });
  for (const [index, png] of pages.entries()) await write(`${name}-${shown[index]}.png`, png);
  const thumbnails = await pdfToPng(result.pdf, { dpi: THUMBNAIL_DPI, pages: isShown });
  add(
    group,
    thumbnails.map((png, index) => ({ caption: `${name} · ${shown[index]} / ${result.pages}`, png })),
  );
  console.log(`${name}: ${result.pages} page${result.pages === 1 ? '' : 's'}`);
}
await printer.close();

for (const { name, png } of await mailPictures(templates, fontsFolder, words)) {
  await write(`${name}.png`, png);
  add('mail', [{ caption: name, png }]);
}

const sheets: string[] = [];
for (const [group, thumbnails] of groups) {
  for (let start = 0; start < thumbnails.length; start += PER_SHEET) {
    const sheet = `sheet-${group}-${start / PER_SHEET + 1}.png`;
    const part = thumbnails.slice(start, start + PER_SHEET);
    await write(sheet, await drawSheet(part, join(fontsFolder, 'SourceSans3-Regular.ttf')));
    sheets.push(sheet);
  }
}
await write(
  'index.html',
  `<!doctype html><meta charset="utf-8"><title>Contact sheet</title>${sheets
    .map((sheet) => `<h2>${sheet}</h2><a href="${sheet}"><img src="${sheet}" width="100%"></a>`)
    .join('\n')}`,
);
console.log(`${sheets.length} sheets: ${resolve(values.to, 'index.html')}`);

async function write(name: string, bytes: Uint8Array | string): Promise<void> {
  await writeFile(join(values.to, name), bytes);
}
