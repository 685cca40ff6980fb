import { readFileSync } from 'node:fs';
import { importFile } from '#cli/commands/import.ts';
import { startRun } from '#core/billing/start-run.ts';
import type { Change } from '#core/ports.ts';
import { completeRun } from '#core/runs/complete-run.ts';
import { OCTOBER_DATED, openData } from '#test/support/data/october.ts';
import { answer } from '#test/support/process/child.ts';
import { hookIo } from '#test/support/simulation/io.ts';

/**
 * This process works on a data folder and stops in the middle: `before 2` and `after 2` are around the second
 * write that claims notes, or that loads some. It answers the first message when it has stopped there, and
 * the next message at its end.
 */
const [dataDir = '', where, file] = process.argv.slice(2);
let writes = 0;
const arrived = Promise.withResolvers<void>();
const goOn = Promise.withResolvers<void>();
let work: Promise<void> | undefined;

async function stopAt(place: string): Promise<void> {
  if (place !== where) return;
  arrived.resolve();
  await goOn.promise;
}

const local = hookIo(openData(dataDir, 'plain'), {
  before: (call, args) => (isCounted(call, args) ? stopAt(`before ${++writes}`) : undefined),
  after: (call, args) => (isCounted(call, args) ? stopAt(`after ${writes}`) : undefined),
});

/** A slice of the plan moves the run and claims notes; a slice of an import opens notes. */
function isCounted(call: string, [changes]: readonly unknown[]): boolean {
  if (call !== 'table.write') return false;
  const puts = (changes as readonly Change[]).flatMap((change) => ('put' in change ? [change.put.sort] : []));
  const claims = puts.includes('RUN') && puts.includes('BILLING');
  return file === undefined ? claims : puts.some((sort) => sort.startsWith('OPEN#'));
}

async function runOrImport(): Promise<void> {
  if (file === undefined) await completeRun(await startRun(OCTOBER_DATED, local), local);
  else await importFile('deliveries', 'deliveries.csv', readFileSync(file), false, local);
  await local.close();
}

answer(async (message: 'begin' | 'go on') => {
  if (message === 'begin') {
    work = runOrImport();
    await Promise.race([arrived.promise, work]);
    return 'there';
  }
  goOn.resolve();
  await work;
  return 'done';
});
