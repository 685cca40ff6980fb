import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type Command, FLAG } from '#cli/command.ts';
import { fileBeside } from '#cli/file-beside.ts';
import { readTemplateFolder } from '#cli/template-folder.ts';
import { importCustomers } from '#core/customers/import-customers.ts';
import { importDeliveries } from '#core/deliveries/import-deliveries.ts';
import { refuse } from '#core/errors.ts';
import type { ImportResult } from '#core/imports/import-file.ts';
import { importSettingsFile } from '#core/settings/import-settings-file.ts';
import { importTemplates, type TemplatesImport } from '#core/templates/import-templates.ts';
import type { Program } from '#wiring/program.ts';

export const importCommand: Command = {
  help: [
    ['import customers FILE.csv', 'load customers; known ones are updated'],
    ['import deliveries FILE.csv', 'load delivery notes; open ones are updated, billed ones refused by name'],
    ['import settings FILE.json', 'load the company, PDF, mail and ordering settings'],
    [
      'import templates FOLDER',
      'put own templates and labels in force, file by file over the shipped ones; an empty folder takes them back',
    ],
  ],
  options: { 'discard-interrupted': FLAG },
  async run({ words, flag }, { program, print }) {
    const [what, file] = words;
    if (!what || !file || words.length > 2) refuse('Say what to import and from which file.');
    if (what === 'templates') {
      const result = await importTemplates(readTemplateFolder(file), program);
      print(templatesText(result), result);
      return 0;
    }
    const bytes = readFile(file);
    const result = await importFile(what, file, bytes, flag('discard-interrupted'), program);
    const { notices, ...counts } = result;
    const summary = Object.entries(counts).map(([name, value]) => `${name}: ${value}`);
    print([...notices, `${what} of ${basename(file)}: ${summary.join(', ')}`].join('\n'), result);
    return 0;
  },
};

function templatesText({ changed, files, languages }: TemplatesImport): string {
  return [
    changed ? 'The templates were changed.' : 'These templates were in force already.',
    `Own files: ${files.join(', ') || 'none'}`,
    `Languages: ${languages.join(', ')}`,
  ].join('\n');
}

/** Loads one file of the three kinds. @throws Fault `bad-input` with nothing loaded */
export async function importFile(
  what: string,
  path: string,
  bytes: Uint8Array,
  discardInterrupted: boolean,
  program: Program,
): Promise<(ImportResult | { changed: boolean }) & { readonly notices: readonly string[] }> {
  const info = { name: basename(path), hash: program.hasher.sha256(bytes), discardInterrupted };
  if (what === 'settings') return importSettingsFile(bytes, fileBeside(dirname(path)), program);
  if (what === 'customers') {
    const { records, notices } = await program.readCustomers(bytes);
    return { ...(await importCustomers(records, info, program)), notices };
  }
  if (what === 'deliveries') {
    const { records, notices } = program.readDeliveries(bytes);
    return { ...(await importDeliveries(records, info, program)), notices };
  }
  refuse(`"${what}" cannot be imported: choose customers, deliveries, settings or templates.`);
}

function readFile(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    refuse(`The file ${path} cannot be read: ${(error as Error).message}`);
  }
}
