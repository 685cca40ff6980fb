import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { Fault } from '#core/errors.ts';
import type { TemplateFiles } from '#core/ports.ts';
import { parseTemplate } from './template-fault.ts';

/** The files of all templates, each parsed once. */
export interface Sources {
  /** Languages that have a label file, sorted. */
  readonly languages: readonly string[];
  /** Names of the partials, sorted: `partials/payment.hbs` is `payment`. */
  readonly partials: readonly string[];
  /** Tells whether the file has exactly this content. */
  has(path: string, source: string): boolean;
  /**
   * Returns a file's content.
   * @throws Fault `bad-settings` for a missing file
   */
  text(path: string): string;
  /**
   * Returns the parsed template.
   * @throws TemplateFault for a file that is missing or does not parse
   */
  program(path: string): hbs.AST.Program;
}

/**
 * Makes sources of files.
 * @param like sources that share some of the files, which then need not be parsed again
 */
export function createSources(files: TemplateFiles, like?: Sources): Sources {
  const programs = new Map<string, hbs.AST.Program>();
  const named = (pattern: RegExp) =>
    Object.keys(files)
      .flatMap((path) => pattern.exec(path)?.[1] ?? [])
      .sort();
  const text = (path: string): string => {
    const source = files[path];
    if (source === undefined) throw new Fault('bad-settings', `${path} is missing; restore the shipped file`);
    return source;
  };
  return {
    has: (path, source) => files[path] === source,
    languages: named(/^labels\/([a-z]{2})\.json$/),
    partials: named(/^partials\/([^/]+)\.hbs$/),
    text,
    program(path) {
      const known = programs.get(path);
      if (known) return known;
      const source = text(path);
      const program = like?.has(path, source) ? like.program(path) : parseTemplate(path, source);
      programs.set(path, program);
      return program;
    },
  };
}

/**
 * Reads the templates and labels of the shipped folder, by their paths in it.
 * @throws Fault `bad-settings` when they cannot be read
 */
export function readShippedTemplates(folder: string): TemplateFiles {
  try {
    const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((path) => path.split(sep).join('/'))
      .filter((path) => path.endsWith('.hbs') || /^labels\/[^/]+\.json$/.test(path));
    return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
  } catch (cause) {
    throw new Fault('bad-settings', `The templates in ${folder} cannot be read; restore the shipped folder`, {
      cause,
    });
  }
}
