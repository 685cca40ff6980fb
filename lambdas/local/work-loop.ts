import type { Program } from '#wiring/program.ts';

const IDLE_MS = 2000;

/** Sweeps at start and then repeatedly until the program is asked to stop, one sweep at a time. */
export async function workLoop(program: Program): Promise<void> {
  while (!program.stop.aborted) {
    try {
      await program.sweep();
    } catch (error) {
      // Only a failure to read the table itself ends up here; the next sweep may succeed.
      program.log('error', 'sweep failed', { error });
    }
    await program.clock.wait(IDLE_MS);
  }
}
