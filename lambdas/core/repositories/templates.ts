import type { Key, Table, TemplateSet } from '#core/ports.ts';
import type { JournalHead } from './journal.ts';
import { read, type Stored, sinceVersion1 } from './stored.ts';

export const TEMPLATES_PARTITION = 'TEMPLATES';
export const TEMPLATES_KEY: Key = { partition: TEMPLATES_PARTITION, sort: 'TEMPLATES' };

/** The company's own templates that are in force. */
export interface TemplatesRecord {
  readonly set: TemplateSet;
  readonly journal: JournalHead;
}

export const findTemplates = (table: Table): Promise<Stored<TemplatesRecord> | undefined> =>
  read(table, TEMPLATES_KEY, sinceVersion1<TemplatesRecord>);

/** Reads the company's own templates in force; empty if the shipped templates apply as they are. */
export async function readTemplateSet(table: Table): Promise<TemplateSet> {
  return (await findTemplates(table))?.value.set ?? {};
}
