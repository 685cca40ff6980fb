import type { z } from 'zod';
import type { LocalConfig } from '#wiring/config.ts';
import type { Program } from '#wiring/program.ts';

/** A word or an option's value: nothing that was typed reaches a command before this schema has read it. */
export interface Value {
  readonly schema: z.ZodType;
  /** Stands for it in the help and in refusals: `FILE`, `2026-10`. */
  readonly shown: string;
  /** What it means. */
  readonly does: string;
  /** The sentence that asks for it where it is missing; without it, it may be left out. */
  readonly required?: string;
}

/** An option that is there or not. */
export interface Flag {
  readonly does: string;
  readonly schema?: undefined;
}

export type Values = Readonly<Record<string, Value>>;
export type Options = Readonly<Record<string, Value | Flag>>;

/** One verb of the command line. */
export interface Command<W extends Values = Values, O extends Options = Options> {
  /** Lines for the help, each `what to type` and `what it does`. */
  readonly help: readonly (readonly [string, string])[];
  /** What stands after the command's name, in this order. */
  readonly words: W;
  readonly options: O;
  /** @returns the exit code: 0 done; 1 done, but something needs a person */
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
  /** Prints the text, or with --json the value as one JSON document. */
  readonly print: (text: string, value: unknown) => void;
  /** Asks a yes-or-no question on the terminal; without one the answer is no. */
  readonly confirm: (question: string) => Promise<boolean>;
}

/** Gives the command as it is; lets `run` know the types of its words and options. */
export const defineCommand = <const W extends Values, const O extends Options>(
  command: Command<W, O>,
): Command<W, O> => command;

export const isFlag = (option: Value | Flag): option is Flag => option.schema === undefined;
