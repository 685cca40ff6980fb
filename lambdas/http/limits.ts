import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { Fault } from '#core/errors.ts';
import type { HttpDeps } from './deps.ts';
import type { CallerEnv } from './who-may-call.ts';

/** Lambda accepts 6 MB in one call; a delivery note of 5,000 lines has about one. */
const MAX_BODY = 4_000_000;

export const limitBody: MiddlewareHandler = bodyLimit({
  maxSize: MAX_BODY,
  onError: () => {
    throw new Fault('too-large', `The body is larger than ${MAX_BODY} bytes: split the call.`);
  },
});

/**
 * Limits each caller to a number of calls a second and a burst, by a token bucket for each caller in this
 * process. The gateway on AWS limits all callers together.
 * @throws Fault `too-many-requests`, with the header Retry-After in seconds
 */
export function limitRate({
  rate: { perSecond, burst },
  clock,
}: Pick<HttpDeps, 'rate' | 'clock'>): MiddlewareHandler<CallerEnv> {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return async (context, next) => {
    const { name } = context.get('caller');
    const now = clock.now();
    const last = buckets.get(name) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, last.tokens + ((now - last.at) / 1000) * perSecond);
    // The entry is moved to the end, so that the map is ordered by last call and the oldest entry is dropped
    // first.
    buckets.delete(name);
    buckets.set(name, { tokens: tokens < 1 ? tokens : tokens - 1, at: now });
    if (buckets.size > 1000) buckets.delete(buckets.keys().next().value!);
    if (tokens < 1) {
      const seconds = Math.ceil((1 - tokens) / perSecond);
      context.header('Retry-After', String(seconds));
      throw new Fault(
        'too-many-requests',
        `More than ${perSecond} calls a second: wait ${seconds} seconds, then go on more slowly.`,
      );
    }
    await next();
  };
}
