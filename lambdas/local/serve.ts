import { enableCompileCache } from 'node:module';

// `npm run serve`. The program takes a second or more to load, so somebody who starts it hears of it before that.
process.stdout.write('rechnungspost starts\n');
enableCompileCache();
const { serveData } = await import('./serve-data.ts');
await serveData();
