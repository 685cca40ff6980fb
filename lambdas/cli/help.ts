import { type Command, isFlag } from './command.ts';

/** A help text for people, and its value for `--json`. */
export interface Help {
  readonly text: string;
  readonly value: unknown;
}

export function helpOfAll(commands: Readonly<Record<string, Command>>): Help {
  const text = `rechnungspost bills deliveries, files the invoices and mails them.

${usageOf(Object.values(commands))}

help COMMAND, or COMMAND --help, explains the options of one.
All take --json, and --aws STAGE to work on a deployed stage. Exit codes: 0 done; 1 done, but something is held, failed or unknown; 2 refused, nothing changed.
Environment: DATA_DIR (./data), ARCHIVE_DIR (DATA_DIR/archive), CHROME_PATH, DNS_SERVER.`;
  return { text, value: { commands: Object.keys(commands) } };
}

export function helpOfOne(name: string, command: Command): Help {
  const explained = [...wordsOf(command), ...optionsOf(command), ...EVERYWHERE];
  const lines = explained.map(
    ({ typed, does, required }) => `  ${typed}${required ? ' (required)' : ''}\n      ${does}`,
  );
  const [words, options] = [wordsOf(command), [...optionsOf(command), ...EVERYWHERE]];
  const usage = command.help.map(([typed, does]) => ({ typed: typed.trim(), does }));
  return {
    text: `${usageOf([command])}\n\n${lines.join('\n')}`,
    value: { command: name, usage, words, options },
  };
}

interface Explained {
  readonly typed: string;
  readonly does: string;
  readonly required: boolean;
}

const EVERYWHERE: readonly Explained[] = [
  { typed: '--aws STAGE', does: 'work on a deployed stage instead of this machine', required: false },
  { typed: '--json', does: 'print one JSON document instead of text', required: false },
];

const wordsOf = ({ words }: Command): Explained[] =>
  Object.values(words).map(({ shown, does, required }) => ({
    typed: shown,
    does,
    required: required !== undefined,
  }));

const optionsOf = ({ options }: Command): Explained[] =>
  Object.entries(options).map(([name, option]) =>
    isFlag(option)
      ? { typed: `--${name}`, does: option.does, required: false }
      : { typed: `--${name} ${option.shown}`, does: option.does, required: option.required !== undefined },
  );

const usageOf = (commands: readonly Command[]): string =>
  commands
    .flatMap(({ help }) => help)
    .map(([typed, does]) => `  npm run cli -- ${typed}\n      ${does}`)
    .join('\n');
