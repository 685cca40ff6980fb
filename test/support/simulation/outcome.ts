import type { Deps } from '#core/deps.ts';
import { readInvoices } from '#core/repositories/invoices.ts';
import { listRunLines } from '#core/repositories/runs.ts';
import { runReport } from '#core/runs/run-report.ts';

/**
 * Returns everything of a run that must be equal wherever it is billed: states, numbers, amounts, notes, keys
 * of files, ways of delivery.
 */
export async function outcomeOf(runId: string, { table }: Pick<Deps, 'table'>) {
  const lines = (await listRunLines(table, runId)).map(({ value }) => value);
  const invoices = await readInvoices(
    table,
    lines.flatMap(({ invoice }) => invoice ?? []),
  );
  const { totals, counts, delivery, invoiceDate, discrepancies } = await runReport(runId, { table });
  return {
    ...{ totals, counts, delivery, invoiceDate, discrepancies },
    lines: lines.map(({ customer, state, reasons, invoice }) => ({ customer, state, reasons, invoice })),
    invoices: invoices.map(({ value: { facts, noteIds, documents, delivery } }) => ({
      ...{ facts, noteIds, delivery },
      files: documents.map(({ key }) => key),
    })),
  };
}
