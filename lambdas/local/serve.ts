import { describeError, exitCodeOf, openForThisProcess } from '#wiring/process.ts';
import { startServer } from './server.ts';
import { workLoop } from './work-loop.ts';

/** `npm run serve`: goes on with whatever waits, and serves HTTP. */
try {
  const { config, program } = await openForThisProcess();
  try {
    const server = await startServer(program, config);
    process.stdout.write(`rechnungspost serves ${server.url} (data in ${config.dataDir}). Ctrl-C ends it.\n`);
    await workLoop(program);
    await server.close();
  } finally {
    await program.close();
  }
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = exitCodeOf(error);
}
