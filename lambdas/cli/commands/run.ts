import { z } from 'zod';
import { defineCommand } from '#cli/command.ts';
import { reportText } from '#cli/report-text.ts';
import { INVOICE_DATE, listOf, MAIL_CUSTOMERS_ONLY, OUTPUT, parseWord, TO_FILE } from '#cli/words.ts';
import { deliverPaperPost } from '#cli/write-documents.ts';
import { cycleOrder, startRun } from '#core/billing/start-run.ts';
import { CYCLES, customerNumber } from '#core/domain/customer.ts';
import { period } from '#core/domain/period.ts';
import { dryRun } from '#core/runs/dry-run.ts';
import { needsAPerson, runReport } from '#core/runs/run-report.ts';

export const runCommand = defineCommand({
  help: [
    [
      'run --cycle monthly --period 2026-10',
      'bill a period (weekly: 2026-W44, daily: 2026-10-31); started again after an interruption it goes on',
    ],
    [
      '    [--dry-run] [--customers A,B] [--mail-customers-only] [--invoice-date D]',
      'only show what would be done · only these customers · only those who get mail · another date than today',
    ],
    [
      '    [--output pdf|print|screen] [--to FILE]',
      'pdf (default) mails; print makes one file of all, screen opens it, and nothing is mailed',
    ],
  ],
  words: {},
  options: {
    cycle: {
      schema: z.enum(CYCLES),
      shown: CYCLES.join('|'),
      does: 'which customers are billed, by their billing cycle',
      required: 'Say which customers are billed: --cycle daily, weekly or monthly.',
    },
    period: {
      schema: period(),
      shown: '2026-10',
      does: 'what is billed: a month, a week (2026-W44) or a day (2026-10-31), as the cycle is',
      required: 'Say which period is billed, such as --period 2026-10.',
    },
    customers: { schema: listOf(customerNumber), shown: 'A,B', does: 'only these customers' },
    output: OUTPUT,
    'invoice-date': INVOICE_DATE,
    to: TO_FILE,
    'dry-run': { does: 'only show what would be done' },
    'mail-customers-only': MAIL_CUSTOMERS_ONLY,
  },
  async run({ options }, context) {
    const { program, print } = context;
    const { cycle, customers, output = 'pdf', 'invoice-date': invoiceDate } = options;
    const order = cycleOrder({
      cycle,
      // The schema of the option accepts periods of every cycle; only here is it known which cycle the period
      // must fit.
      period: parseWord('--period', period(cycle), options.period.text).text,
      customers,
      mailCustomersOnly: options['mail-customers-only'],
      output,
      invoiceDate,
    });
    if (options['dry-run']) {
      const report = await dryRun(order, program);
      print(reportText(report), report);
      return needsAPerson(report) ? 1 : 0;
    }
    const runId = await startRun(order, program);
    await program.completeRun(runId);
    const file =
      order.output === 'pdf' ? undefined : await deliverPaperPost(runId, order.output, options.to, context);
    const report = await runReport(runId, program);
    print(
      [reportText(report), ...(file ? [`Documents: ${file}`] : [])].join('\n'),
      file ? { ...report, file } : report,
    );
    return needsAPerson(report) ? 1 : 0;
  },
});
