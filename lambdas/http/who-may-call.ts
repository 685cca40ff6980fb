import type { MiddlewareHandler } from 'hono';
import { Fault } from '#core/errors.ts';

/** `read`: looks; `write`: bills, mails and changes; `auditor`: looks at everything, the settings too, and changes nothing. */
export const ROLES = ['read', 'write', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

export interface Caller {
  /** For the log, and to count its calls. */
  readonly name: string;
  readonly roles: readonly Role[];
}

/** @returns who shows this bearer token (undefined: none was sent); undefined for nobody that is known */
export type Authenticate = (token: string | undefined) => Promise<Caller | undefined>;

export interface CallerEnv {
  Variables: { readonly caller: Caller };
}

/**
 * The one check of who calls, for every route but the public ones: a bearer token (RFC 6750), or none where the place
 * asks for none. A page of a browser, which has no token of its own, may send it as the password of HTTP Basic.
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

/** Lets callers pass that have one of these roles. @throws Fault `forbidden` */
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
