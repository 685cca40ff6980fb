import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { z } from 'zod';
import { Fault, type FaultCode } from '#core/errors.ts';
import type { HttpDeps } from './deps.ts';

/** The body of an error answer (RFC 9457). `code` is stable; `errors` names each field and what to do. */
export const problemSchema = z
  .object({
    type: z.string().meta({ description: 'Where the code is explained.' }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().meta({ description: 'One sentence: the thing, the reason and the remedy.' }),
    code: z.string().meta({ description: 'Stable: programs decide by it.' }),
    errors: z
      .array(
        z.object({
          field: z.string().optional().meta({ description: 'Path in what was sent: `lines.0.quantity`.' }),
          message: z.string(),
        }),
      )
      .optional(),
  })
  .meta({
    id: 'Problem',
    example: {
      type: '/docs#nothing-to-bill',
      title: 'Nothing to bill',
      status: 409,
      detail: 'Customer 10042 has no open delivery notes: there is nothing to bill.',
      code: 'nothing-to-bill',
    },
  });
export type Problem = z.infer<typeof problemSchema>;

/** The core's fault codes and those of HTTP itself. */
export type ProblemCode =
  | FaultCode
  | 'bad-json'
  | 'unsupported-media-type'
  | 'method-not-allowed'
  | 'wrong-host'
  | 'wrong-origin'
  | 'internal';

/** Every code with its status and meaning, which `/docs` lists. */
export const PROBLEMS: Readonly<
  Record<ProblemCode, { readonly status: number; readonly title: string; readonly meaning: string }>
> = {
  'bad-json': {
    status: 400,
    title: 'No JSON',
    meaning: 'The body is not JSON (RFC 8259). Check it with a formatter.',
  },
  'bad-input': {
    status: 422,
    title: 'Bad input',
    meaning: 'Something in the call is wrong; `errors` names each field. Nothing was changed.',
  },
  'bad-settings': {
    status: 422,
    title: 'Bad settings',
    meaning: 'The settings are missing or wrong; nothing was changed. Mend them with PUT /api/settings.',
  },
  'no-login': {
    status: 401,
    title: 'Who are you?',
    meaning: 'The token is missing, wrong or expired. Get a new one.',
  },
  forbidden: { status: 403, title: 'Not allowed', meaning: 'The caller has none of the roles this takes.' },
  'wrong-host': {
    status: 421,
    title: 'Misdirected call',
    meaning: 'The header Host names another server: a stranger’s name may point here.',
  },
  'wrong-origin': {
    status: 403,
    title: 'Wrong origin',
    meaning: 'The call came from a page of another site.',
  },
  'not-found': { status: 404, title: 'Not found', meaning: 'There is no such thing. Check its number.' },
  'method-not-allowed': {
    status: 405,
    title: 'Method not allowed',
    meaning: 'The path exists, but not with this method: see the header Allow.',
  },
  'note-not-open': {
    status: 409,
    title: 'Note not open',
    meaning:
      'The delivery note is billed, or just being billed. A billed one changes only after its invoice was cancelled.',
  },
  'customer-in-use': {
    status: 409,
    title: 'Customer in use',
    meaning: 'The customer still has delivery notes that are not billed. Bill or delete them first.',
  },
  'nothing-to-bill': {
    status: 409,
    title: 'Nothing to bill',
    meaning: 'The customer has no open delivery notes of this selection.',
  },
  'import-interrupted': {
    status: 409,
    title: 'Import interrupted',
    meaning: 'A file was loaded half. Repeat its import first.',
  },
  'number-taken': {
    status: 409,
    title: 'Number taken',
    meaning: 'The number format gives a number that exists already. Change numbering.format.',
  },
  conflict: {
    status: 409,
    title: 'Conflict',
    meaning: 'Somebody else changed the same thing at the same time. Read it again and repeat the call.',
  },
  'archive-conflict': {
    status: 409,
    title: 'Archive conflict',
    meaning: 'Another file lies under the name of this document. Move it away.',
  },
  'too-large': {
    status: 413,
    title: 'Too large',
    meaning: 'The body, or what it asks for, is beyond the limits. Split it.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'Unsupported media type',
    meaning: 'Send JSON, with the header "Content-Type: application/json".',
  },
  'idempotency-mismatch': {
    status: 422,
    title: 'Idempotency-Key used before',
    meaning: 'The same Idempotency-Key came with other content. Take a new key for a new invoice.',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many calls',
    meaning: 'Wait as long as the header Retry-After says.',
  },
  damaged: {
    status: 500,
    title: 'Damaged',
    meaning: 'A stored file is not what was filed. Restore it from a backup; the log says which.',
  },
  internal: {
    status: 500,
    title: 'Breakdown',
    meaning:
      'Something broke. The log has the cause under the id that the answer names; the same call may be repeated.',
  },
  'newer-data': {
    status: 503,
    title: 'Newer data',
    meaning: 'A newer version of this program has written the data. Install that version again.',
  },
  unavailable: {
    status: 503,
    title: 'Not available',
    meaning: 'Something this needs does not answer just now. Repeat the call later.',
  },
  interrupted: {
    status: 503,
    title: 'Interrupted',
    meaning: 'The program is being stopped. Repeat the call: it goes on where it was.',
  },
};

/** Answers an error. The cause of an unexpected one goes only to the log. */
export function answerProblem(
  error: unknown,
  context: Context,
  deps: Pick<HttpDeps, 'log' | 'ids'>,
): Response {
  const fault = asFault(error);
  if (!fault) {
    const id = deps.ids.next();
    deps.log('error', 'call failed', { id, method: context.req.method, path: context.req.path, error });
    const detail = `Something broke, and the log has the cause under ${id}. The same call may be repeated.`;
    return respond(context, 'internal', detail);
  }
  const { code, message, details } = fault;
  const { status } = PROBLEMS[code];
  if (status >= 500) deps.log('error', 'call failed', { code, path: context.req.path, error });
  if (status === 503) context.header('Retry-After', '30');
  if (code === 'no-login') context.header('WWW-Authenticate', 'Bearer realm="rechnungspost"');
  return respond(context, code, message, fieldsOf(details));
}

export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly errors: Problem['errors'];

  /**
   * Makes a problem to answer with.
   * @param errors one entry for each field that is to blame
   */
  constructor(code: ProblemCode, message: string, errors?: Problem['errors']) {
    super(message);
    this.code = code;
    this.errors = errors;
  }
}

function asFault(
  error: unknown,
):
  | { readonly code: ProblemCode; readonly message: string; readonly details: NonNullable<Problem['errors']> }
  | undefined {
  if (error instanceof ProblemError) return { ...error, message: error.message, details: error.errors ?? [] };
  if (error instanceof Fault) {
    const { code, message, details } = error;
    return {
      code,
      message,
      details: details.length === 1 && details[0] === message ? [] : details.map(byField),
    };
  }
  if (!(error instanceof HTTPException)) return undefined;
  if (error.status === 415) {
    return {
      code: 'unsupported-media-type',
      message: PROBLEMS['unsupported-media-type'].meaning,
      details: [],
    };
  }
  if (error.status === 400) return { code: 'bad-json', message: PROBLEMS['bad-json'].meaning, details: [] };
  return undefined;
}

/**
 * Splits a sentence of the core into field and message; it begins with the field's path if one field is to
 * blame.
 */
function byField(sentence: string): NonNullable<Problem['errors']>[number] {
  const [, field, message] = /^([a-z]\w*(?:\.\w+)+): (.*)$/s.exec(sentence) ?? [];
  return field && message ? { field, message } : { message: sentence };
}

const fieldsOf = (errors: Problem['errors']) =>
  errors && errors.length > 0 ? errors.slice(0, 100) : undefined;

function respond(context: Context, code: ProblemCode, detail: string, errors?: Problem['errors']): Response {
  const { status, title } = PROBLEMS[code];
  const problem: Problem = {
    type: `/docs#${code}`,
    title,
    status,
    detail,
    code,
    ...(errors ? { errors } : {}),
  };
  return context.body(JSON.stringify(problem), status as 400, {
    'Content-Type': 'application/problem+json',
  });
}
