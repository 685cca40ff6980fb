import type { Key, Table, TemplateSet } from '#core/ports.ts';
import type { JournalHead } from './journal.ts';
import { read, type Stored, sinceVersion1 } from './stored.ts';

export const TEMPLATES_PARTITION = 'TEMPLATES';
export const TEMPLATES_KEY: Key = { partition: TEMPLATES_PARTITION, sort: 'TEMPLATES' };

/** The own templates in force. */
export interface TemplatesRecord {
  readonly set: TemplateSet;
  readonly journal: JournalHead;
}

export const findTemplates = (table: Table): Promise<Stored<TemplatesRecord> | undefined> =>
  read(table, TEMPLATES_KEY, sinceVersion1<TemplatesRecord>);

/** What is in force now; empty for the shipped templates as they are. */
export async function readTemplateSet(table: Table): Promise<TemplateSet> {
  return (await findTemplates(table))?.value.set ?? {};
}
