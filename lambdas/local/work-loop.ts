import type { Program } from '#wiring/program.ts';

const IDLE_MS = 2000;

/** Sweeps at start and then again and again, until the program is asked to stop. One sweep at a time. */
export async function workLoop(program: Program): Promise<void> {
  while (!program.stop.aborted) {
    try {
      await program.sweep();
    } catch (error) {
      // The table itself could not be read; the next turn may fare better.
      program.log('error', 'sweep failed', { error });
    }
    await program.clock.wait(IDLE_MS);
  }
}
