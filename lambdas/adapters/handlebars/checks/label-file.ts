import { TemplateFault } from '#adapters/handlebars/engine/template-fault.ts';

/** A text of a label file and the line that it is on. */
export interface LabelText {
  readonly text: string;
  readonly line: number;
}

/**
 * Reads the texts of a label file by their dotted names; texts in lists are numbered: `documents.total`,
 * `format.months.0`. It has a parser of its own because `JSON.parse` reports no lines, and silently keeps the
 * last of two labels with one name.
 * @throws TemplateFault for invalid JSON, for values other than texts, lists and objects, and for a duplicate
 * name
 */
export function readLabelFile(path: string, source: string): Map<string, LabelText> {
  const texts = new Map<string, LabelText>();
  const tokens = [...source.matchAll(TOKEN)].filter(([token]) => token.trim() !== '');
  let next = 0;
  const lineOf = (index: number) => source.slice(0, index).split('\n').length;
  const line = () => lineOf(tokens[next]?.index ?? source.trimEnd().length);
  const fail = (reason: string): never => {
    throw new TemplateFault(path, { line: line() }, reason);
  };
  const shown = () => (tokens[next] ? `not ${tokens[next]![0].slice(0, 40)}` : 'but the file ends');
  const take = (wanted: string) => {
    if (tokens[next]?.[0] !== wanted) fail(`here must be a ${wanted}, ${shown()}`);
    next++;
  };
  const takeText = (): string => {
    try {
      const text = JSON.parse(tokens[next]?.[0] ?? '') as unknown;
      if (typeof text !== 'string') throw new SyntaxError();
      next++;
      return text;
    } catch {
      return fail(`here must be a text in quotes, ${shown()}`);
    }
  };
  /** Reads comma-separated items between two brackets. */
  const takeList = (open: string, close: string, takeItem: (index: number) => void) => {
    take(open);
    for (let index = 0; tokens[next]?.[0] !== close || index > 0; index++) {
      takeItem(index);
      if (tokens[next]?.[0] === close) break;
      take(',');
    }
    take(close);
  };
  const takeValue = (name: string): void => {
    const inner = (key: string | number) => (name === '' ? String(key) : `${name}.${key}`);
    const open = tokens[next]?.[0];
    if (open === '[') takeList('[', ']', (index) => takeValue(inner(index)));
    else if (open === '{') takeObject(inner);
    else texts.set(name, { line: line(), text: takeText() });
  };
  const takeObject = (inner: (key: string) => string): void => {
    const keys = new Set<string>();
    takeList('{', '}', () => {
      const key = takeText();
      if (keys.has(key)) fail(`the label "${inner(key)}" is there twice`);
      keys.add(key);
      take(':');
      takeValue(inner(key));
    });
  };
  if (tokens[0]?.[0] !== '{') fail(`here must be a {, ${shown()}`);
  takeValue('');
  if (next < tokens.length) fail(`nothing may follow the last }, ${shown()}`);
  return texts;
}

/** Matches a text, a punctuation mark, white space, or a run of anything else. */
const TOKEN = /"(?:[^"\\\n]|\\.)*"?|[[\]{}:,]|\s+|[^\s"[\]{}:,]+/g;
