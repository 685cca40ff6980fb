import { createRoute, OpenAPIHono, type RouteConfig } from '@hono/zod-openapi';
import type { z } from 'zod';
import type { HttpDeps } from './deps.ts';
import { type Problem, ProblemError, problemSchema } from './problem.ts';
import { type CallerEnv, type Role, requireRole } from './who-may-call.ts';

/** Adds a group of routes to an application; `deps` is what they need from the program. */
export type Routes = (app: OpenAPIHono<CallerEnv>, deps: HttpDeps) => void;

type Described = Omit<RouteConfig, 'middleware' | 'security' | 'request'> & {
  readonly summary: string;
  readonly tags: [string];
  /** The name of the call in generated clients: `getCustomer`. */
  readonly operationId: string;
};

/** Defines a route of the API, with the roles that may call it beside what it takes and returns. */
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

/** Every known caller may read. */
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

/**
 * Creates an application whose routes refuse what does not fit their schemas, naming the fields that are
 * wrong.
 */
export const newApp = () =>
  new OpenAPIHono<CallerEnv>({
    // A trailing slash leads to the same route.
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

/** Turns what a schema found into the problem to answer with. */
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
