import { type Command, TEXT } from '#cli/command.ts';
import { deliverPaperPost } from '#cli/write-documents.ts';
import { refuse } from '#core/errors.ts';
import { lettersToPrint } from '#core/invoices/print-invoices.ts';

export const printFileCommand: Command = {
  help: [
    ['print-file RUN --to FILE', 'the run’s paper post as one file; what waited for it counts as printed'],
  ],
  options: { to: TEXT },
  async run({ words: [runId], text }, context) {
    const to = text('to');
    if (!runId || !to) refuse('Say which run, and where to: print-file RUN --to FILE.');
    const invoices = (await lettersToPrint(runId, context.program)).map(({ value }) => value.facts.number);
    const file = await deliverPaperPost(runId, 'print', to, context);
    context.print(file ? `${invoices.length} invoices: ${file}` : `Run ${runId} has no paper post.`, {
      run: runId,
      invoices,
      file: file ?? null,
    });
    return 0;
  },
};
