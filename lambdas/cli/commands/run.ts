import { type Arguments, type Command, FLAG, TEXT } from '#cli/command.ts';
import { reportText } from '#cli/report-text.ts';
import { deliverPaperPost } from '#cli/write-documents.ts';
import { cycleOrder, startRun } from '#core/billing/start-run.ts';
import { day } from '#core/domain/calendar.ts';
import { CYCLES } from '#core/domain/customer.ts';
import type { Output, RunOrder } from '#core/domain/run-order.ts';
import { refuse } from '#core/errors.ts';
import { dryRun } from '#core/runs/dry-run.ts';
import { needsAPerson, runReport } from '#core/runs/run-report.ts';

export const runCommand: Command = {
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
  options: {
    cycle: TEXT,
    period: TEXT,
    customers: TEXT,
    output: TEXT,
    'invoice-date': TEXT,
    to: TEXT,
    'dry-run': FLAG,
    'mail-customers-only': FLAG,
  },
  async run(args, context) {
    const { program, print } = context;
    const order = orderOf(args);
    if (args.flag('dry-run')) {
      const report = await dryRun(order, program);
      print(reportText(report), report);
      return needsAPerson(report) ? 1 : 0;
    }
    const runId = await startRun(order, program);
    await program.completeRun(runId);
    const file =
      order.output === 'pdf'
        ? undefined
        : await deliverPaperPost(runId, order.output, args.text('to'), context);
    const report = await runReport(runId, program);
    print(
      [reportText(report), ...(file ? [`Documents: ${file}`] : [])].join('\n'),
      file ? { ...report, file } : report,
    );
    return needsAPerson(report) ? 1 : 0;
  },
};

function orderOf(args: Arguments): RunOrder {
  const cycle = CYCLES.find((name) => name === args.text('cycle'));
  if (!cycle) refuse('Say which customers are billed: --cycle daily, weekly or monthly.');
  const period = args.text('period');
  if (!period) refuse('Say which period is billed, such as --period 2026-10.');
  const customers = args
    .text('customers')
    ?.split(',')
    .map((number) => number.trim())
    .filter(Boolean);
  if (customers?.length === 0) refuse('--customers names no customer.');
  return cycleOrder({
    cycle,
    period,
    customers,
    mailCustomersOnly: args.flag('mail-customers-only'),
    output: outputOf(args) ?? 'pdf',
    invoiceDate: dateOf(args),
  });
}

export function outputOf(args: Arguments): Output | undefined {
  const text = args.text('output');
  const output = (['pdf', 'print', 'screen'] as const).find((name) => name === text);
  if (text !== undefined && !output) refuse(`--output ${text} is none of pdf, print and screen.`);
  return output;
}

export function dateOf(args: Arguments): string | undefined {
  const text = args.text('invoice-date');
  if (text === undefined) return undefined;
  const parsed = day.safeParse(text);
  if (!parsed.success) refuse(`--invoice-date ${parsed.error.issues[0]?.message}`);
  return parsed.data;
}
