import { templatesOf } from '#adapters/handlebars/documents/templates.ts';
import { helperNames } from '#adapters/handlebars/engine/engine.ts';
import { createSources, readShippedTemplates, type Sources } from '#adapters/handlebars/engine/sources.ts';
import { placeAt, placeOf, TemplateFault } from '#adapters/handlebars/engine/template-fault.ts';
import { Fault } from '#core/errors.ts';
import type { FontCoverage, TemplateFiles } from '#core/ports.ts';
import {
  DOCUMENT_NAMES,
  documentOf,
  mailOf,
  SAMPLE_NAMES,
  sampleOf,
} from '#core/templates/sample-documents.ts';
import { checkFields, type Known } from './check-fields.ts';
import { labelProblems, placeholders } from './check-labels.ts';
import { literalProblems, POLICY } from './check-literals.ts';
import { type LabelText, readLabelFile } from './label-file.ts';
import { addToShape, emptyShape, type Shape } from './shapes.ts';

const MODEL = 'labels/de.json';

/** The shipped templates that own templates replace and are checked against. */
export interface Shipped {
  readonly files: TemplateFiles;
  readonly sources: Sources;
  readonly labels: ReadonlyMap<string, LabelText>;
}

/**
 * Reads the shipped templates.
 * @throws Fault `bad-settings` when the shipped files themselves are damaged
 */
export function readShipped(folder: string): Shipped {
  const files = readShippedTemplates(folder);
  const sources = createSources(files);
  return { files, sources, labels: readLabelFile(MODEL, sources.text(MODEL)) };
}

/**
 * Returns what is wrong with own templates over the shipped ones, a sentence for each problem with file, line
 * and reason; empty when they may be put in force. Every template is parsed and filled in every language with
 * samples that reach every branch of the shipped templates; names are checked even in branches that no sample
 * reaches.
 */
export function templateProblems(
  shipped: Shipped,
  own: TemplateFiles,
  fonts: FontCoverage,
): readonly string[] {
  const problems = new Set<string>();
  const { files, labels } = shipped;
  // A broken file is replaced by a shipped one, so that the others can still be checked.
  const sound: Record<string, string> = { ...files, ...own };
  const read = createSources(own);
  for (const [path, source] of Object.entries(own)) {
    const isTemplate = path.endsWith('.hbs');
    let found = literalProblems(path, source, fonts);
    for (const problem of found) problems.add(problem);
    try {
      if (isTemplate) read.program(path);
      found = isTemplate ? [] : labelProblems(path, source, labels);
    } catch (error) {
      if (!(error instanceof TemplateFault)) throw error;
      found = [error.message];
    }
    for (const problem of found) problems.add(problem);
    if (found.length > 0) sound[path] = files[path] ?? (isTemplate ? '' : files[MODEL]!);
  }
  const sources = createSources(sound, shipped.sources);
  const { shapes, problems: unfilled } = fillSamples(sources);
  const misnamed = nameProblems(sources, shapes);
  for (const problem of misnamed) problems.add(problem);
  const told = new Set(misnamed.flatMap((problem) => [lineOf(problem), fileOf(problem)]));
  for (const problem of unfilled) {
    const place = lineOf(problem) ?? fileOf(problem);
    if (!told.has(place)) problems.add(problem);
    told.add(place);
  }
  return [...problems];
}

/**
 * One mistake shows up again with each sample and language, with the same line or without one. It is reported
 * once.
 */
const fileOf = (problem: string): string => problem.slice(0, problem.search(/[,:]/));
const lineOf = (problem: string): string | undefined => /^[^:]*?, line \d+/.exec(problem)?.[0];

/**
 * Fills all templates with every sample in every language.
 * @returns `shapes`: the fields that each file may name, independent of how it is written; `problems`: what
 * went wrong
 */
export function fillSamples(sources: Sources): {
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly problems: readonly string[];
} {
  const shapes = new Map<string, Shape>();
  const problems: string[] = [];
  let filling = '';
  const [first] = sources.languages;
  let language = first;
  const templates = templatesOf(sources, (path, context) => {
    filling = path;
    // Other languages fill the same fields, so the shapes of the first are enough.
    if (language === first) shapes.set(path, addToShape(shapes.get(path) ?? emptyShape(), context));
  });
  const attempt = (fill: () => void) => {
    try {
      fill();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      problems.push(error.message);
    }
  };
  for (language of sources.languages) {
    const samples = SAMPLE_NAMES.map((name) => sampleOf(name, language!));
    for (const sample of samples) {
      for (const name of DOCUMENT_NAMES) {
        attempt(() => {
          const { html } = documentOf(name, sample, templates);
          if (!html.slice(0, html.indexOf('</head>')).includes(POLICY)) throw withoutPolicy(filling, sources);
        });
      }
      attempt(() => void templates.mail(mailOf(sample)));
    }
  }
  return { shapes, problems };
}

function withoutPolicy(path: string, sources: Sources): TemplateFault {
  const source = sources.text(path);
  const place = placeAt(source, Math.max(0, source.indexOf('<head')));
  return new TemplateFault(path, place, `its head must contain ${POLICY}, as {{> document-head}} does`);
}

function nameProblems(sources: Sources, shapes: ReadonlyMap<string, Shape>): string[] {
  const problems: string[] = [];
  const known: Known = {
    helpers: helperNames(sources),
    partials: new Map(sources.partials.map((name) => [name, sources.program(`partials/${name}.hbs`)])),
    labelProblem: labelChecker(sources),
  };
  const check = (path: string, shape: Shape | undefined) =>
    checkFields(path, sources.program(path), shape, known, (where, { loc: { start } }, reason) => {
      problems.push(`${placeOf(where, { line: start.line, column: start.column + 1 })}: ${reason}`);
    });
  for (const [path, shape] of shapes) check(path, shape);
  // Partials that no document includes are checked too; their fields cannot be known, but helpers and labels
  // can.
  for (const name of sources.partials) check(`partials/${name}.hbs`, undefined);
  return problems;
}

/** Makes the check that a label exists and gets all placeholders that it names, in every language. */
function labelChecker(sources: Sources): Known['labelProblem'] {
  const files = sources.languages.map((language) => {
    const path = `labels/${language}.json`;
    return { path, labels: readLabelFile(path, sources.text(path)) };
  });
  return (name, given) => {
    for (const { path, labels } of files) {
      const label = labels.get(name);
      if (!label) return `${path} has no label "${name}"`;
      const missing = placeholders(label.text).filter((placeholder) => !given.includes(placeholder));
      if (missing.length > 0) {
        return `the label "${name}" of ${path} wants {${missing[0]}}, which is not given here`;
      }
    }
    return undefined;
  };
}
