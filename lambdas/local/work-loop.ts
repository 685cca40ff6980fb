import type { Program } from '#wiring/program.ts';

const IDLE_MS = 2000;

/** Sweeps at start and then again and again, until the program is asked to stop. One sweep at a time. */
export async function workLoop(local: Program): Promise<void> {
  while (!local.stop.aborted) {
    try {
      await local.sweep();
    } catch (error) {
      // The table itself could not be read; the next turn may fare better.
      local.log('error', 'sweep failed', { error });
    }
    await local.clock.wait(IDLE_MS);
  }
}
