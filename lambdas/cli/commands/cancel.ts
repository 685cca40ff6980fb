import { defineCommand } from '#cli/command.ts';
import { reportText } from '#cli/report-text.ts';
import { INVOICE_DATE, OUTPUT, TO_FILE } from '#cli/words.ts';
import { deliverPaperPost } from '#cli/write-documents.ts';
import { cancelInvoice, cancellableInvoice } from '#core/billing/cancel-invoice.ts';
import { cancellationReason } from '#core/domain/cancellation.ts';
import { invoiceNumber } from '#core/domain/identifiers.ts';
import { euros } from '#core/domain/money.ts';
import { refuse } from '#core/errors.ts';
import { existingRun } from '#core/repositories/runs.ts';
import { needsAPerson, runReport } from '#core/runs/run-report.ts';

export const cancelCommand = defineCommand({
  help: [
    [
      'cancel NUMBER [--reopen] [--reason TEXT] [--output pdf|print|screen] [--to FILE] [--invoice-date D]',
      'takes an invoice back by a cancellation invoice, after asking (--yes: without); --reopen: its delivery notes can be billed again',
    ],
  ],
  words: {
    number: {
      schema: invoiceNumber,
      shown: 'NUMBER',
      does: 'the issued invoice that is taken back',
      required: 'Say which invoice, one at a time: cancel NUMBER.',
    },
  },
  options: {
    reopen: { does: 'its delivery notes can be billed again; without it they stay billed' },
    reason: {
      schema: cancellationReason,
      shown: 'TEXT',
      does: 'why, for the journal: at most 500 characters, on one line',
    },
    output: OUTPUT,
    to: TO_FILE,
    'invoice-date': INVOICE_DATE,
    yes: { does: 'do not ask' },
  },
  async run({ words: { number }, options }, context) {
    const { program, print, confirm } = context;
    const { output, reason, reopen: reopenNotes, 'invoice-date': date } = options;
    const { facts, noteIds } = await cancellableInvoice(number, program);
    const question = [
      `Cancel invoice ${number} of ${facts.date} to ${facts.customer.name}, ${euros(facts.totals.gross)} EUR,`,
      `and ${reopenNotes ? 'open' : 'keep'} its ${noteIds.length} delivery notes ${reopenNotes ? 'again' : 'as billed'}?`,
    ].join(' ');
    if (!options.yes && !(await confirm(question))) {
      refuse('Not cancelled: answer yes on the terminal, or give --yes.');
    }
    const runId = await cancelInvoice(
      {
        invoice: number,
        reopenNotes,
        ...(output ? { output } : {}),
        ...(reason ? { reason } : {}),
        ...(date ? { date } : {}),
      },
      program,
      program.completeRun,
    );
    const way = (await existingRun(program.table, runId)).value.order.output;
    const file = way === 'pdf' ? undefined : await deliverPaperPost(runId, way, options.to, context);
    const report = await runReport(runId, program);
    print(
      [reportText(report), ...(file ? [`Documents: ${file}`] : [])].join('\n'),
      file ? { ...report, file } : report,
    );
    return needsAPerson(report) ? 1 : 0;
  },
});
