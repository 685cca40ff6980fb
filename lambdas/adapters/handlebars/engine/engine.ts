import Handlebars from 'handlebars';
import { cssString, formatDay, formatDecimal, formatIban, maskIban } from './format.ts';
import { type Labels, readLabels } from './labels.ts';
import type { Sources } from './sources.ts';
import { parseTemplate, templateFault } from './template-fault.ts';

/** Fills templates in one language. All kinds know the same helpers and partials (`templates/README.md`). */
export interface Engine {
  /**
   * A file of the templates, compiled at its first use. What is filled into it is escaped, except in a `.txt.hbs`: what
   * looks like HTML or Handlebars in the data is printed as it stands.
   */
  file<Context extends object>(path: string): (context: Context) => string;
  /** A template that is no file, for plain text. */
  text<Context extends object>(source: string): (context: Context) => string;
  /** A label in this language, its `{placeholders}` filled in. */
  label(name: string, values?: Readonly<Record<string, unknown>>): string;
  /** Integers with this many implied decimals as documents print them, at least `least` of the decimals. */
  figure(value: number, decimals: number, least: number): string;
}

/** Hears of each file that is filled, before it is. */
export type FillObserver = (path: string, context: object) => void;

/**
 * @throws Fault `bad-settings` with file and line: at once when the labels or a partial cannot be read, later when a
 *   template is no Handlebars or what it names does not exist
 */
export function createEngine(sources: Sources, language: string, onFill?: FillObserver): Engine {
  const labels = readLabels(sources, language);
  const helpers = createHelpers(labels, language);
  const html = createCompiler(sources, helpers, false);
  const text = createCompiler(sources, helpers, true);
  return {
    file(path) {
      const compile = path.endsWith('.txt.hbs') ? text : html;
      const fill = compile(path, sources.program(path));
      return (context) => {
        onFill?.(path, context);
        return fill(context);
      };
    },
    text: (source) => text('', parseTemplate('', source)),
    label: labels.text,
    figure: (value, decimals, least) => formatDecimal(value, decimals, least, labels.conventions),
  };
}

/** A partial is compiled like a template, so that an error within it is told with its own name and line. */
function createCompiler(
  sources: Sources,
  helpers: Record<string, Handlebars.HelperDelegate>,
  noEscape: boolean,
) {
  const handlebars = Handlebars.create();
  const knownHelpers = Object.fromEntries(Object.keys(helpers).map((name) => [name, true]));
  const compile = (path: string, program: hbs.AST.Program) => {
    const options = { strict: true, knownHelpers, knownHelpersOnly: true, noEscape };
    const template = handlebars.compile<object>(program, options);
    return (context: object, runtime?: Handlebars.RuntimeOptions): string => {
      try {
        return template(context, runtime);
      } catch (error) {
        throw templateFault(path, error);
      }
    };
  };
  for (const [name, helper] of Object.entries(helpers)) handlebars.registerHelper(name, placed(helper));
  for (const name of sources.partials) {
    const path = `partials/${name}.hbs`;
    handlebars.registerPartial(name, compile(path, sources.program(path)));
  }
  return compile;
}

/** What a helper throws gets the place where it was called; Handlebars gives it as its last argument. */
function placed(helper: Handlebars.HelperDelegate): Handlebars.HelperDelegate {
  return (...args: unknown[]) => {
    try {
      return (helper as (...args: unknown[]) => unknown)(...args);
    } catch (error) {
      throw new Handlebars.Exception((error as Error).message, args.at(-1) as hbs.AST.Node);
    }
  };
}

/** The names of all helpers, for checking templates without filling them. */
export const helperNames = (sources: Sources): string[] =>
  Object.keys(createHelpers(readLabels(sources, sources.languages[0]!), sources.languages[0]!));

function createHelpers(labels: Labels, language: string): Record<string, Handlebars.HelperDelegate> {
  const { conventions } = labels;
  const countries = new Intl.DisplayNames([language], { type: 'region' });
  const figure = (name: string, value: unknown, decimals: number, least: number) =>
    formatDecimal(integer(name, value), decimals, least, conventions);
  return {
    /** `{{t "documents.dueBy" day=(day payment.due)}}` */
    t: (name: unknown, options: Handlebars.HelperOptions) => labels.text(text('t', name), options.hash),
    /** Cents without a sign of currency, for columns of figures: 1.234,56 */
    money: (cents: unknown) => figure('money', cents, 2, 2),
    /** Cents with the sign of currency: 1.234,56 € */
    euro: (cents: unknown) => {
      const amount = conventions.euro.replace(
        '{amount}',
        figure('euro', Math.abs(integer('euro', cents)), 2, 2),
      );
      return (cents as number) < 0 ? `-${amount}` : amount;
    },
    quantity: (thousandths: unknown) => figure('quantity', thousandths, 3, 0),
    unitPrice: (tenThousandths: unknown) => figure('unitPrice', tenThousandths, 4, 2),
    /** Hundredths of a percent without the sign, for columns: 2,5 */
    rate: (hundredths: unknown) => figure('rate', hundredths, 2, 0),
    /** With the sign: 2,5 % */
    percent: (hundredths: unknown) =>
      conventions.percent.replace('{figure}', figure('percent', hundredths, 2, 0)),
    /** A plain count with its thousands set apart: 5.000 */
    count: (value: unknown) => figure('count', value, 0, 0),
    day: (day: unknown) => formatDay(text('day', day), conventions.day, conventions),
    dayAndMonth: (day: unknown) => formatDay(text('dayAndMonth', day), conventions.dayAndMonth, conventions),
    unit: (unit: unknown) => labels.text(`units.${text('unit', unit)}`),
    country: (code: unknown) => countries.of(text('country', code)),
    iban: (iban: unknown) => formatIban(text('iban', iban)),
    maskedIban: (iban: unknown) => maskIban(text('maskedIban', iban)),
    upper: (value: unknown) => text('upper', value).toLocaleUpperCase(language),
    /** A CSS string for the boxes in the page margins, a line each of the values that are not empty. */
    css: (...lines: unknown[]) =>
      new Handlebars.SafeString(cssString(lines.slice(0, -1).filter(Boolean).join('\n'))),
    when: (condition: unknown, value: unknown) => (condition ? value : ''),
    concat: (...parts: unknown[]) => parts.slice(0, -1).join(''),
    negated: (value: unknown) => -integer('negated', value),
    is: (one: unknown, other: unknown) => one === other,
    not: (value: unknown) => !value,
    and: (...values: unknown[]) => values.slice(0, -1).every(Boolean),
    or: (...values: unknown[]) => values.slice(0, -1).some(Boolean),
  };
}

function integer(helper: string, value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new Error(`{{${helper}}} was given ${shown(value)}, not a whole number`);
}

function text(helper: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new Error(`{{${helper}}} was given ${shown(value)}, not a text`);
}

const shown = (value: unknown): string =>
  value === undefined || value === null
    ? 'nothing'
    : typeof value === 'object'
      ? 'several things'
      : JSON.stringify(value);
