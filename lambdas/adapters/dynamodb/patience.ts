import type { Clock } from '#core/ports.ts';
import { isPassing } from './errors.ts';

/**
 * How long a call is tried. More than the five seconds after which DynamoDB finishes a transaction that it left half
 * way (when it is asked again with the same token), and far less than the ten minutes for which it knows the token.
 */
export const PATIENCE_MS = 20_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 4000;

/**
 * Repeats what failed for a passing reason, after pauses of growing length with full jitter
 * (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/).
 * @throws the last error when it is not temporary or patience has run out
 */
export async function retryWhileBusy<T>(clock: Clock, attempt: () => Promise<T>): Promise<T> {
  const end = clock.now() + PATIENCE_MS;
  for (let ceiling = FIRST_PAUSE_MS; ; ceiling = Math.min(2 * ceiling, LONGEST_PAUSE_MS)) {
    try {
      return await attempt();
    } catch (error) {
      const pause = Math.random() * ceiling;
      if (!isPassing(error) || clock.now() + pause > end) throw error;
      await clock.wait(pause);
      // Where a process was put to sleep meanwhile, the token of a write may be forgotten.
      if (clock.now() > end) throw error;
    }
  }
}
