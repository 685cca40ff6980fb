import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { Fault, refuse } from '#core/errors.ts';
import { describeError, exitCodeOf, openForThisProcess } from '#wiring/process.ts';
import type { Arguments, Command } from './command.ts';
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
import { createProgressBar } from './progress-bar.ts';

const COMMANDS: Readonly<Record<string, Command>> = {
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

/** The command line. @returns the exit code */
export async function main(argv: readonly string[]): Promise<number> {
  const asJson = argv.includes('--json');
  const { stage, words } = takeStage(argv.filter((word) => word !== '--json'));
  const [name, ...rest] = words;
  const print = (text: string, value: unknown) =>
    process.stdout.write(asJson ? `${JSON.stringify(value, undefined, 2)}\n` : `${text}\n`);
  if (name === undefined || name === 'help' || name === '--help') {
    print(help(), { commands: Object.keys(COMMANDS) });
    return name === undefined ? 2 : 0;
  }
  const bar = createProgressBar(process.stderr);
  try {
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name]! : undefined;
    if (!command) refuse(`There is no command "${name}".\n\n${help()}`);
    const args = parse(command, rest);
    if (stage === '') refuse('Say which stage: --aws prod.');
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
    else process.stderr.write(`${describeError(error)}\n`);
    return code;
  }
}

/** `--aws STAGE`, wherever it stands: the command works on the data of a deployed stage. Without a name: ''. */
function takeStage(argv: readonly string[]): {
  readonly stage: string | undefined;
  readonly words: readonly string[];
} {
  const at = argv.findIndex((word) => word === '--aws' || word.startsWith('--aws='));
  if (at === -1) return { stage: undefined, words: argv };
  const [, joined] = argv[at]!.split('=');
  if (joined !== undefined) return { stage: joined, words: argv.toSpliced(at, 1) };
  const next = argv[at + 1] ?? '';
  // Forgotten: what follows is the command.
  if (next.startsWith('-') || Object.hasOwn(COMMANDS, next))
    return { stage: '', words: argv.toSpliced(at, 1) };
  return { stage: next, words: argv.toSpliced(at, 2) };
}

function parse(command: Command, argv: readonly string[]): Arguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: command.options,
      allowPositionals: true,
      strict: true,
    });
    return {
      words: positionals,
      text: (name) => (typeof values[name] === 'string' ? values[name] : undefined),
      flag: (name) => values[name] === true,
    };
  } catch (error) {
    refuse(`${(error as Error).message}\n\n${helpOf([command])}`);
  }
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

function help(): string {
  return `rechnungspost bills deliveries, files the invoices and mails them.

${helpOf(Object.values(COMMANDS))}

All take --json, and --aws STAGE to work on a deployed stage. Exit codes: 0 done; 1 done, but something is held, failed or unknown; 2 refused, nothing changed.
Environment: DATA_DIR (./data), ARCHIVE_DIR (DATA_DIR/archive), CHROME_PATH, DNS_SERVER.`;
}

function helpOf(commands: readonly Command[]): string {
  return commands
    .flatMap((command) => command.help)
    .map(([typed, does]) => `  npm run cli -- ${typed}\n      ${does}`)
    .join('\n');
}
