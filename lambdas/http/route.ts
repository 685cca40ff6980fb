import { createRoute, OpenAPIHono, type RouteConfig } from '@hono/zod-openapi';
import type { z } from 'zod';
import type { HttpDeps } from './deps.ts';
import { type Problem, ProblemError, problemSchema } from './problem.ts';
import { type CallerEnv, type Role, requireRole } from './who-may-call.ts';

/** The part of the program that a group of routes needs, and the application they go into. */
export type Routes = (app: OpenAPIHono<CallerEnv>, deps: HttpDeps) => void;

type Described = Omit<RouteConfig, 'middleware' | 'security' | 'request'> & {
  readonly summary: string;
  readonly tags: [string];
  /** `getCustomer`: the name of the call in generated clients. */
  readonly operationId: string;
};

/** A route of the API: who may call it is said in the same place as what it takes and gives. */
export function route<const R extends Described & Pick<RouteConfig, 'request'>>(
  roles: readonly Role[],
  config: R,
) {
  return createRoute({
    ...config,
    middleware: requireRole(roles),
    security: [{ token: [] }],
    'x-roles': roles,
    responses: {
      ...(config.responses as R['responses']),
      default: {
        description: 'What went wrong, and what to do (RFC 9457).',
        content: { 'application/problem+json': { schema: problemSchema } },
      },
    },
  });
}

/** Everybody who is known may look. */
export const READERS: readonly Role[] = ['read', 'write', 'auditor'];
export const WRITE: readonly Role[] = ['write'];

export const jsonBody = <S extends z.ZodType>(schema: S) => ({
  content: { 'application/json': { schema } },
  required: true as const,
});

export const json = <S extends z.ZodType>(description: string, schema: S) => ({
  description,
  content: { 'application/json': { schema } },
});

export const PDF = {
  'application/pdf': { schema: { type: 'string', format: 'binary' } },
} as const;

/** An application whose routes refuse what does not fit their schemas with the fields that are wrong. */
export const newApp = () =>
  new OpenAPIHono<CallerEnv>({
    // A slash at the end is no other place.
    strict: false,
    defaultHook: (result) => {
      if (!result.success) throw refusal(result.error.issues, result.target);
    },
  });

const PARTS: Readonly<Record<string, string>> = {
  param: 'the path',
  query: 'the query',
  header: 'the headers',
  json: 'the body',
};

/** What a schema found, as the answer tells it. */
export function refusal(issues: readonly z.core.$ZodIssue[], target: string): ProblemError {
  const errors = issues.flatMap(({ path, message, ...issue }): NonNullable<Problem['errors']> => {
    const names = issue.code === 'unrecognized_keys' ? issue.keys : [''];
    return names.map((name) => ({
      field: [...path, name].filter((part) => part !== '').join('.') || PARTS[target]!,
      message: name ? `"${name}" is no field here: check its spelling.` : message,
    }));
  });
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new ProblemError('bad-input', `${first?.field}: ${first?.message}${more}`, errors);
}
