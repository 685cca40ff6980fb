import { z } from 'zod';

// C0 and C1 controls, line and paragraph separators, and the bidirectional overrides that can make a text
// read differently from what is stored.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
const CONTROL_BUT_NEWLINE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Returns the optional fields of a schema, each with the value it gets if it is not given. */
export function defaultsOf<T extends z.ZodObject>(schema: T): Partial<z.output<T>> {
  const fields = Object.entries(schema.shape).flatMap(([name, field]) => {
    const absent = (field as z.ZodType).safeParse(undefined);
    return absent.success && absent.data !== undefined ? [[name, absent.data]] : [];
  });
  return Object.fromEntries(fields);
}

/**
 * Makes the schema of one line of text in Unicode's composed form (NFC), trimmed, with at most `max`
 * characters.
 */
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

/** Makes the schema of a text like `line`, but keeps line breaks (as `\n`). */
export const paragraph = (max: number) =>
  z
    .string()
    .transform((text) => text.normalize('NFC').replace(/\r\n?/g, '\n').trim())
    .refine((text) => !CONTROL_BUT_NEWLINE.test(text), 'must not contain control characters')
    .refine((text) => !LONE_SURROGATE.test(text), 'is not valid Unicode')
    .refine((text) => text.length <= max, `must not be longer than ${max} characters`)
    .meta({ maxLength: max });

/**
 * Makes the schema of a word of this form, without the blanks around it.
 * @param problem what is said of a word that does not match
 */
export const patterned = (pattern: RegExp, problem: string) => z.string().trim().regex(pattern, problem);

/**
 * Makes the schema of a decimal (`12.5`, `12,5` or a JSON number), which becomes an integer with `decimals`
 * implied places.
 */
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
