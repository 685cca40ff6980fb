import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TemplatesImport } from '#core/templates/import-templates.ts';
import { customersCsv, deliveriesCsv, onPaper, settingsJson } from '#test/support/data/import-files.ts';
import { readPdf } from '#test/support/documents/pdf-text.ts';
import { openShop } from '#test/support/process/cli.ts';

const TEMPLATES = join(import.meta.dirname, '../../templates');
const shipped = (path: string) => readFileSync(join(TEMPLATES, path), 'utf8');

test('own templates go from the folder to the invoice and are taken back', async (t) => {
  const shop = openShop(t);
  const own = shop.at('own');
  const write = (path: string, text: string) => {
    mkdirSync(join(own, path, '..'), { recursive: true });
    writeFileSync(join(own, path), text);
  };
  const importOwn = () => shop.json<TemplatesImport>('import', 'templates', own);
  const customers = customersCsv([onPaper('9', { language: 'fr' }), onPaper('10')]);
  await shop.load('settings', settingsJson(1, { mail: { transport: 'off' } }));
  assert.match(await shop.refused('customers', customers), /line 2, column language: "fr" has no labels/);

  await t.test('own labels and templates are imported, and a broken template changes nothing', async () => {
    write('labels/fr.json', shipped('labels/en.json').replace('"Invoice"', '"Facture"'));
    write('partials/slogan.hbs', '<p>Frisch vom Hof</p>');
    write('invoice.hbs', shipped('invoice.hbs').replace('<h1>', '{{> slogan}}<h1>'));
    write('README.md', 'mine');
    write('.DS_Store', '');
    const { code, value } = await importOwn();
    const files = ['invoice.hbs', 'labels/fr.json', 'partials/slogan.hbs'];
    assert.deepEqual([code, value], [0, { changed: true, files, languages: ['de', 'en', 'fr'] }]);
    const before = shop.rows();

    write('partials/slogan.hbs', '<p>\n{{slogan}}</p>');
    const refused = await importOwn();
    assert.equal(refused.code, 2);
    assert.match(
      refused.error!.message,
      /partials\/slogan\.hbs, line 2, column 3: "slogan" is not a field here/,
    );
    assert.deepEqual(shop.rows(), before);
  });

  await t.test('invoices are made with the own templates', async () => {
    await shop.load('customers', customers);
    const notes = ['9', '10'].map((customer) => ({ note: `N${customer}`, customer, date: '2026-10-05' }));
    await shop.load('deliveries', deliveriesCsv(notes));
    const run = ['run', '--cycle', 'monthly', '--period', '2026-10', '--invoice-date', '2026-11-02'];
    assert.equal((await shop.cli(...run, '--output', 'print', '--to', shop.at('all.pdf'))).code, 0);
    const { text } = await readPdf(readFileSync(shop.at('all.pdf')));
    for (const words of ['Frisch vom Hof', 'Facture 2026000001', 'Rechnung 2026000002']) {
      assert.ok(text.includes(words), words);
    }
  });

  await t.test('an empty folder takes the own templates back', async () => {
    rmSync(own, { recursive: true });
    mkdirSync(own);
    const { value } = await importOwn();
    assert.deepEqual(value, { changed: true, files: [], languages: ['de', 'en'] });
  });

  await t.test('a folder that holds something else than templates, or is missing, is refused', async () => {
    write('fonts/a.ttf', '');
    assert.match((await importOwn()).error!.message, /fonts cannot be replaced/);
    for (let n = 0; n < 301; n++) write(`${n}.txt`, '');
    assert.match((await importOwn()).error!.message, /more than 300 files/);
    rmSync(own, { recursive: true });
    assert.match((await importOwn()).error!.message, /cannot be read/);
  });
});

test('a sample is rendered again at each change of the templates, until Ctrl-C', async (t) => {
  const shop = openShop(t);
  const [own, pdf] = [shop.at('own'), shop.at('sample.pdf')];
  mkdirSync(own);
  const preview = ['preview', '--sample', 'instant', '--language', 'en', '--to'];
  const refused = async (...args: string[]) => {
    const { code, error } = await shop.json(...args);
    assert.equal(code, 2);
    return error!.message;
  };
  assert.match(await refused('preview', '--sample', 'x', '--to', pdf), /--sample "x" is none of usual, /);
  assert.match(await refused(...preview, pdf, '--document', 'x'), /--document "x" is none of invoice, /);
  assert.match(await refused(...preview, join(own, 'a.pdf'), '--templates', own), /lies in the folder/);
  assert.match(await refused(...preview, pdf, '--watch'), /Say which templates to watch/);

  const watching = shop.start('cli', ...preview, pdf, '--templates', own, '--watch');
  const times = (pattern: string, count: number) =>
    watching.says(new RegExp(`(?:${pattern}[\\s\\S]*?){${count}}`));
  const text = async () => (await readPdf(readFileSync(pdf))).text;
  await times('rendered in \\d+ ms', 1);
  assert.ok((await text()).includes('Invoice 2026000123'));
  assert.deepEqual(
    readdirSync(shop.at('.')).filter((name) => name.startsWith('sample')),
    ['sample-1.png', 'sample.pdf'],
  );
  // The changes are a new folder, a file with a slip in it, and a correct file that replaces it.
  const partial = join(own, 'partials/legal.hbs');
  mkdirSync(join(own, 'partials'));
  writeFileSync(partial, '<p>\n{{slogan}}</p>');
  await times('partials/legal\\.hbs, line 2, column 3: "slogan" is not a field here', 1);
  writeFileSync(`${own}/.legal.hbs`, '<p>Fresh from the farm</p>');
  const before = (await watching.says(/[\s\S]*/))[0].match(/rendered in/g)!.length;
  renameSync(`${own}/.legal.hbs`, partial);
  await times('rendered in \\d+ ms', before + 1);
  assert.ok((await text()).includes('Fresh from the farm'));
  watching.process.kill('SIGINT');
  assert.equal((await watching.ended).code, 0);
});
