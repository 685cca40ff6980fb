import { ConflictError, isTooLarge } from './errors.ts';

/**
 * Reads, decides and writes, and does it again if somebody else was faster. `attempt` must read anew on each
 * call.
 * @param isOurs decides after which conflicts to try again; others are thrown
 * @throws ConflictError if it loses 50 times in a row, which means a bug rather than a busy neighbour
 */
export async function retryOnConflict<T>(
  attempt: () => Promise<T>,
  isOurs: (conflict: ConflictError) => boolean = () => true,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ConflictError) || !isOurs(error) || tries === 50) throw error;
    }
  }
}

/**
 * Hands the items to `write` in their order, at most `size` at once, and again if somebody else was faster. A
 * chunk that is too large for one write is halved, because items differ in size by a factor of a thousand.
 * There is always a last chunk, even if it is empty.
 */
export async function writeInChunks<T>(
  items: readonly T[],
  size: number,
  write: (chunk: readonly T[], isLast: boolean) => Promise<void>,
): Promise<void> {
  for (let start = 0; ; ) {
    const end = Math.min(start + size, items.length);
    try {
      await retryOnConflict(() => write(items.slice(start, end), end === items.length));
      if (end === items.length) return;
      start = end;
    } catch (error) {
      if (!isTooLarge(error) || size === 1) throw error;
      size = Math.ceil(size / 2);
    }
  }
}

/**
 * Runs `work` on every item, at most `width` at once. Rejects with the first error once all work that had
 * begun has ended.
 */
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
