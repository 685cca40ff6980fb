import type { Deps } from '#core/deps.ts';
import { readInvoices } from '#core/repositories/invoices.ts';
import { invoiceNumbers, listRunLines } from '#core/repositories/runs.ts';
import { runReport } from '#core/runs/run-report.ts';

/**
 * Returns everything of a run that must be equal wherever it is billed: states, numbers, amounts, notes, keys
 * of files, ways of delivery.
 */
export async function outcomeOf(runId: string, { table }: Pick<Deps, 'table'>) {
  const lines = await listRunLines(table, runId);
  const invoices = await readInvoices(table, invoiceNumbers(lines));
  const { totals, counts, delivery, invoiceDate, discrepancies } = await runReport(runId, { table });
  return {
    ...{ totals, counts, delivery, invoiceDate, discrepancies },
    lines: lines.map(({ value: line }) => ({
      ...{ customer: line.customer, state: line.state },
      reasons: 'reasons' in line ? line.reasons : undefined,
      invoice: 'invoice' in line ? line.invoice : undefined,
    })),
    invoices: invoices.map(({ value: { facts, noteIds, documents, delivery } }) => ({
      ...{ facts, noteIds, delivery },
      files: documents.map(({ key }) => key),
    })),
  };
}
