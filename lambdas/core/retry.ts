import { ConflictError } from './errors.ts';

/**
 * Reads, decides and writes again when somebody else was faster. `attempt` must read anew on each call.
 * @throws ConflictError when it loses 50 times in a row, which means a bug rather than a busy neighbour
 */
export async function retryOnConflict<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ConflictError) || tries === 50) throw error;
    }
  }
}

/** Runs `work` on every item, at most `width` at once; rejects with the first error after all begun work has ended. */
export async function eachAtOnce<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const errors: unknown[] = [];
  const worker = async () => {
    for (const item of queue) {
      if (errors.length > 0) return;
      try {
        await work(item);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  if (errors.length > 0) throw errors[0];
}
