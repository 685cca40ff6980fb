import { createInterface } from 'node:readline/promises';
import { stageName } from '#core/domain/identifiers.ts';
import { Fault, refuse } from '#core/errors.ts';
import { describeError, exitCodeOf, openForThisProcess } from '#wiring/process.ts';
import { parseArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { cancelCommand } from './commands/cancel.ts';
import { deliveryNotesCommand } from './commands/delivery-notes.ts';
import { importCommand } from './commands/import.ts';
import { invoiceCommand } from './commands/invoice.ts';
import { decideCommand, mailsCommand } from './commands/mails.ts';
import { pauseCommand, resumeCommand } from './commands/pause.ts';
import { previewCommand } from './commands/preview.ts';
import { printFileCommand } from './commands/print-file.ts';
import { reportCommand } from './commands/report.ts';
import { reprintCommand } from './commands/reprint.ts';
import { runCommand } from './commands/run.ts';
import { suppressedCommand } from './commands/suppressed.ts';
import { sweepCommand } from './commands/sweep.ts';
import { testMailCommand } from './commands/test-mail.ts';
import { type Help, helpOfAll, helpOfOne } from './help.ts';
import { nearest } from './nearest.ts';
import { createProgressBar } from './progress-bar.ts';
import { parseWord } from './words.ts';

export const COMMANDS: Readonly<Record<string, Command>> = {
  import: importCommand,
  run: runCommand,
  report: reportCommand,
  pause: pauseCommand,
  resume: resumeCommand,
  invoice: invoiceCommand,
  cancel: cancelCommand,
  preview: previewCommand,
  'print-file': printFileCommand,
  reprint: reprintCommand,
  'delivery-notes': deliveryNotesCommand,
  mails: mailsCommand,
  decide: decideCommand,
  suppressed: suppressedCommand,
  'test-mail': testMailCommand,
  sweep: sweepCommand,
};

/** Where the command line writes its output. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

const TERMINAL: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
};

/**
 * Runs the command line.
 * @returns the exit code
 */
export async function main(argv: readonly string[], terminal: Terminal = TERMINAL): Promise<number> {
  const asJson = argv.includes('--json');
  const print = (text: string, value: unknown) =>
    terminal.out(asJson ? `${JSON.stringify(value, undefined, 2)}\n` : `${text}\n`);
  const bar = createProgressBar(process.stderr);
  try {
    const { stage, words } = takeStage(argv.filter((word) => word !== '--json'));
    const help = askedHelp(words);
    if (help) {
      print(help.text, help.value);
      return words.length === 0 ? 2 : 0;
    }
    const [name = '', ...rest] = words;
    const command = commandOf(name);
    if (stage === '') refuse('Say which stage: --aws prod.');
    if (stage !== undefined) parseWord('--aws', stageName, stage);
    const args = parseArguments(name, command, rest);
    const { config, program } = await openForThisProcess(bar.show, stage);
    try {
      return await command.run(args, { config, program, print, confirm });
    } finally {
      bar.end();
      await program.close();
    }
  } catch (error) {
    bar.end();
    const code = exitCodeOf(error);
    const message = error instanceof Error ? error.message : String(error);
    const fault =
      error instanceof Fault ? { code: error.code, details: error.details } : { code: 'internal' };
    if (asJson) print('', { error: { ...fault, message } });
    else terminal.err(`${describeError(error)}\n`);
    return code;
  }
}

/**
 * Returns the help that was asked for, of all commands or of one; undefined if a command is to be carried
 * out.
 */
function askedHelp(words: readonly string[]): Help | undefined {
  const ending = words.indexOf('--');
  const meant = ending === -1 ? words : words.slice(0, ending);
  const others = meant.filter((word) => word !== '--help' && word !== '-h');
  if (others.length === 0) return helpOfAll(COMMANDS);
  const [first = '', second, third] = others;
  if (first !== 'help') return others.length < meant.length ? helpOfOne(first, commandOf(first)) : undefined;
  if (second === undefined) return helpOfAll(COMMANDS);
  if (third !== undefined) refuse(`help explains one command at a time: help ${second}.`);
  return second === 'help' ? helpOfAll(COMMANDS) : helpOfOne(second, commandOf(second));
}

/**
 * Returns the command of that name.
 * @throws Fault `bad-input` for a name that no command has
 */
function commandOf(name: string): Command {
  if (Object.hasOwn(COMMANDS, name)) return COMMANDS[name]!;
  const all = 'npm run cli -- help lists them all.';
  if (name.startsWith('-')) refuse(`The name of a command comes first, and ${name} stands there: ${all}`);
  const meant = nearest(name, Object.keys(COMMANDS));
  refuse(`There is no command ${JSON.stringify(name)}${meant ? `: did you mean ${meant}?` : '.'} ${all}`);
}

/**
 * Takes `--aws STAGE` out of the arguments, wherever it stands: the command then works on the data of a
 * deployed stage. The stage is '' if its name is missing.
 */
function takeStage(argv: readonly string[]): {
  readonly stage: string | undefined;
  readonly words: readonly string[];
} {
  const isStage = (word: string) => word === '--aws' || word.startsWith('--aws=');
  const at = argv.findIndex(isStage);
  if (at === -1) return { stage: undefined, words: argv };
  if (argv.findLastIndex(isStage) > at) refuse('--aws stands there twice: say one stage.');
  const [option = '', next = ''] = argv.slice(at);
  if (option !== '--aws') return { stage: option.slice('--aws='.length), words: argv.toSpliced(at, 1) };
  // The name of the stage was forgotten: what follows is the command.
  if (next.startsWith('-') || next === 'help' || Object.hasOwn(COMMANDS, next))
    return { stage: '', words: argv.toSpliced(at, 1) };
  return { stage: next, words: argv.toSpliced(at, 2) };
}

async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^(y|yes|j|ja)$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
