import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { Fault } from '#core/errors.ts';
import { cssString, formatDay, formatDecimal, formatIban, maskIban } from './format.ts';
import { type Labels, readLabels } from './labels.ts';

/** Fills templates in one language. Both kinds know the same helpers and partials (`templates/README.md`). */
export interface Engine {
  /** Every value is escaped: what looks like HTML or Handlebars in the data is printed as it stands. */
  html<Context extends object>(source: string): (context: Context) => string;
  /** For plain text: nothing is escaped. */
  text<Context extends object>(source: string): (context: Context) => string;
  /** A label in this language, its `{placeholders}` filled in. */
  label(name: string, values?: Readonly<Record<string, unknown>>): string;
  /** Integers with this many implied decimals as documents print them, at least `least` of the decimals. */
  figure(value: number, decimals: number, least: number): string;
}

/**
 * @param folder the templates folder: `labels/<language>.json`, and each `partials/<name>.hbs` as `{{> name}}`
 * @throws Fault `bad-settings` when the labels cannot be read. A template throws on a syntax error at once, on an
 *   unknown helper, field or label when it is filled.
 */
export function createEngine(folder: string, language: string): Engine {
  const labels = readLabels(folder, language);
  const handlebars = Handlebars.create();
  const helpers = createHelpers(labels, language);
  handlebars.registerHelper(helpers);
  const partials = join(folder, 'partials');
  for (const file of readdirSync(partials).filter((name) => name.endsWith('.hbs'))) {
    handlebars.registerPartial(file.slice(0, -'.hbs'.length), readFileSync(join(partials, file), 'utf8'));
  }
  const knownHelpers = Object.fromEntries(Object.keys(helpers).map((name) => [name, true]));
  // strict: a misspelt field is an error rather than a blank on an invoice.
  const compile =
    (noEscape: boolean) =>
    <Context extends object>(source: string) => {
      const options = { strict: true, knownHelpers, knownHelpersOnly: true, noEscape };
      const template = handlebars.compile<Context>(handlebars.parse(source), options);
      return (context: Context) => template(context);
    };
  return {
    html: compile(false),
    text: compile(true),
    label: labels.text,
    figure: (value, decimals, least) => formatDecimal(value, decimals, least, labels.conventions),
  };
}

function createHelpers(labels: Labels, language: string): Record<string, Handlebars.HelperDelegate> {
  const { conventions } = labels;
  const countries = new Intl.DisplayNames([language], { type: 'region' });
  const figure = (name: string, value: unknown, decimals: number, least: number) =>
    formatDecimal(integer(name, value), decimals, least, conventions);
  return {
    /** `{{t "documents.dueBy" day=(day payment.due)}}` */
    t: (name: string, options: Handlebars.HelperOptions) => labels.text(name, options.hash),
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
    day: (day: string) => formatDay(day, conventions.day, conventions),
    dayAndMonth: (day: string) => formatDay(day, conventions.dayAndMonth, conventions),
    unit: (unit: string) => labels.text(`units.${unit}`),
    country: (code: string) => countries.of(code) ?? code,
    iban: (iban: string) => formatIban(iban),
    maskedIban: (iban: string) => maskIban(iban),
    upper: (text: string) => text.toLocaleUpperCase(language),
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
  throw new Fault(
    'bad-settings',
    `a template gives {{${helper}}} the value ${String(value)}, not a whole number`,
  );
}
