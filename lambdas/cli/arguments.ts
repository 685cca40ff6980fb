import { parseArgs } from 'node:util';
import { refuse } from '#core/errors.ts';
import { type Arguments, type Command, isFlag, type Options } from './command.ts';
import { nearest } from './nearest.ts';
import { parseWord } from './words.ts';

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number];
type OptionToken = Extract<Token, { kind: 'option' }>;

/**
 * Reads what stands after the name of a command, by the schemas of its words and options.
 * @throws Fault `bad-input` naming the word or option and what it may be
 */
export function parseArguments(name: string, command: Command, argv: readonly string[]): Arguments {
  const tokens = tokensOf(command, argv);
  const typed = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []));
  const given = new Map<string, string | true>();
  for (const token of tokens) {
    if (token.kind === 'option') given.set(token.name, optionOf(name, command, token, given));
  }
  // What was typed is checked before what is missing, so that a typing error is reported as one.
  const words = wordsOf(name, command, typed);
  const options = optionsOf(command, given);
  refuseMissing(command.words, words);
  refuseMissing(command.options, options);
  return { words, options };
}

function refuseMissing(asked: Options, read: Readonly<Record<string, unknown>>): void {
  for (const [name, one] of Object.entries(asked)) {
    if (!isFlag(one) && one.required && read[name] === undefined) refuse(one.required);
  }
}

/**
 * Splits the arguments without Node's strict mode, so that errors are reported in our words and in the order
 * of typing.
 */
function tokensOf({ options }: Command, argv: readonly string[]): readonly Token[] {
  const types = Object.entries(options).map(
    ([name, option]) => [name, { type: isFlag(option) ? 'boolean' : 'string' }] as const,
  );
  return parseArgs({
    args: [...argv],
    options: Object.fromEntries(types),
    allowPositionals: true,
    strict: false,
    tokens: true,
  }).tokens;
}

/** Returns the value of an option, or true for a flag. */
function optionOf(
  command: string,
  { options }: Command,
  { name, rawName, value, inlineValue }: OptionToken,
  earlier: ReadonlyMap<string, string | true>,
): string | true {
  const option = rawName.startsWith('--') && Object.hasOwn(options, name) ? options[name]! : undefined;
  if (!option) refuse(unknownOption(command, options, rawName, name));
  if (isFlag(option)) {
    if (value === undefined) return true;
    refuse(`${rawName} takes no value: write ${rawName} alone, or leave it out.`);
  }
  const such = `write it such as ${rawName} ${option.shown}`;
  if (value === undefined) refuse(`${rawName} has no value: ${such}.`);
  if (value.trim() === '')
    refuse(`The value of ${rawName} is empty: ${such}${option.required ? '' : ', or leave it out'}.`);
  if (!inlineValue && value.length > 1 && value.startsWith('-')) {
    refuse(
      `${rawName} has no value, ${JSON.stringify(value)} follows: ${such}; a value that begins with a hyphen is written ${rawName}=${value}.`,
    );
  }
  if (earlier.has(name)) refuse(`${rawName} stands there twice: say it once.`);
  return value;
}

function unknownOption(command: string, options: Command['options'], typed: string, name: string): string {
  const names = Object.keys(options);
  const meant = nearest(name, names);
  const known = names.length > 0 ? `has ${names.map((one) => `--${one}`).join(', ')}` : 'has none of its own';
  return `There is no option ${typed} of ${command}${meant ? `: did you mean --${meant}?` : '.'} The command ${known}; npm run cli -- ${command} --help explains it.`;
}

function wordsOf(command: string, { words }: Command, typed: readonly string[]): Arguments['words'] {
  const names = Object.keys(words);
  const surplus = typed[names.length];
  if (surplus !== undefined) {
    const takes = names.map((name) => words[name]!.shown).join(' ');
    refuse(
      `${JSON.stringify(surplus)} is one word too many: ${command} takes ${takes ? `${takes} and no more` : 'no words'}. A text with blanks goes into quotation marks.`,
    );
  }
  const read = names.map((name, index) => {
    const { schema, shown, required } = words[name]!;
    const value = typed[index];
    if (value?.trim() === '') refuse(`${shown} is empty: ${required ?? 'say it, or leave it out.'}`);
    return [name, value === undefined ? undefined : parseWord(shown, schema, value)] as const;
  });
  return Object.fromEntries(read);
}

function optionsOf({ options }: Command, given: ReadonlyMap<string, string | true>): Arguments['options'] {
  const read = Object.entries(options).map(([name, option]) => {
    const value = given.get(name);
    if (isFlag(option)) return [name, value === true] as const;
    return [
      name,
      typeof value === 'string' ? parseWord(`--${name}`, option.schema, value) : undefined,
    ] as const;
  });
  return Object.fromEntries(read);
}
