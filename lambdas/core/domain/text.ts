import { z } from 'zod';

// C0 and C1 controls, line and paragraph separators, and the bidirectional overrides that can make a text read
// otherwise than it is stored.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
const CONTROL_BUT_NEWLINE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** The fields of a schema that may be left out, each with the value that it has then. */
export function defaultsOf<T extends z.ZodObject>(schema: T): Partial<z.output<T>> {
  const fields = Object.entries(schema.shape).flatMap(([name, field]) => {
    const absent = (field as z.ZodType).safeParse(undefined);
    return absent.success && absent.data !== undefined ? [[name, absent.data]] : [];
  });
  return Object.fromEntries(fields);
}

/** One line of text in Unicode's composed form (NFC), trimmed, no longer than `max` characters. */
export const line = (max: number) =>
  z
    .string()
    .transform((text) => text.normalize('NFC').trim())
    .refine((text) => !CONTROL.test(text), 'must not contain line breaks or control characters')
    .refine((text) => !LONE_SURROGATE.test(text), 'is not valid Unicode')
    .refine((text) => text.length <= max, `must not be longer than ${max} characters`)
    .meta({ maxLength: max });

export const requiredLine = (max: number) =>
  line(max)
    .refine((text) => text !== '', 'must not be empty')
    .meta({ minLength: 1, maxLength: max });

/** Like `line`, but line breaks are kept (as `\n`). */
export const paragraph = (max: number) =>
  z
    .string()
    .transform((text) => text.normalize('NFC').replace(/\r\n?/g, '\n').trim())
    .refine((text) => !CONTROL_BUT_NEWLINE.test(text), 'must not contain control characters')
    .refine((text) => !LONE_SURROGATE.test(text), 'is not valid Unicode')
    .refine((text) => text.length <= max, `must not be longer than ${max} characters`)
    .meta({ maxLength: max });

/** A word of this form, without the blanks around it. @param problem what is said of one that is not */
export const patterned = (pattern: RegExp, problem: string) => z.string().trim().regex(pattern, problem);

/** A decimal, `12.5`, `12,5` or a JSON number, to an integer with `decimals` implied places. */
export const decimal = (decimals: number, bounds: { readonly min: number; readonly max: number }) =>
  z
    .union([z.string(), z.number()])
    .transform((input, context): number => {
      const text = typeof input === 'number' ? String(input) : input.trim();
      const match = /^(-?)(\d{1,12})(?:[.,](\d+))?$/.exec(text);
      const problem = (message: string) => {
        context.addIssue({ code: 'custom', message });
        return z.NEVER;
      };
      if (!match) {
        const grouped = /^-?\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3})+(?:[.,]\d+)?$/.test(text);
        const hint = grouped ? ': write it without thousands separators' : '';
        return problem(`"${text.slice(0, 40)}" is not a decimal number such as 12,5${hint}`);
      }
      const [, sign, whole = '', rawFraction = ''] = match;
      const fraction = rawFraction.replace(/0+$/, '');
      if (fraction.length > decimals) return problem(`${text} has more than ${decimals} decimals`);
      const value = Number(`${sign}${whole}${fraction.padEnd(decimals, '0')}`) + 0;
      const scale = 10 ** decimals;
      if (value < bounds.min * scale || value > bounds.max * scale) {
        return problem(`${text} is outside ${bounds.min} to ${bounds.max}`);
      }
      return value === 0 ? 0 : value;
    })
    .meta({ description: `A decimal with at most ${decimals} places, from ${bounds.min} to ${bounds.max}` });
