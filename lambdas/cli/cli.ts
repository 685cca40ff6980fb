import { enableCompileCache } from 'node:module';

// Compiled code is kept for `npm run cli`, because compiling it anew takes half of the time of a small
// command.
enableCompileCache();
const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
