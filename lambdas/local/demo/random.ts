export interface Random {
  /** Returns an integer from `low` to `high`, both included. */
  between(low: number, high: number): number;
}

/**
 * Returns a random generator that gives the same numbers for the same seed (mulberry32), so that demo data
 * can be reproduced.
 */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { between: (low, high) => low + Math.floor(next() * (high - low + 1)) };
}
