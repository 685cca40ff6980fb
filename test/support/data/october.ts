import { cancelInvoice, findCancellation } from '#core/billing/cancel-invoice.ts';
import { startRun } from '#core/billing/start-run.ts';
import type { Printer, Table } from '#core/ports.ts';
import type { RunOrder } from '#core/repositories/runs.ts';
import { completeRun } from '#core/runs/complete-run.ts';
import { localConfig } from '#wiring/config.ts';
import { openLocal } from '#wiring/local.ts';
import type { Program } from '#wiring/program.ts';
import { createLocalWorkers } from '#wiring/workers.ts';
import { OCTOBER } from './dairy.ts';

/** The program on a data folder, and on another table than the folder's if one is given; `plain` prints without Chrome. */
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

/** Dated, so that the numbers are those of 2026 in every year the tests run. */
export const OCTOBER_DATED = { ...OCTOBER, invoiceDate: '2026-11-02' } satisfies RunOrder;

/** Starts the monthly run of October 2026, or goes on with it, to its end. @returns the run's id */
export async function billOctober(local: Program): Promise<string> {
  const runId = await startRun(OCTOBER_DATED, local);
  await completeRun(runId, local);
  return runId;
}

/** Cancels its first invoice and opens the notes again, or goes on with it, to the end. */
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
