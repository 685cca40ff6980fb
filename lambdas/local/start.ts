import { enableCompileCache } from 'node:module';
import { setImmediate } from 'node:timers/promises';
import { createProgressBar } from '#cli/progress-bar.ts';
import { createProgressLines } from './progress-lines.ts';

// `npm start` says at once that it starts, because loading the program takes a second or more.
const display = process.stderr.isTTY
  ? createProgressBar(process.stderr)
  : createProgressLines((line) => process.stdout.write(`${line}\n`));
display.say('rechnungspost starts');
enableCompileCache();
// Modules are loaded one by one, because the timer of the display only gets its turn between two of them.
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
