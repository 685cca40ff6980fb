import type { Deps } from '#core/deps.ts';
import type { PdfMerger } from '#core/ports.ts';
import type { InvoiceRecord } from '#core/repositories/invoices.ts';
import type { Stored } from '#core/repositories/stored.ts';
import { archivedDocuments, lettersToPrint, markPrinted, mergeDocuments } from './print-invoices.ts';

type PrintDeps = Pick<Deps, 'table' | 'archive' | 'clock' | 'hasher'> & { readonly merger: PdfMerger };

/**
 * Joins the documents of these invoices to one file. They count as printed only once the file is kept: where that fails,
 * they wait for their printing as before.
 * @param keep puts the file where whoever prints finds it
 * @returns what `keep` does
 */
export async function printTogether<T>(
  invoices: readonly Stored<InvoiceRecord>[],
  title: string,
  keep: (file: Uint8Array) => T | Promise<T>,
  deps: PrintDeps,
): Promise<T> {
  const documents = await archivedDocuments(
    invoices.map(({ value }) => value),
    deps.archive,
  );
  const kept = await keep(await mergeDocuments(documents, title, deps));
  await markPrinted(invoices, deps);
  return kept;
}

/**
 * A run's paper post as one file.
 * @returns what `keep` does; undefined where nothing is to be printed
 * @throws Fault `not-found` for an unknown run, `damaged` for a document that is not what was archived
 */
export async function printRun<T>(
  runId: string,
  keep: (file: Uint8Array) => T | Promise<T>,
  deps: PrintDeps,
): Promise<T | undefined> {
  const invoices = await lettersToPrint(runId, deps);
  return invoices.length === 0 ? undefined : printTogether(invoices, `Run ${runId}`, keep, deps);
}
