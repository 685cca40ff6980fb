import { defineCommand } from '#cli/command.ts';
import { reportText } from '#cli/report-text.ts';
import { INVOICE_DATE, OUTPUT, TO_FILE } from '#cli/words.ts';
import { deliverPaperPost, writeDocuments } from '#cli/write-documents.ts';
import { createInstantInvoice } from '#core/billing/create-instant-invoice.ts';
import { customerNumber } from '#core/domain/customer.ts';
import { archivedDocuments } from '#core/invoices/print-invoices.ts';
import { readInvoices } from '#core/repositories/invoices.ts';
import { existingRun, invoiceNumbers, listRunLines } from '#core/repositories/runs.ts';
import { needsAPerson, runReport } from '#core/runs/run-report.ts';

export const invoiceCommand = defineCommand({
  help: [
    [
      'invoice --customer N [--output pdf|print|screen] [--to FILE] [--invoice-date D]',
      'an instant invoice over the customer’s open delivery notes',
    ],
  ],
  words: {},
  options: {
    customer: {
      schema: customerNumber,
      shown: 'N',
      does: 'who is billed',
      required: 'Say which customer: --customer N.',
    },
    output: OUTPUT,
    to: TO_FILE,
    'invoice-date': INVOICE_DATE,
  },
  async run({ options }, context) {
    const { program, print } = context;
    const { customer, output: asked, to, 'invoice-date': invoiceDate } = options;
    const runId = await createInstantInvoice(
      { customer, ...(asked ? { output: asked } : {}), ...(invoiceDate ? { invoiceDate } : {}) },
      program,
      program.completeRun,
    );
    const { output } = (await existingRun(program.table, runId)).value.order;
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
});
