import type { Deps } from './deps.ts';
import type { Key } from './ports.ts';
import { createOrReplace, read } from './repositories/stored.ts';
import { retryOnConflict } from './retry.ts';

/** `MAILING / PACE`: from when on turns are free; shared by all processes that send. */
const PACE: Key = { partition: 'MAILING', sort: 'PACE' };
interface Pace {
  /** Milliseconds since 1970. */
  readonly freeFrom: number;
}

/** Turns are taken from the table for this long at once, so that a fast pace does not cost a write a mail. */
const SPAN_MS = 100;

/**
 * Returns a function whose calls come back at most `perSecond` times a second, counted over all processes: a bucket of
 * tokens in the table. Turns that were taken and not used in time are lost; used later, they would make a burst.
 */
export function pacemaker(perSecond: number, deps: Pick<Deps, 'table' | 'clock'>): () => Promise<void> {
  const each = 1000 / perSecond;
  const atOnce = Math.max(1, Math.floor(SPAN_MS / each));
  /** Instants, in milliseconds since 1970. */
  const turns: number[] = [];
  let taking: Promise<void> | undefined;

  async function take(): Promise<void> {
    const free = await retryOnConflict(async () => {
      const pace = await read<Pace>(deps.table, PACE);
      const from = Math.max(deps.clock.now(), pace?.value.freeFrom ?? 0);
      await deps.table.write([createOrReplace(PACE, pace, { freeFrom: from + atOnce * each })]);
      return from;
    });
    // Where the table was slow they are used the later.
    const first = Math.max(free, deps.clock.now());
    for (let turn = 0; turn < atOnce; turn++) turns.push(first + turn * each);
  }

  return async () => {
    for (;;) {
      const turn = turns.shift();
      if (turn === undefined) {
        taking ??= take().finally(() => {
          taking = undefined;
        });
        await taking;
        continue;
      }
      const wait = turn - deps.clock.now();
      if (wait > 0) await deps.clock.wait(wait);
      // Also of one who overslept: several that wake up at once would be a burst.
      if (deps.clock.now() - turn <= SPAN_MS) return;
    }
  };
}
