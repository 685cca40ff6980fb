import type { MiddlewareHandler } from 'hono';
import { Fault } from '#core/errors.ts';

/**
 * The roles: `read` may read, `write` may bill, mail and change, `auditor` may read everything including the
 * settings and change nothing.
 */
export const ROLES = ['read', 'write', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

export interface Caller {
  /** Names the caller in the log, and counts its calls for the rate limit. */
  readonly name: string;
  readonly roles: readonly Role[];
}

/**
 * Tells who shows this bearer token (undefined if none was sent).
 * @returns undefined for an unknown caller
 */
export type Authenticate = (token: string | undefined) => Promise<Caller | undefined>;

export interface CallerEnv {
  Variables: { readonly caller: Caller };
}

/**
 * Authenticates the caller, once for every route but the public ones: by a bearer token (RFC 6750), or
 * without one where none is required. A browser, which has no token of its own, may send it as the password
 * of HTTP Basic.
 * @throws Fault `no-login`
 */
export function authenticateCaller({
  authenticate,
}: {
  readonly authenticate: Authenticate;
}): MiddlewareHandler<CallerEnv> {
  return async (context, next) => {
    const caller = await authenticate(tokenOf(context.req.header('authorization')));
    if (!caller) {
      throw new Fault(
        'no-login',
        'Say who you are: send a valid token as "Authorization: Bearer …". It may be missing, wrong or expired.',
      );
    }
    context.set('caller', caller);
    await next();
  };
}

function tokenOf(header: string | undefined): string | undefined {
  const [, scheme = '', value] = /^(\w+) +([\w.~+/=-]+)$/.exec(header?.trim() ?? '') ?? [];
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() !== 'basic' || value === undefined) return undefined;
  const [, password] = /^[^:]*:(.*)$/.exec(Buffer.from(value, 'base64').toString('utf8')) ?? [];
  return password || undefined;
}

/**
 * Admits callers that have one of these roles.
 * @throws Fault `forbidden`
 */
export function requireRole(roles: readonly Role[]): MiddlewareHandler<CallerEnv> {
  return async (context, next) => {
    const { name, roles: its } = context.get('caller');
    if (!its.some((role) => roles.includes(role))) {
      throw new Fault(
        'forbidden',
        `${name} may not do this: it takes the role ${roles.join(' or ')}, and ${name} has ${its.join(', ') || 'none'}.`,
      );
    }
    await next();
  };
}
