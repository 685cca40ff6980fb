import { enableCompileCache } from 'node:module';
import { setImmediate } from 'node:timers/promises';
import { createProgressBar } from '#cli/progress-bar.ts';
import { createProgressLines } from './progress-lines.ts';

// `npm start`. The program takes a second or more to load, so somebody who starts it hears of it before that.
const display = process.stderr.isTTY
  ? createProgressBar(process.stderr)
  : createProgressLines((line) => process.stdout.write(`${line}\n`));
display.say('rechnungspost starts');
enableCompileCache();
// Piece by piece, because the display's timer has its turn only between two of them.
for (const load of [
  () => import('#core/runs/complete-run.ts'),
  () => import('#wiring/program.ts'),
  () => import('#wiring/process.ts'),
  () => import('#http/app.ts'),
]) {
  await load();
  await setImmediate();
}
const { startSystem } = await import('./start-system.ts');
await startSystem(display);
