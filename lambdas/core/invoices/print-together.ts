import type { Deps } from '#core/deps.ts';
import type { PdfMerger } from '#core/ports.ts';
import type { InvoiceRecord } from '#core/repositories/invoices.ts';
import type { Stored } from '#core/repositories/stored.ts';
import { archivedDocuments, lettersToPrint, markPrinted, mergeDocuments } from './print-invoices.ts';

type PrintDeps = Pick<Deps, 'table' | 'archive' | 'clock' | 'hasher'> & { readonly merger: PdfMerger };

/**
 * Joins the documents of these invoices into one file. The invoices count as printed only once the file is
 * kept: if that fails, they wait for printing as before.
 * @param keep puts the file where whoever prints finds it
 * @returns what `keep` returns
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
 * Joins a run's paper post into one file, whose invoices then count as printed.
 * @returns what `keep` returns; undefined if nothing is to be printed
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
