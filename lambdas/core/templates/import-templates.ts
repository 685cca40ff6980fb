import type { Deps } from '#core/deps.ts';
import { instant } from '#core/deps.ts';
import { templateSetFingerprint } from '#core/domain/identity.ts';
import type { TemplateEngine, TemplateSet } from '#core/ports.ts';
import { appendToJournal } from '#core/repositories/journal.ts';
import { createOrReplace } from '#core/repositories/stored.ts';
import {
  findTemplates,
  TEMPLATES_KEY,
  TEMPLATES_PARTITION,
  type TemplatesRecord,
} from '#core/repositories/templates.ts';
import { retryOnConflict } from '#core/retry.ts';
import { storeTemplateFiles } from './template-set.ts';

export interface TemplatesImport {
  readonly changed: boolean;
  /** One's own template files that are in force now. */
  readonly files: readonly string[];
  /** ISO 639-1 codes of the languages in which documents can be made. */
  readonly languages: readonly string[];
}

/**
 * Puts one's own templates in force: these files, and no others, take the place of the shipped files at their
 * paths. No file at all goes back to the shipped ones. Runs that have started keep their templates. An
 * unchanged set is not written.
 * @param given bytes by path
 * @throws Fault `bad-input` with every error: file, line, reason; what was in force stays in force
 */
export async function importTemplates(
  given: Readonly<Record<string, Uint8Array>>,
  deps: Pick<Deps, 'table' | 'archive' | 'clock' | 'hasher'> & { readonly templateEngine: TemplateEngine },
): Promise<TemplatesImport> {
  const files = deps.templateEngine.accept(given);
  const { languages } = deps.templateEngine.open(files);
  const set = await storeTemplateFiles(files, deps);
  const changed = await retryOnConflict(() => putInForce(set, deps));
  return { changed, files: Object.keys(set), languages };
}

async function putInForce(
  set: TemplateSet,
  deps: Pick<Deps, 'table' | 'clock' | 'hasher'>,
): Promise<boolean> {
  const old = await findTemplates(deps.table);
  const before = old?.value.set ?? {};
  if (templateSetFingerprint(before) === templateSetFingerprint(set)) return false;
  const { change, head } = appendToJournal(deps.hasher, TEMPLATES_PARTITION, old?.value.journal, {
    at: instant(deps.clock.now()),
    event: 'templates changed',
    data: { before, after: set },
  });
  const record: TemplatesRecord = { set, journal: head };
  await deps.table.write([createOrReplace(TEMPLATES_KEY, old, record), change]);
  return true;
}
