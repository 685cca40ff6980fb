import { defineCommand } from '#cli/command.ts';
import { TO_FILE } from '#cli/words.ts';
import { deliverPaperPost } from '#cli/write-documents.ts';
import { runId } from '#core/domain/identifiers.ts';
import { Fault } from '#core/errors.ts';
import { lettersToPrint } from '#core/invoices/print-invoices.ts';
import { readRun } from '#core/repositories/runs.ts';

const ASK = 'Say which run, and where to: print-file RUN --to FILE.';

export const printFileCommand = defineCommand({
  help: [
    ['print-file RUN --to FILE', 'the run’s paper post as one file; what waited for it counts as printed'],
  ],
  words: { run: { schema: runId, shown: 'RUN', does: 'the run, as report lists it', required: ASK } },
  options: { to: { ...TO_FILE, required: ASK } },
  async run({ words: { run }, options: { to } }, context) {
    if (!(await readRun(context.program.table, run))) throw new Fault('not-found', `There is no run ${run}.`);
    const invoices = (await lettersToPrint(run, context.program)).map(({ value }) => value.facts.number);
    const file = await deliverPaperPost(run, 'print', to, context);
    context.print(file ? `${invoices.length} invoices: ${file}` : `Run ${run} has no paper post.`, {
      run,
      invoices,
      file: file ?? null,
    });
    return 0;
  },
});
