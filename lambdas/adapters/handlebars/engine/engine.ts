import Handlebars from 'handlebars';
import { cssString, formatDay, formatDecimal, formatIban, maskIban } from './format.ts';
import { type Labels, readLabels } from './labels.ts';
import type { Sources } from './sources.ts';
import { parseTemplate, templateFault } from './template-fault.ts';

/**
 * Fills templates in one language. All templates have the same helpers and partials (`templates/README.md`).
 */
export interface Engine {
  /**
   * Returns a template file, compiled at its first use. Filled-in values are escaped, except in a `.txt.hbs`;
   * what looks like HTML or Handlebars in the data is printed literally.
   */
  file<Context extends object>(path: string): (context: Context) => string;
  /** Compiles a template for plain text that is given as a text, not as a file. */
  text<Context extends object>(source: string): (context: Context) => string;
  /** Returns a label in this language with its `{placeholders}` filled in. */
  label(name: string, values?: Readonly<Record<string, unknown>>): string;
  /**
   * Formats an integer with this many implied decimals as documents print it, with at least `least` decimals.
   */
  figure(value: number, decimals: number, least: number): string;
}

/** Is told of each file just before it is filled. */
export type FillObserver = (path: string, context: object) => void;

/**
 * Creates an engine for one language.
 * @throws Fault `bad-settings` with file and line: at once when the labels or a partial cannot be read, later
 * when a template does not parse or names something that does not exist
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

/**
 * Makes a function that compiles templates. Partials are compiled the same way, so that an error within one
 * carries the partial's own name and line.
 */
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

/** Adds the place of the call to errors that a helper throws; Handlebars passes it as the last argument. */
function placed(helper: Handlebars.HelperDelegate): Handlebars.HelperDelegate {
  return (...args: unknown[]) => {
    try {
      return (helper as (...args: unknown[]) => unknown)(...args);
    } catch (error) {
      throw new Handlebars.Exception((error as Error).message, args.at(-1) as hbs.AST.Node);
    }
  };
}

/** Returns the names of all helpers, for checking templates without filling them. */
export const helperNames = (sources: Sources): string[] =>
  Object.keys(createHelpers(readLabels(sources, sources.languages[0]!), sources.languages[0]!));

function createHelpers(labels: Labels, language: string): Record<string, Handlebars.HelperDelegate> {
  const { conventions } = labels;
  const countries = new Intl.DisplayNames([language], { type: 'region' });
  const figure = (name: string, value: unknown, decimals: number, least: number) =>
    formatDecimal(integer(name, value), decimals, least, conventions);
  return {
    /** Returns a label: `{{t "documents.dueBy" day=(day payment.due)}}` */
    t: (name: unknown, options: Handlebars.HelperOptions) => labels.text(text('t', name), options.hash),
    /** Formats cents without a currency sign, for columns of figures: 1.234,56 */
    money: (cents: unknown) => figure('money', cents, 2, 2),
    /** Formats cents with the currency sign: 1.234,56 € */
    euro: (cents: unknown) => {
      const amount = conventions.euro.replace(
        '{amount}',
        figure('euro', Math.abs(integer('euro', cents)), 2, 2),
      );
      return (cents as number) < 0 ? `-${amount}` : amount;
    },
    quantity: (thousandths: unknown) => figure('quantity', thousandths, 3, 0),
    unitPrice: (tenThousandths: unknown) => figure('unitPrice', tenThousandths, 4, 2),
    /** Formats hundredths of a percent without the sign, for columns: 2,5 */
    rate: (hundredths: unknown) => figure('rate', hundredths, 2, 0),
    /** Formats hundredths of a percent with the sign: 2,5 % */
    percent: (hundredths: unknown) =>
      conventions.percent.replace('{figure}', figure('percent', hundredths, 2, 0)),
    /** Formats a plain count with thousands separators: 5.000 */
    count: (value: unknown) => figure('count', value, 0, 0),
    day: (day: unknown) => formatDay(text('day', day), conventions.day, conventions),
    dayAndMonth: (day: unknown) => formatDay(text('dayAndMonth', day), conventions.dayAndMonth, conventions),
    unit: (unit: unknown) => labels.text(`units.${text('unit', unit)}`),
    country: (code: unknown) => countries.of(text('country', code)),
    iban: (iban: unknown) => formatIban(text('iban', iban)),
    maskedIban: (iban: unknown) => maskIban(text('maskedIban', iban)),
    upper: (value: unknown) => text('upper', value).toLocaleUpperCase(language),
    /**
     * Makes a CSS string for the boxes in the page margins, with one line for each value that is not empty.
     */
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
