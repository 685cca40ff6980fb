import { enableCompileCache } from 'node:module';

// `npm run cli`. Compiling the program anew would take half of the time of a small command.
enableCompileCache();
const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
