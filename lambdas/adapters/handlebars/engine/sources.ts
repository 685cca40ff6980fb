import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { Fault } from '#core/errors.ts';
import type { TemplateFiles } from '#core/ports.ts';
import { parseTemplate } from './template-fault.ts';

/** The files that templates are made of, each template parsed once. */
export interface Sources {
  /** Those that have a label file, sorted. */
  readonly languages: readonly string[];
  /** `partials/payment.hbs` is `payment`. */
  readonly partials: readonly string[];
  /** Whether this is what the file holds. */
  has(path: string, source: string): boolean;
  /** @throws Fault `bad-settings` for a file that is not there */
  text(path: string): string;
  /** @throws TemplateFault for a file that is not there or no Handlebars */
  program(path: string): hbs.AST.Program;
}

/** @param like sources of which some files are the same: those need not be parsed again */
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
 * The templates and labels of the shipped folder, by their paths in it.
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
