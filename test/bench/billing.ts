import { startRun } from '#core/billing/start-run.ts';
import { completeRun } from '#core/runs/complete-run.ts';
import { runReport } from '#core/runs/run-report.ts';
import { OCTOBER } from '#test/support/data/dairy.ts';
import { openData } from '#test/support/data/october.ts';
import { treePss } from './process-tree.ts';

/**
 * This process bills October on the data folder in DATA_DIR, as the command line does, measures itself and
 * prints one JSON document.
 */
export interface Billing {
  /** Seconds from the start of the run to its last document, and to its end. */
  readonly documents: number;
  readonly whole: number;
  readonly report: { readonly counts: object; readonly delivery: object };
  /** Memory in MB (PSS) of this process and its browser after this many invoices. */
  readonly memory: readonly { readonly done: number; readonly pss: number }[];
}

const program = openData(process.env.DATA_DIR ?? '', 'chrome');
await program.printer.render([{ name: 'warm-up', html: '<p>warm' }]);
const memory: { done: number; pss: number }[] = [];
let documents = 0;
const begun = performance.now();
const runId = await startRun(OCTOBER, program);
await completeRun(runId, {
  ...program,
  onProgress: ({ phase, done }) => {
    if (phase !== 'documents') return;
    documents = (performance.now() - begun) / 1000;
    const pss = done % 100 === 0 ? treePss() : undefined;
    if (pss !== undefined) memory.push({ done, pss });
  },
});
const whole = (performance.now() - begun) / 1000;
const { counts, delivery } = await runReport(runId, program);
await program.close();
console.log(JSON.stringify({ documents, whole, report: { counts, delivery }, memory } satisfies Billing));
