import { z } from 'zod';
import { day } from '#core/domain/calendar.ts';
import { CYCLES, customerNumber } from '#core/domain/customer.ts';
import { OUTPUTS } from '#core/domain/run-order.ts';
import type { Run } from '#core/repositories/runs.ts';
import { CUSTOMER_STATES, needsAttention, type RunReport } from '#core/runs/run-report.ts';
import { AMOUNT } from './decimals.ts';

export const output = z.enum(OUTPUTS).meta({
  description: '`pdf` mails to the customers who want mail; `print` and `screen` mail nothing.',
});

export const runBody = z
  .strictObject({
    cycle: z.enum(CYCLES),
    period: z.string().max(20).meta({ description: '`2026-10`, weekly `2026-W44`, daily `2026-10-31`.' }),
    customers: z.array(customerNumber).min(1).max(1000).optional().meta({ description: 'Only these.' }),
    mailCustomersOnly: z.boolean().default(false),
    output: output.default('pdf'),
    invoiceDate: day
      .optional()
      .meta({ description: 'Today unless given; never before the newest invoice’s.' }),
    dryRun: z.boolean().default(false).meta({ description: 'Only tells what the run would do.' }),
  })
  .meta({ id: 'RunToStart', example: { cycle: 'monthly', period: '2026-10' } });

export const customerInRun = z
  .object({
    customer: z.string(),
    name: z.string(),
    state: z.enum(CUSTOMER_STATES),
    cancelledBy: z
      .string()
      .optional()
      .meta({ description: 'Number of the invoice that took this one back.' }),
    reasons: z.array(z.string()).optional(),
    invoice: z.string().optional(),
    notes: z.number().int().optional(),
    net: AMOUNT.optional(),
    vat: AMOUNT.optional(),
    gross: AMOUNT.optional(),
    delivery: z.looseObject({ state: z.string(), reason: z.string().optional() }).optional(),
    files: z.array(z.string()).optional().meta({ description: 'Keys in the archive.' }),
  })
  .meta({ id: 'CustomerInRun' });

const preflight = z
  .object({
    mails: z.number().int(),
    recipients: z.number().int().meta({ description: 'Of all mails, copies included.' }),
    printed: z.number().int().meta({ description: 'Invoices that would be printed.' }),
    seconds: z
      .number()
      .int()
      .meta({ description: 'Until the last mail has its turn, by pace and quota, if the run began now.' }),
    findings: z.array(
      z.object({
        level: z.enum(['warning', 'info']),
        text: z.string(),
        customer: z.string().optional().meta({ description: 'Whose address it is about.' }),
      }),
    ),
  })
  .meta({ id: 'Preflight' });

export const runAnswer = z
  .object({
    run: z.string(),
    kind: z.enum(['cycle', 'instant', 'cancellation']),
    cycle: z.string().optional(),
    period: z.string().optional(),
    cancels: z.string().optional().meta({ description: 'Of a cancellation: the invoice it takes back.' }),
    state: z.enum(['planning', 'sealed', 'closed', 'dry run']).meta({
      description:
        '`planning`: notes are claimed; `sealed`: numbers are taken, documents are made; `closed`: the books are.',
    }),
    paused: z.boolean().optional(),
    pauses: z
      .array(z.object({ from: z.string(), to: z.string().optional() }))
      .optional()
      .meta({ description: 'Instants; the last one is open while it is paused.' }),
    invoiceDate: z.string(),
    output: z.string(),
    startedAt: z.string(),
    closedAt: z.string().optional(),
    counts: z
      .record(z.string(), z.number().int())
      .meta({ description: 'Customers by their state, and notes.' }),
    totals: z.object({ net: AMOUNT, vat: AMOUNT, gross: AMOUNT }),
    delivery: z.record(z.string(), z.number().int()).meta({ description: 'Invoices by the way they go.' }),
    customers: z.array(customerInRun),
    discrepancies: z.array(z.string()),
    mailing: z
      .object({
        waiting: z.number().int(),
        secondsLeft: z
          .number()
          .int()
          .optional()
          .meta({ description: 'Until the last of them has its turn, by the pace and quota as used now.' }),
        held: z.string().optional().meta({ description: 'Why no mail is tried just now.' }),
        paused: z.boolean().optional(),
      })
      .optional()
      .meta({ description: 'While mails of it wait for a first or a further try.' }),
    preflight: preflight
      .optional()
      .meta({ description: 'Of a dry run with output pdf: what would become of the mails.' }),
  })
  .meta({ id: 'Run' });

export const listedRun = runAnswer
  .pick({ run: true, kind: true, cycle: true, period: true, state: true, paused: true, startedAt: true })
  .meta({ id: 'ListedRun' });

export const listedRunJson = ({ id, order, state, paused, startedAt }: Run): z.infer<typeof listedRun> => ({
  run: id,
  kind: order.kind,
  ...(order.kind === 'cycle' ? { cycle: order.cycle, period: order.period } : {}),
  state,
  ...(paused ? { paused } : {}),
  startedAt,
});

export const customersQuery = z.enum(['attention', 'all', 'none']).default('attention').meta({
  description: '`attention`: the customers of whom something is held, failed or unknown.',
});

export const runJson = (
  report: RunReport,
  which: z.infer<typeof customersQuery>,
): z.infer<typeof runAnswer> => {
  const customers = which === 'none' ? [] : report.customers;
  const { pauses, preflight, ...rest } = report;
  return {
    ...rest,
    ...(pauses ? { pauses: [...pauses] } : {}),
    ...(preflight ? { preflight: { ...preflight, findings: [...preflight.findings] } } : {}),
    counts: { ...report.counts },
    delivery: { ...report.delivery },
    discrepancies: [...report.discrepancies],
    customers: customers
      .filter((customer) => which === 'all' || needsAttention(customer))
      .map(({ reasons, files, delivery, ...customer }) => ({
        ...customer,
        ...(reasons ? { reasons: [...reasons] } : {}),
        ...(files ? { files: [...files] } : {}),
        ...(delivery ? { delivery: { ...delivery } } : {}),
      })),
  };
};
