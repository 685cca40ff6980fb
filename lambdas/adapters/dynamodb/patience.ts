import type { Clock } from '#core/ports.ts';
import { isPassing } from './errors.ts';

/**
 * How long a call is retried, in milliseconds. It exceeds the five seconds after which DynamoDB finishes a
 * transaction that it left half way (when it is asked again with the same token), and stays far below the ten
 * minutes for which it remembers the token.
 */
export const PATIENCE_MS = 20_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 4000;

/**
 * Retries what failed for a temporary reason, after growing pauses with full jitter
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
      // If the process was suspended meanwhile, DynamoDB may have forgotten the token of a write.
      if (clock.now() > end) throw error;
    }
  }
}
