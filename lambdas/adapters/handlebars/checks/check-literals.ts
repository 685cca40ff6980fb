import { placeAt, placeOf } from '#adapters/handlebars/engine/template-fault.ts';
import type { FontCoverage } from '#core/ports.ts';
import { readLabelFile } from './label-file.ts';

/**
 * What the head of a document must contain so that the browser runs and fetches nothing;
 * `partials/document-head.hbs` has it.
 */
export const POLICY =
  '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'; img-src data:">';

/** Documents may contain nothing that runs or is fetched. */
const FORBIDDEN: readonly (readonly [RegExp, string])[] = [
  [/<script\b/gi, 'scripts do not run: take <script> out'],
  [/<(?:iframe|object|embed|link|base)\b/gi, 'nothing is fetched or nested: take this element out'],
];
const FETCHED: readonly (readonly [RegExp, string])[] = [
  [
    /(?:\bsrc\s*=\s*["']?|url\(\s*["']?|@import\s+["']?)\s*(?:https?:|\/\/)/gi,
    'nothing is fetched: put the picture in as a data: address',
  ],
];

/**
 * Returns what is wrong with the plain text of a template or label file, a sentence with its place for each
 * problem.
 */
export function literalProblems(path: string, source: string, fonts: FontCoverage): string[] {
  const isLabels = path.startsWith('labels/');
  const isMail = path.startsWith('mail/');
  const rules = isLabels ? [] : isMail ? FORBIDDEN : [...FORBIDDEN, ...FETCHED];
  const found = rules.flatMap(([pattern, reason]) =>
    [...source.matchAll(pattern)].map(({ index }) => `${placeOf(path, placeAt(source, index))}: ${reason}`),
  );
  return [...found, ...(isMail ? [] : undrawable(path, source, fonts, isLabels))];
}

/**
 * Finds characters that no font of the documents has. Labels under `mail` are skipped: like the mail
 * templates, they are drawn by the recipient's mail program.
 */
function undrawable(path: string, source: string, fonts: FontCoverage, isLabels: boolean): string[] {
  if (fonts.undrawable(source).length === 0) return [];
  const mailLines = new Set<number>();
  if (isLabels) {
    for (const [name, { line }] of labelsOf(path, source)) if (name.startsWith('mail.')) mailLines.add(line);
  }
  return source.split('\n').flatMap((text, index) => {
    const [character] = mailLines.has(index + 1) ? [] : fonts.undrawable(text);
    if (character === undefined) return [];
    const place = placeOf(path, { line: index + 1, column: text.indexOf(character) + 1 });
    return [`${place}: no font of the documents draws "${character}"; replace it`];
  });
}

function labelsOf(path: string, source: string) {
  try {
    return readLabelFile(path, source);
  } catch {
    // A label file that cannot be read is reported elsewhere, with its line.
    return [];
  }
}
