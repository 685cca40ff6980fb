import type { Clock } from '#core/ports.ts';

/** Turns of the event loop after which nothing can be under way any more but what waits for the time. */
const IDLE_TURNS = 8;

/**
 * A clock that moves on when all who work wait for it: what takes hours takes no time, and what waits side by side is
 * counted once. Everything that is waited for must be this clock.
 */
export function createVirtualTime(start: number): Clock {
  const sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  let now = start;
  let isWatched = false;

  async function watch(): Promise<void> {
    while (sleepers.length > 0) {
      for (let turn = 0; turn < IDLE_TURNS; turn++)
        await new Promise<void>((resolve) => setImmediate(resolve));
      const next = sleepers.reduce((first, one) => (one.at < first.at ? one : first));
      sleepers.splice(sleepers.indexOf(next), 1);
      now = Math.max(now, next.at);
      next.wake();
    }
    isWatched = false;
  }

  return {
    now: () => now,
    wait: (milliseconds) =>
      new Promise((wake) => {
        sleepers.push({ at: now + milliseconds, wake });
        if (isWatched) return;
        isWatched = true;
        void watch();
      }),
  };
}
