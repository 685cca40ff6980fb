import { enableCompileCache } from 'node:module';
import { createProgressBar } from '#cli/progress-bar.ts';
import { createProgressLines } from './progress-lines.ts';

// `npm start`. The program takes a second or more to load, so somebody who starts it hears of it before that.
const display = process.stderr.isTTY
  ? createProgressBar(process.stderr)
  : createProgressLines((line) => process.stdout.write(`${line}\n`));
display.say('rechnungspost starts');
enableCompileCache();
const { startSystem } = await import('./start-system.ts');
await startSystem(display);
