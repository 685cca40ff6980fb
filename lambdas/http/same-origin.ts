import type { MiddlewareHandler } from 'hono';
import type { HttpDeps } from './deps.ts';
import { ProblemError } from './problem.ts';

const SAFE = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Keeps other sites' pages from calling in the user's name. A host name that was pointed at this machine (DNS
 * rebinding) is not one of the server's names; a page of another site that posts here reveals itself by
 * `Origin` or `Sec-Fetch-Site` (Fetch Metadata), which programs other than browsers do not send.
 */
export function sameOrigin({ hosts }: Pick<HttpDeps, 'hosts'>): MiddlewareHandler {
  return async (context, next) => {
    const host = context.req.header('host') ?? '';
    if (hosts && !hosts(host)) {
      throw new ProblemError(
        'wrong-host',
        `This server does not go by the name "${host.slice(0, 100)}": call it as http://127.0.0.1.`,
      );
    }
    const site = context.req.header('sec-fetch-site');
    const origin = context.req.header('origin');
    const isForeign =
      (site !== undefined && site !== 'same-origin' && site !== 'none') ||
      (origin !== undefined && !originIs(origin, host));
    if (isForeign && !SAFE.includes(context.req.method)) {
      throw new ProblemError('wrong-origin', 'A page of another site may not change anything here.');
    }
    await next();
  };
}

function originIs(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}
