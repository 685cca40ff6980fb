import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createFontCoverage } from '#adapters/fonts/coverage.ts';
import { createTemplateEngine } from '#adapters/handlebars/template-engine.ts';
import { previewInvoice } from '#core/billing/preview-invoice.ts';
import type { Deps } from '#core/deps.ts';
import { Fault } from '#core/errors.ts';
import type { TemplateEngine } from '#core/ports.ts';
import { readInvoice } from '#core/repositories/invoices.ts';
import { readJournal } from '#core/repositories/journal.ts';
import { findTemplates, readTemplateSet } from '#core/repositories/templates.ts';
import { sweep } from '#core/runs/sweep.ts';
import { importTemplates } from '#core/templates/import-templates.ts';
import { createTemplateOpener } from '#core/templates/template-set.ts';
import { bill, customerOf, loadDairy, loadNotes, noteOf } from '#test/support/data/dairy.ts';
import { createSimulation, type Simulation } from '#test/support/simulation/simulation.ts';

const TEMPLATES = join(import.meta.dirname, '../../../templates');
const handlebars = createTemplateEngine(TEMPLATES, createFontCoverage(`${TEMPLATES}/fonts`));
const shipped = (path: string) => readFileSync(join(TEMPLATES, path), 'utf8');
const bytes = (text: string) => new TextEncoder().encode(text);
const letterhead = (text: string) => ({ 'partials/letterhead.hbs': bytes(text) });
const MINUTE = 60_000;

/** Opens a process with the real templates, whose printed documents are the HTML itself. */
function processOf(simulation: Simulation, templateEngine: TemplateEngine = handlebars) {
  const { deps } = simulation.process();
  return { ...deps, templateEngine, openTemplates: createTemplateOpener(templateEngine, simulation.archive) };
}

/** Reads from the archive what was printed for an issued invoice. */
async function printed(number: string, deps: Deps): Promise<string> {
  const [document] = (await readInvoice(deps.table, number))!.value.documents;
  return new TextDecoder().decode((await deps.archive.get(document!.key, document!.version))!.bytes);
}

const failing = (deps: Deps): Deps => ({
  ...deps,
  printer: {
    ...deps.printer,
    render: async (documents) => documents.map(() => ({ ok: false, reason: 'no paper' })),
  },
});

test('imported templates are in force from then on and in the journal, and a repeated import changes nothing', async () => {
  const deps = processOf(createSimulation(1));
  assert.deepEqual(await importTemplates({}, deps), { changed: false, files: [], languages: ['de', 'en'] });
  const first = await importTemplates(letterhead('<p>Eins</p>'), deps);
  assert.deepEqual(first, { changed: true, files: ['partials/letterhead.hbs'], languages: ['de', 'en'] });
  assert.equal((await importTemplates(letterhead('<p>Eins</p>'), deps)).changed, false);
  assert.equal((await importTemplates({ 'invoice.hbs': bytes(shipped('invoice.hbs')) }, deps)).changed, true);
  assert.deepEqual(await readTemplateSet(deps.table), {}, 'the shipped file is no file of one’s own');
  const { journal } = (await findTemplates(deps.table))!.value;
  const { entries, intact } = await readJournal(deps.table, deps.hasher, 'TEMPLATES', journal);
  assert.deepEqual([intact, entries.length], [true, 2]);
  const [key] = await deps.archive.list('templates/');
  assert.match(key!, /^templates\/partials\/letterhead\.hbs\/[0-9a-f]{64}$/, 'the old file stays');
});

test('broken templates are refused with file and line, nothing is stored, and the old ones stay in force', async () => {
  const deps = processOf(createSimulation(1));
  await loadDairy(deps, [noteOf('L1', '9', 1)]);
  await importTemplates(letterhead('<p>Eins</p>'), deps);
  const before = [await readTemplateSet(deps.table), await deps.archive.list('templates/')];
  await assert.rejects(
    importTemplates({ ...letterhead('<p>Zwei</p>\n{{custmer.name}}'), 'labels/fr.json': bytes('{}') }, deps),
    (error) =>
      error instanceof Fault &&
      error.code === 'bad-input' &&
      error.details.some((detail) =>
        /^partials\/letterhead\.hbs, line 2, column 3: "custmer\.name"/.test(detail),
      ),
  );
  assert.deepEqual([await readTemplateSet(deps.table), await deps.archive.list('templates/')], before);
  await bill(deps);
  assert.match(await printed('2026000001', deps), /<p>Eins<\/p>/);
});

test('a run keeps the templates it was started with, and the next run takes the new ones', async () => {
  const simulation = createSimulation(1);
  const deps = processOf(simulation);
  await loadDairy(deps, [noteOf('L1', '9', 1)]);
  await importTemplates(letterhead('<p>Eins</p>'), deps);
  const report = await bill(failing(deps));
  assert.equal(report.customers[0]?.state, 'failed');
  await importTemplates(letterhead('<p>Zwei</p>'), deps);
  await loadNotes(deps, [noteOf('L2', '10', 2)]);
  await bill(deps);
  simulation.advance(10 * MINUTE);
  await sweep(processOf(simulation));
  assert.match(await printed('2026000001', deps), /<p>Eins<\/p>/);
  assert.match(await printed('2026000002', deps), /<p>Zwei<\/p>/);
});

test('an invoice with a number does not wait for ever for templates that no longer fit', async () => {
  const simulation = createSimulation(1);
  const deps = processOf(simulation);
  await loadDairy(deps, [noteOf('L1', '9', 1)]);
  await importTemplates(letterhead('<p>Eins</p>'), deps);
  await bill(failing(deps));
  const updated = processOf(simulation, {
    ...handlebars,
    open(own) {
      if (own['partials/letterhead.hbs']?.includes('Eins'))
        throw new Fault('bad-settings', 'Eins does not fit');
      return handlebars.open(own);
    },
  });
  await loadNotes(updated, [noteOf('L2', '10', 2)]);
  await assert.rejects(bill(updated), /Eins does not fit/, 'no run is started with them');
  await importTemplates(letterhead('<p>Zwei</p>'), updated);
  simulation.advance(10 * MINUTE);
  await sweep(updated);
  assert.match(await printed('2026000001', updated), /<p>Zwei<\/p>/);
});

test('a template whose file is gone is reported before a run begins', async () => {
  const simulation = createSimulation(1);
  const deps = processOf(simulation);
  await loadDairy(deps, [noteOf('L1', '9', 1)]);
  await importTemplates(letterhead('<p>Eins</p>'), deps);
  const archive = { ...simulation.archive, get: async () => undefined };
  const openTemplates = createTemplateOpener(handlebars, archive);
  await assert.rejects(bill({ ...deps, openTemplates }), { code: 'damaged' });
});

test('a customer who reads French is held until French labels are imported, and then billed in French', async () => {
  const deps = processOf(createSimulation(1));
  const french = customerOf('9', { language: 'fr', country: 'FR', name: 'Hôtel du Lac' });
  await loadDairy(deps, [noteOf('L1', '9', 1)], [french]);
  const held = await bill(deps);
  assert.deepEqual(held.customers[0]?.reasons, [
    'Customer 9\'s language "fr" has no labels: choose one of de, en, or import templates with labels/fr.json.',
  ]);
  await assert.rejects(previewInvoice({ customer: '9' }, deps), { code: 'bad-input' });

  const labels = shipped('labels/en.json')
    .replace('"Invoice"', '"Facture"')
    .replace('"Dear {addressee},"', '"Bonjour {addressee},"')
    .replace('"€{amount}"', '"{amount} €"')
    .replace('"decimalMark": "."', '"decimalMark": ","')
    .replace('"groupMark": ","', '"groupMark": " "')
    .replace('"draftNumber": "Draft"', '"draftNumber": "Brouillon"');
  const { languages } = await importTemplates({ 'labels/fr.json': bytes(labels) }, deps);
  assert.deepEqual(languages, ['de', 'en', 'fr']);
  const preview = new TextDecoder().decode(await previewInvoice({ customer: '9' }, deps));
  assert.match(preview, /<h1>Facture Brouillon<\/h1>/);
  assert.equal((await bill(deps)).customers[0]?.state, 'issued');
  const html = await printed('2026000001', deps);
  for (const text of ['<html lang="fr">', '<h1>Facture 2026000001</h1>', 'FRANCE', '13,23 €']) {
    assert.ok(html.includes(text), text);
  }
});
