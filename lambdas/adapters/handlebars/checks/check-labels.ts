import { placeOf } from '#adapters/handlebars/engine/template-fault.ts';
import { type LabelText, readLabelFile } from './label-file.ts';
import { nearest } from './nearest.ts';

/** The parts that any date pattern may name, whether the shipped language uses them or not. */
const OF_DAYS = ['d', 'dd', 'mm', 'month', 'yyyy'];
/**
 * The placeholder that each number format must contain; without it the number would vanish from an invoice.
 */
const FIGURES: Readonly<Record<string, string>> = { 'format.euro': 'amount', 'format.percent': 'figure' };

/** More than this many missing labels of one file tell the user nothing new. */
const MAX_MISSING = 5;

/**
 * Returns what is wrong with a label file, a sentence for each problem. It must have exactly the labels of
 * the shipped German file and may name only placeholders that the shipped label has.
 */
export function labelProblems(
  path: string,
  source: string,
  shipped: ReadonlyMap<string, LabelText>,
): string[] {
  const labels = readLabelFile(path, source);
  const missing = [...shipped.keys()].filter((name) => !labels.has(name));
  const problems = missing.slice(0, MAX_MISSING).map((name) => `${path}: the label "${name}" is missing`);
  if (missing.length > MAX_MISSING) {
    problems.push(`${path}: ${missing.length - MAX_MISSING} more labels are missing`);
  }
  for (const [name, { text, line }] of labels) {
    const model = shipped.get(name);
    const say = (reason: string) => problems.push(`${placeOf(path, { line })}: ${reason}`);
    if (!model) {
      say(`there is no label "${name}"${nearest(name, missing)}`);
      continue;
    }
    const allowed = name.startsWith('format.day') ? OF_DAYS : placeholders(model.text);
    for (const placeholder of placeholders(text).filter((one) => !allowed.includes(one))) {
      const there = allowed.map((one) => `{${one}}`).join(', ') || 'none';
      say(`the label "${name}" has no placeholder {${placeholder}}; there is ${there}`);
    }
    const figure = FIGURES[name];
    if (figure && !placeholders(text).includes(figure)) say(`the label "${name}" must contain {${figure}}`);
  }
  return problems;
}

export const placeholders = (text: string): string[] => [
  ...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)),
];
