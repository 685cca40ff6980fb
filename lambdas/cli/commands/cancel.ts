import { type Command, FLAG, TEXT } from '#cli/command.ts';
import { reportText } from '#cli/report-text.ts';
import { deliverPaperPost } from '#cli/write-documents.ts';
import { cancelInvoice, cancellableInvoice } from '#core/billing/cancel-invoice.ts';
import { euros } from '#core/domain/money.ts';
import { refuse } from '#core/errors.ts';
import { existingRun } from '#core/repositories/runs.ts';
import { needsAPerson, runReport } from '#core/runs/run-report.ts';
import { dateOf, outputOf } from './run.ts';

export const cancelCommand: Command = {
  help: [
    [
      'cancel NUMBER [--reopen] [--reason TEXT] [--output pdf|print|screen] [--to FILE] [--invoice-date D]',
      'takes an invoice back by a cancellation invoice, after asking (--yes: without); --reopen: its delivery notes can be billed again',
    ],
  ],
  options: {
    reopen: FLAG,
    reason: TEXT,
    output: TEXT,
    to: TEXT,
    'invoice-date': TEXT,
    yes: FLAG,
  },
  async run(args, context) {
    const { program, print, confirm } = context;
    const [number, ...others] = args.words;
    if (!number || others.length > 0) refuse('Say which invoice, one at a time: cancel NUMBER.');
    const [output, date, reason] = [outputOf(args), dateOf(args), args.text('reason')];
    const reopenNotes = args.flag('reopen');
    const { facts, noteIds } = await cancellableInvoice(number, program);
    const question = [
      `Cancel invoice ${number} of ${facts.date} to ${facts.customer.name}, ${euros(facts.totals.gross)} EUR,`,
      `and ${reopenNotes ? 'open' : 'keep'} its ${noteIds.length} delivery notes ${reopenNotes ? 'again' : 'as billed'}?`,
    ].join(' ');
    if (!args.flag('yes') && !(await confirm(question))) {
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
    const file = way === 'pdf' ? undefined : await deliverPaperPost(runId, way, args.text('to'), context);
    const report = await runReport(runId, program);
    print(
      [reportText(report), ...(file ? [`Documents: ${file}`] : [])].join('\n'),
      file ? { ...report, file } : report,
    );
    return needsAPerson(report) ? 1 : 0;
  },
};
