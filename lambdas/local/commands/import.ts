import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { refuse } from '#core/errors.ts';
import { type ImportResult, importCustomers } from '#core/import-customers.ts';
import { importDeliveries } from '#core/import-deliveries.ts';
import { importSettings } from '#core/import-settings.ts';
import { readSettings } from '#core/settings-file.ts';
import type { Local } from '#wiring/local.ts';
import { type Command, FLAG } from '../command.ts';

export const importCommand: Command = {
  help: [
    ['import customers FILE.csv', 'load customers; known ones are updated'],
    ['import deliveries FILE.csv', 'load delivery notes; open ones are updated, billed ones refused by name'],
    ['import settings FILE.json', 'load the company, PDF, mail and ordering settings'],
  ],
  options: { 'discard-interrupted': FLAG },
  async run({ words, flag }, { local, print }) {
    const [what, file] = words;
    if (!what || !file || words.length > 2) refuse('Say what to import and from which file.');
    const bytes = readFile(file);
    const result = await importFile(what, basename(file), bytes, flag('discard-interrupted'), local);
    const { notices, ...counts } = result;
    const summary = Object.entries(counts).map(([name, value]) => `${name}: ${value}`);
    print([...notices, `${what} of ${basename(file)}: ${summary.join(', ')}`].join('\n'), result);
    return 0;
  },
};

/** Loads one file of the three kinds. @throws Fault `bad-input` with nothing loaded */
export async function importFile(
  what: string,
  name: string,
  bytes: Uint8Array,
  discardInterrupted: boolean,
  local: Local,
): Promise<(ImportResult | { changed: boolean }) & { readonly notices: readonly string[] }> {
  const info = { name, hash: local.hasher.sha256(bytes), discardInterrupted };
  if (what === 'settings') {
    const { settings, smtpPassword, notices } = readSettings(bytes);
    return { ...(await importSettings(settings, smtpPassword, local)), notices };
  }
  if (what === 'customers') {
    const { records, notices } = local.readCustomers(bytes);
    return { ...(await importCustomers(records, info, local)), notices };
  }
  if (what === 'deliveries') {
    const { records, notices } = local.readDeliveries(bytes);
    return { ...(await importDeliveries(records, info, local)), notices };
  }
  refuse(`"${what}" cannot be imported: choose customers, deliveries or settings.`);
}

function readFile(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    refuse(`The file ${path} cannot be read: ${(error as Error).message}`);
  }
}
