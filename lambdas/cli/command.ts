import type { ParseArgsOptionsConfig } from 'node:util';
import type { LocalConfig } from '#wiring/config.ts';
import type { Program } from '#wiring/program.ts';

/** One verb of the command line. */
export interface Command {
  /** Lines for the help, each `what to type` and `what it does`. */
  readonly help: readonly (readonly [string, string])[];
  readonly options: ParseArgsOptionsConfig;
  /** @returns the exit code: 0 done; 1 done, but something needs a person */
  run(args: Arguments, context: Context): Promise<number>;
}

export interface Arguments {
  /** What stands after the command's name. */
  readonly words: readonly string[];
  text(name: string): string | undefined;
  flag(name: string): boolean;
}

export interface Context {
  readonly program: Program;
  readonly config: LocalConfig;
  /** Prints the text, or with --json the value as one JSON document. */
  readonly print: (text: string, value: unknown) => void;
  /** Asks a yes-or-no question on the terminal; without one the answer is no. */
  readonly confirm: (question: string) => Promise<boolean>;
}

export const TEXT = { type: 'string' } as const;
export const FLAG = { type: 'boolean' } as const;
