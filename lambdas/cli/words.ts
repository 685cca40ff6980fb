import { z } from 'zod';
import { day } from '#core/domain/calendar.ts';
import { OUTPUTS } from '#core/domain/run-order.ts';
import { refuse } from '#core/errors.ts';
import type { Flag, Value } from './command.ts';

/**
 * Reads one typed word by its schema.
 * @param name as people know it: `--month`, `RUN`
 * @throws Fault `bad-input` that names it, what was given and what it may be
 */
export function parseWord<T>(name: string, schema: z.ZodType<T>, given: string): T {
  const parsed = schema.safeParse(given, { reportInput: true });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${name} ${sentence(issue, given)}.`);
  refuse(problems[0]!, problems);
}

/** Makes a schema for several words of a kind in one, separated by commas. */
export const listOf = <T>(schema: z.ZodType<T, string>) =>
  z
    .string()
    .transform((text) => text.split(',').flatMap((part) => part.trim() || []))
    .pipe(z.array(schema).min(1, 'names none: separate several by commas'));

/** A path, taken exactly as typed: only the file system knows which ways of writing it are right. */
export const path = z.string().max(4096, 'is too long for a path');

export const OUTPUT = {
  schema: z.enum(OUTPUTS),
  shown: OUTPUTS.join('|'),
  does: 'pdf mails to the customers who want mail; print makes one file of all; screen opens it',
} as const satisfies Value;

export const INVOICE_DATE = {
  schema: day,
  shown: '2026-10-31',
  does: 'another date than today for the invoices; never before that of the newest one',
} as const satisfies Value;

export const TO_FILE = {
  schema: path,
  shown: 'FILE',
  does: 'where to write the file',
} as const satisfies Value;

export const MAIL_CUSTOMERS_ONLY: Flag = { does: 'only customers who get their invoices by mail' };

/** Describes what is wrong with a word and quotes it once, because some schemas quote it themselves. */
function sentence(issue: z.core.$ZodIssue, whole: string): string {
  const given = typeof issue.input === 'string' ? issue.input : whole;
  if (issue.code === 'invalid_value')
    return `${quoted(given)} is ${issue.values.length > 1 ? 'none of' : 'not'} ${issue.values.join(', ')}`;
  return issue.message.startsWith('"') ? issue.message : `${quoted(given)} ${issue.message}`;
}

/** Quotes what was typed, shortened and on one line. */
const quoted = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
