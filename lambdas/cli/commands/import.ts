import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { z } from 'zod';
import { defineCommand } from '#cli/command.ts';
import { fileBeside } from '#cli/file-beside.ts';
import { readTemplateFolder } from '#cli/template-folder.ts';
import { path } from '#cli/words.ts';
import { importCustomers } from '#core/customers/import-customers.ts';
import { importDeliveries } from '#core/deliveries/import-deliveries.ts';
import { refuse } from '#core/errors.ts';
import type { ImportResult } from '#core/imports/import-file.ts';
import { importSettingsFile } from '#core/settings/import-settings-file.ts';
import { importTemplates, type TemplatesImport } from '#core/templates/import-templates.ts';
import type { Program } from '#wiring/program.ts';

/** What can be imported; each is a word after `import`. */
const KINDS = ['customers', 'deliveries', 'settings', 'templates'] as const;
const ASK = `Say what to import and from which file: import ${KINDS.join('|')} FILE.`;

export const importCommand = defineCommand({
  help: [
    ['import customers FILE.csv', 'load customers; known ones are updated'],
    ['import deliveries FILE.csv', 'load delivery notes; open ones are updated, billed ones refused by name'],
    ['import settings FILE.json', 'load the company, PDF, mail and ordering settings'],
    [
      'import templates FOLDER',
      'put own templates and labels in force, file by file over the shipped ones; an empty folder takes them back',
    ],
  ],
  words: {
    what: {
      schema: z.enum(KINDS),
      shown: 'WHAT',
      does: `what the file holds: ${KINDS.join(', ')}`,
      required: ASK,
    },
    file: { schema: path, shown: 'FILE', does: 'the file; of templates, their folder', required: ASK },
  },
  options: {
    'discard-interrupted': {
      does: 'give up the half-loaded rest of an interrupted import, and load this file instead',
    },
  },
  async run({ words: { what, file }, options }, { program, print }) {
    if (what === 'templates') {
      const result = await importTemplates(readTemplateFolder(file), program);
      print(templatesText(result), result);
      return 0;
    }
    const bytes = readFile(file);
    const result = await importFile(what, file, bytes, options['discard-interrupted'], program);
    const { notices, ...counts } = result;
    const summary = Object.entries(counts).map(([name, value]) => `${name}: ${value}`);
    print([...notices, `${what} of ${basename(file)}: ${summary.join(', ')}`].join('\n'), result);
    return 0;
  },
});

function templatesText({ changed, files, languages }: TemplatesImport): string {
  return [
    changed ? 'The templates were changed.' : 'These templates were in force already.',
    `Own files: ${files.join(', ') || 'none'}`,
    `Languages: ${languages.join(', ')}`,
  ].join('\n');
}

/**
 * Imports one file of customers, deliveries or settings.
 * @throws Fault `bad-input` with nothing imported
 */
export async function importFile(
  what: Exclude<(typeof KINDS)[number], 'templates'>,
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
  const { records, notices } = program.readDeliveries(bytes);
  return { ...(await importDeliveries(records, info, program)), notices };
}

function readFile(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    refuse(`The file ${path} cannot be read: ${(error as Error).message}`);
  }
}
