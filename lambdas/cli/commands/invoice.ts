import { type Command, TEXT } from '#cli/command.ts';
import { reportText } from '#cli/report-text.ts';
import { deliverPaperPost, writeDocuments } from '#cli/write-documents.ts';
import { createInstantInvoice } from '#core/billing/create-instant-invoice.ts';
import { refuse } from '#core/errors.ts';
import { archivedDocuments } from '#core/invoices/print-invoices.ts';
import { readInvoices } from '#core/repositories/invoices.ts';
import { existingRun, invoiceNumbers, listRunLines } from '#core/repositories/runs.ts';
import { needsAPerson, runReport } from '#core/runs/run-report.ts';
import { dateOf, outputOf } from './run.ts';

export const invoiceCommand: Command = {
  help: [
    [
      'invoice --customer N [--output pdf|print|screen] [--to FILE] [--invoice-date D]',
      'an instant invoice over the customer’s open delivery notes',
    ],
  ],
  options: { customer: TEXT, output: TEXT, to: TEXT, 'invoice-date': TEXT },
  async run(args, context) {
    const { program, print } = context;
    const customer = args.text('customer');
    if (!customer) refuse('Say which customer: --customer N.');
    const [asked, invoiceDate] = [outputOf(args), dateOf(args)];
    const runId = await createInstantInvoice(
      { customer, ...(asked ? { output: asked } : {}), ...(invoiceDate ? { invoiceDate } : {}) },
      program,
      program.completeRun,
    );
    const { output } = (await existingRun(program.table, runId)).value.order;
    const to = args.text('to');
    let file: string | undefined;
    if (output !== 'pdf') file = await deliverPaperPost(runId, output, to, context);
    else if (to) {
      const numbers = invoiceNumbers(await listRunLines(program.table, runId));
      const invoices = (await readInvoices(program.table, numbers)).map(({ value }) => value);
      const documents = await archivedDocuments(invoices, program.archive);
      if (documents.length > 0) [file] = await writeDocuments(documents, to, numbers.join(), context);
    }
    const report = await runReport(runId, program);
    print(
      [reportText(report), ...(file ? [`Documents: ${file}`] : [])].join('\n'),
      file ? { ...report, file } : report,
    );
    return needsAPerson(report) ? 1 : 0;
  },
};
