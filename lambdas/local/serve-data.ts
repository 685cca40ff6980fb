import { describeError, exitCodeOf, openForThisProcess } from '#wiring/process.ts';
import { startServer } from './server.ts';
import { workLoop } from './work-loop.ts';

/**
 * Goes on with everything that waits in the data folder, and serves it until the program is asked to stop.
 */
export async function serveData(): Promise<void> {
  try {
    const { config, program } = await openForThisProcess();
    try {
      const server = await startServer(program, config);
      process.stdout.write(
        `rechnungspost serves ${server.url} (data in ${config.dataDir}). Ctrl-C ends it.\n`,
      );
      await workLoop(program);
      await server.close();
    } finally {
      await program.close();
    }
  } catch (error) {
    process.stderr.write(`${describeError(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
}
