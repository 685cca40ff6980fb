import Handlebars from 'handlebars';
import { Fault } from '#core/errors.ts';

/**
 * Says what is wrong in a template and where: `partials/payment.hbs, line 3, column 14: "totl" is not a field
 * here`.
 */
export class TemplateFault extends Fault {
  constructor(path: string, place: Partial<Place>, reason: string, cause?: unknown) {
    super('bad-settings', `${placeOf(path, place)}: ${reason}`, { cause });
    this.name = 'TemplateFault';
  }
}

/** A position in a file; line and column count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export const placeOf = (path: string, { line, column }: Partial<Place>): string =>
  [path, line && `line ${line}`, column && `column ${column}`].filter(Boolean).join(', ');

/**
 * Turns an error that occurred while a file was filled into a TemplateFault; one that already has its place
 * keeps it.
 */
export function templateFault(path: string, error: unknown): TemplateFault {
  if (error instanceof TemplateFault) return error;
  const { message, lineNumber, column } = error as Handlebars.Exception;
  const place = lineNumber === undefined ? {} : { line: lineNumber, column: column + 1 };
  return new TemplateFault(path, place, inWords(message.replace(/ - \d+:\d+$/, '')), error);
}

/** Rewords Handlebars' messages for the people who write templates. */
function inWords(message: string): string {
  const field = /^"(.*)" not defined in (.*)$/s.exec(message);
  if (field?.[2] === 'undefined')
    return `nothing is there that "${field[1]}" could be of: ask with {{#if}} first`;
  if (field) return notAField(field[1]!);
  const helper = /unknown helper (.*)$/s.exec(message);
  if (helper) return notAHelper(helper[1]!);
  const blocks = /^(.*) doesn't match (.*)$/s.exec(message);
  const partial = /^The partial (.*) could not be found$/s.exec(message);
  if (partial) return noPartial(partial[1]!);
  if (blocks) return `{{#${blocks[1]}}} is closed by {{/${blocks[2]}}}`;
  return message;
}

export const notAField = (name: string): string => `"${name}" is not a field here`;
export const noPartial = (name: string): string => `there is no partials/${name}.hbs`;
export const notAHelper = (name: string): string => `"${name}" is not a helper`;

/**
 * Parses one template. Handlebars is strict only about fields that are printed, not about those given to
 * helpers and blocks. Here all are made strict: a misspelt field is an error rather than a blank on an
 * invoice.
 * @throws TemplateFault for a text that is not valid Handlebars
 */
export function parseTemplate(path: string, source: string): hbs.AST.Program {
  let program: hbs.AST.Program;
  try {
    program = Handlebars.parse(source, { srcName: path });
  } catch (error) {
    throw syntaxFault(path, source, error);
  }
  const visitor = new Handlebars.Visitor();
  visitor.PathExpression = (expression) => void Object.assign(expression, { strict: true });
  visitor.accept(program);
  return program;
}

function syntaxFault(path: string, source: string, error: unknown): TemplateFault {
  const { message } = error as Error;
  const line = /^(?:Parse|Lexical) error on line (\d+)/.exec(message)?.[1];
  if (line === undefined) return templateFault(path, error);
  const token = /got '(.*)'$/.exec(message)?.[1] ?? '';
  const open = source.lastIndexOf('{{');
  if (open > source.lastIndexOf('}}')) {
    return new TemplateFault(path, placeAt(source, open), 'this {{ is never closed', error);
  }
  const unclosed = token === 'EOF' ? lastOpenBlock(source) : undefined;
  if (unclosed) {
    return new TemplateFault(path, unclosed, `the block {{#${unclosed.name}}} is never closed`, error);
  }
  const reason =
    token === 'OPEN_ENDBLOCK'
      ? 'this closes a block that was not opened'
      : `this is no Handlebars (${TOKENS[token] ?? token.toLowerCase()})`;
  return new TemplateFault(path, { line: Number(line) }, reason, error);
}

const TOKENS: Readonly<Record<string, string>> = {
  INVALID: 'a character that has no place within {{ }}',
  CLOSE: 'a }} too early',
  CLOSE_UNESCAPED: 'a }}} where }} belongs',
  CLOSE_SEXPR: 'a ) too many',
};

/** Finds the innermost block that is still open at the end of the file. */
function lastOpenBlock(source: string): (Place & { readonly name: string }) | undefined {
  const open: { readonly name: string; readonly index: number }[] = [];
  for (const { 1: sign, 2: name = '', index } of source.matchAll(/\{\{~?\s*([#^/])>?\s*([^\s}~]+)/g)) {
    if (sign !== '/') open.push({ name, index });
    else if (open.at(-1)?.name === name) open.pop();
  }
  const last = open.at(-1);
  return last && { name: last.name, ...placeAt(source, last.index) };
}

export function placeAt(source: string, index: number): Place {
  const lines = source.slice(0, index).split('\n');
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}
