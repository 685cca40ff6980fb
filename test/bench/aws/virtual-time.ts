import type { Clock } from '#core/ports.ts';

/** After this many turns of the event loop, everything that is still under way waits for the time. */
const IDLE_TURNS = 8;

/**
 * Makes a clock that moves on when everybody at work waits for it: hours pass in no time, and waits side by
 * side are counted once. All waiting must use this clock.
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
