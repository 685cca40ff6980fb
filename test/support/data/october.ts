import { cancelInvoice, findCancellation } from '#core/billing/cancel-invoice.ts';
import { startRun } from '#core/billing/start-run.ts';
import type { CycleOrder } from '#core/domain/run-order.ts';
import type { Printer, Table } from '#core/ports.ts';
import { completeRun } from '#core/runs/complete-run.ts';
import { localConfig } from '#wiring/config.ts';
import { openLocal } from '#wiring/local.ts';
import type { Program } from '#wiring/program.ts';
import { createLocalWorkers } from '#wiring/workers.ts';
import { OCTOBER } from './dairy.ts';

/**
 * Opens the program on a data folder; `plain` prints without Chrome.
 * @param table replaces the folder's own table
 */
export function openData(dataDir: string, printer: 'plain' | 'chrome', table?: Table): Program {
  const local = openLocal(
    localConfig({ ...process.env, DATA_DIR: dataDir, ARCHIVE_DIR: '', DNS_SERVER: 'none' }),
    {
      workers: createLocalWorkers(),
      stop: new AbortController().signal,
      log: () => {},
    },
  );
  return { ...local, ...(printer === 'plain' && { printer: plainPrinter() }), ...(table && { table }) };
}

/**
 * The monthly order with a fixed invoice date, so that the numbers are those of 2026 whatever the year of the
 * test.
 */
export const OCTOBER_DATED = { ...OCTOBER, invoiceDate: '2026-11-02' } satisfies CycleOrder;

/**
 * Starts the monthly run of October 2026, or continues it, and takes it to its end.
 * @returns the run's id
 */
export async function billOctober(local: Program): Promise<string> {
  const runId = await startRun(OCTOBER_DATED, local);
  await completeRun(runId, local);
  return runId;
}

/** Cancels the first invoice and reopens its notes, or continues that, and takes it to its end. */
export async function cancelFirst(local: Program): Promise<void> {
  const invoice = '2026000001';
  if ((await findCancellation(invoice, local))?.finished) return;
  const date = OCTOBER_DATED.invoiceDate;
  await cancelInvoice({ invoice, reopenNotes: true, date }, local, (id) => completeRun(id, local));
}

function plainPrinter(): Printer {
  return {
    render: async (documents) =>
      documents.map(({ html }) => ({
        ...{ ok: true, pdf: new TextEncoder().encode(`%PDF-1.7\n% ${html.length}\n%%EOF\n`), pages: 1 },
      })),
    close: async () => {},
  };
}
