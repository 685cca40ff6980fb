import type { Deps } from '#core/deps.ts';
import { templateSetFingerprint } from '#core/domain/identity.ts';
import { Fault } from '#core/errors.ts';
import type { Archive, Hasher, TemplateEngine, TemplateFiles, TemplateSet, Templates } from '#core/ports.ts';
import { readTemplateSet } from '#core/repositories/templates.ts';

/** Every version of a template is kept for ever, so that a set can be read as long as anything names it. */
const keyOf = (path: string, sha256: string): string => `templates/${path}/${sha256}`;

/**
 * Files templates under their hashes.
 * @returns the set that names them, in the order of their paths
 */
export async function storeTemplateFiles(
  files: TemplateFiles,
  deps: { readonly archive: Archive; readonly hasher: Hasher },
): Promise<TemplateSet> {
  const set: Record<string, string> = {};
  for (const path of Object.keys(files).sort()) {
    const bytes = new TextEncoder().encode(files[path]);
    const sha256 = deps.hasher.sha256(bytes);
    const contentType = path.endsWith('.json') ? 'application/json' : 'text/plain; charset=utf-8';
    const { file } = await deps.archive.putOnce(keyOf(path, sha256), bytes, { contentType, metadata: {} });
    if (file.sha256 !== sha256) {
      const reason = `Another file lies in the archive as ${file.key}: move it away, then import again.`;
      throw new Fault('archive-conflict', reason);
    }
    set[path] = sha256;
  }
  return set;
}

/**
 * Reads the files of a set.
 * @throws Fault `damaged` for a file that is missing or differs from what was stored
 */
export async function readTemplateFiles(set: TemplateSet, archive: Archive): Promise<TemplateFiles> {
  const entries = Object.entries(set).map(async ([path, sha256]) => {
    const key = keyOf(path, sha256);
    const found = await archive.get(key);
    if (found?.file.sha256 === sha256) return [path, new TextDecoder().decode(found.bytes)] as const;
    const reason = `The template ${key} is missing in the archive: restore it from a backup, or import the templates again.`;
    throw new Fault('damaged', reason);
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Creates `Deps.openTemplates`: each set is read and compiled once in the life of this process. */
export function createTemplateOpener(engine: TemplateEngine, archive: Archive): Deps['openTemplates'] {
  const known = new Map<string, Promise<Templates>>();
  return (set) => {
    const name = templateSetFingerprint(set);
    const opened = known.get(name) ?? readTemplateFiles(set, archive).then((files) => engine.open(files));
    known.set(name, opened);
    opened.catch(() => known.delete(name));
    return opened;
  };
}

/**
 * Opens the templates that are in force now.
 * @throws Fault `bad-settings` or `damaged`, like `openTemplates`
 */
export async function templatesInForce(deps: Pick<Deps, 'table' | 'openTemplates'>): Promise<Templates> {
  return deps.openTemplates(await readTemplateSet(deps.table));
}

/**
 * Opens the templates as they would be if these files were put on top of those in force.
 * @throws Fault `bad-input` with every error: file, line, reason
 */
export async function templatesWith(
  given: Readonly<Record<string, Uint8Array>>,
  deps: Pick<Deps, 'table' | 'archive'> & { readonly templateEngine: TemplateEngine },
): Promise<Templates> {
  const inForce = await readTemplateFiles(await readTemplateSet(deps.table), deps.archive);
  return deps.templateEngine.open(deps.templateEngine.accept(given, inForce));
}

/**
 * Opens the templates that a run was started with. If they are missing, or no longer fit after an update of
 * the program, those in force take their place: an invoice that has its number must not wait for ever.
 */
export async function templatesOfRun(
  run: { readonly id: string; readonly templates?: TemplateSet },
  deps: Pick<Deps, 'table' | 'openTemplates' | 'log'>,
): Promise<Templates> {
  try {
    return await deps.openTemplates(run.templates ?? {});
  } catch (error) {
    if (!(error instanceof Fault && ['bad-settings', 'damaged'].includes(error.code))) throw error;
    deps.log('warn', 'templates of the run replaced by those in force', { run: run.id, error });
    return templatesInForce(deps);
  }
}
