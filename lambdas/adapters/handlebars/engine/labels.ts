import { Fault } from '#core/errors.ts';
import type { Sources } from './sources.ts';

/** How a language writes figures and days, read from `format` of its label file. */
export interface Conventions {
  readonly decimalMark: string;
  readonly groupMark: string;
  /** The pattern of an amount; `{amount}` is the figure: `{amount} €` or `€{amount}`. */
  readonly euro: string;
  readonly percent: string;
  /** The pattern of a day, with `{d}`, `{dd}`, `{mm}`, `{month}` and `{yyyy}`. */
  readonly day: string;
  readonly dayAndMonth: string;
  /** Names of the months, January first. */
  readonly months: readonly string[];
}

/** All labels of one language, by dotted name: `documents.invoice`. */
export interface Labels {
  readonly conventions: Conventions;
  has(name: string): boolean;
  /**
   * Returns a label with its `{placeholders}` filled in.
   * @throws Fault `bad-settings` for a label that the file lacks, and for a placeholder without a value
   */
  text(name: string, values?: Readonly<Record<string, unknown>>): string;
}

/**
 * Reads `labels/<language>.json`; another language needs only another such file.
 * @throws Fault `bad-settings` for a file that is missing or not JSON
 */
export function readLabels(sources: Pick<Sources, 'text'>, language: string): Labels {
  const path = `labels/${language}.json`;
  const { format, ...words } = readJson(path, sources.text(path));
  const texts = new Map<string, string>();
  collect(words, '', texts);
  return {
    conventions: format as Conventions,
    has: (name) => texts.has(name),
    text(name, values = {}) {
      const label = texts.get(name);
      if (label === undefined) throw new Fault('bad-settings', `${path} has no label "${name}"`);
      return label.replace(/\{(\w+)\}/g, (_, placeholder: string) => {
        const value = values[placeholder];
        if (value === undefined) {
          const wanted = `the label "${name}" of ${path} wants {${placeholder}}`;
          throw new Fault('bad-settings', `${wanted}, which is not given here`);
        }
        return String(value);
      });
    },
  };
}

function readJson(path: string, text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new Fault('bad-settings', `${path} is no JSON; mend it or restore the shipped file`, { cause });
  }
}

function collect(value: unknown, name: string, into: Map<string, string>): void {
  if (typeof value === 'string') into.set(name, value);
  else {
    for (const [key, inner] of Object.entries(value as Record<string, unknown>)) {
      collect(inner, name === '' ? key : `${name}.${key}`, into);
    }
  }
}
