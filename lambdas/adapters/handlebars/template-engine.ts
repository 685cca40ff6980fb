import { Fault, refuse } from '#core/errors.ts';
import type { FontCoverage, TemplateEngine, TemplateFiles } from '#core/ports.ts';
import { readShipped, type Shipped, templateProblems } from './checks/check-templates.ts';
import { readOwnFiles } from './checks/own-files.ts';
import { templatesOf } from './documents/templates.ts';
import { createSources, readShippedTemplates } from './engine/sources.ts';

/**
 * Creates a template engine of Handlebars over the shipped folder and own files. The shipped files that
 * checks need are read only once.
 */
export function createTemplateEngine(folder: string, fonts: FontCoverage): TemplateEngine {
  let read: Shipped | undefined;
  const shipped = () => {
    read ??= readShipped(folder);
    return read;
  };
  const accepted = new WeakSet<TemplateFiles>();
  const problemsOf = (own: TemplateFiles) =>
    Object.keys(own).length === 0 || accepted.has(own) ? [] : templateProblems(shipped(), own, fonts);
  return {
    accept(given, over = {}) {
      const { files, problems } = readOwnFiles(given, shipped().files);
      const own = { ...over, ...files };
      const all = [...problems, ...problemsOf(own)];
      if (all.length > 0) refuse(`The templates were refused. ${summary(all)}`, all.slice(0, MAX_PROBLEMS));
      accepted.add(own);
      return own;
    },
    open(own) {
      const problems = problemsOf(own);
      if (problems.length > 0) {
        throw new Fault(
          'bad-settings',
          `Your own templates do not fit this version of the program: mend them and import them again. ${summary(problems)}`,
          { details: problems.slice(0, MAX_PROBLEMS) },
        );
      }
      return templatesOf(createSources({ ...readShippedTemplates(folder), ...own }, read?.sources));
    },
  };
}

const MAX_PROBLEMS = 50;

const summary = ([first, ...others]: readonly string[]): string =>
  others.length > 0 ? `${first} (and ${others.length} more)` : `${first}`;
