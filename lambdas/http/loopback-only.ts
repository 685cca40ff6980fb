import type { MiddlewareHandler } from 'hono';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

export const isLoopback = (host: string): boolean => LOOPBACK.test(host.includes('::') ? `[${host}]` : host);

/**
 * Refuses requests that come under another name than the loopback's: a page of a stranger whose name was pointed at
 * 127.0.0.1 (DNS rebinding) must not read invoices.
 */
export const loopbackOnly: MiddlewareHandler = async (context, next) => {
  if (!LOOPBACK.test(context.req.header('host') ?? '')) {
    return context.text('This server answers on the loopback only: use http://127.0.0.1.', 421);
  }
  await next();
};
