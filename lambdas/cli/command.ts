import type { z } from 'zod';
import type { LocalConfig } from '#wiring/config.ts';
import type { Program } from '#wiring/program.ts';

/** A word or the value of an option; this schema reads what was typed before it reaches a command. */
export interface Value {
  readonly schema: z.ZodType;
  /** The placeholder shown in the help and in refusals, such as `FILE` or `2026-10`. */
  readonly shown: string;
  /** Explains in the help what the value means. */
  readonly does: string;
  /** The sentence that asks for the value if it is missing; a value without this sentence is optional. */
  readonly required?: string;
}

/** An option without a value: it is either given or not. */
export interface Flag {
  readonly does: string;
  readonly schema?: undefined;
}

export type Values = Readonly<Record<string, Value>>;
export type Options = Readonly<Record<string, Value | Flag>>;

/** One verb of the command line. */
export interface Command<W extends Values = Values, O extends Options = Options> {
  /** Lines of the help, each with what to type and what it does. */
  readonly help: readonly (readonly [string, string])[];
  /** The words that follow the command's name, in this order. */
  readonly words: W;
  readonly options: O;
  /**
   * Carries out the command.
   * @returns the exit code: 0 if done; 1 if done, but something needs a person
   */
  run(args: Arguments<W, O>, context: Context): Promise<number>;
}

/** What was typed, as the schemas of the command read it. */
export interface Arguments<W extends Values = Values, O extends Options = Options> {
  readonly words: { readonly [Name in keyof W]: Given<W[Name]> };
  readonly options: { readonly [Name in keyof O]: Given<O[Name]> };
}

type Given<V> = V extends { readonly schema: z.ZodType<infer T> }
  ? V extends { readonly required: string }
    ? T
    : T | undefined
  : boolean;

export interface Context {
  readonly program: Program;
  readonly config: LocalConfig;
  /** Prints the text, or the value as one JSON document if `--json` is given. */
  readonly print: (text: string, value: unknown) => void;
  /** Asks a yes-or-no question on the terminal; without a terminal the answer is no. */
  readonly confirm: (question: string) => Promise<boolean>;
}

/** Returns the command unchanged; it only lets TypeScript infer the types of words and options for `run`. */
export const defineCommand = <const W extends Values, const O extends Options>(
  command: Command<W, O>,
): Command<W, O> => command;

export const isFlag = (option: Value | Flag): option is Flag => option.schema === undefined;
