import type { TemplateFiles } from '#core/ports.ts';
import { nearest } from './nearest.ts';

/**
 * Limit for one template file, embedded pictures included. It keeps files reasonable; the storage would allow
 * more.
 */
export const MAX_TEMPLATE_BYTES = 1_000_000;

/**
 * Decodes own files to texts and drops those that equal the shipped ones.
 * @returns the files, and a sentence for each that cannot be a template of this program
 */
export function readOwnFiles(
  given: Readonly<Record<string, Uint8Array>>,
  shipped: TemplateFiles,
): { readonly files: TemplateFiles; readonly problems: readonly string[] } {
  const files: Record<string, string> = {};
  const problems: string[] = [];
  for (const [path, bytes] of Object.entries(given)) {
    const problem = nameProblem(path, shipped) ?? sizeProblem(bytes);
    const text = problem === undefined ? decode(bytes) : undefined;
    if (text === undefined)
      problems.push(`${path}: ${problem ?? 'it is not in UTF-8: save it anew in UTF-8'}`);
    else if (text !== shipped[path]) files[path] = text;
  }
  return { files, problems };
}

function nameProblem(path: string, shipped: TemplateFiles): string | undefined {
  if (Object.hasOwn(shipped, path)) return undefined;
  if (/^partials\/[a-z0-9-]{1,60}\.hbs$/.test(path) || /^labels\/[a-z]{2}\.json$/.test(path))
    return undefined;
  if (/\.(?:ttf|otf|woff2?|ttc)$/i.test(path) || path.startsWith('fonts/')) {
    return 'fonts cannot be replaced, since every text is checked against the shipped ones: take it out';
  }
  if (path.startsWith('partials/'))
    return 'a partial is named in small letters, digits and hyphens, and ends in .hbs';
  if (path.startsWith('labels/')) return 'a label file is named after its language, as fr.json';
  return `it is no template of this program${nearest(path, Object.keys(shipped)) || ': take it out'}`;
}

const sizeProblem = (bytes: Uint8Array): string | undefined =>
  bytes.length > MAX_TEMPLATE_BYTES ? `it is larger than ${MAX_TEMPLATE_BYTES / 1_000_000} MB` : undefined;

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replaceAll('\r\n', '\n');
  } catch {
    return undefined;
  }
}
