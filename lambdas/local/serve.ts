import { enableCompileCache } from 'node:module';

// `npm run serve` says at once that it starts, because loading the program takes a second or more.
process.stdout.write('rechnungspost starts\n');
enableCompileCache();
const { serveData } = await import('./serve-data.ts');
await serveData();
