import type { Deps } from '#core/deps.ts';
import { throwIfStopped } from '#core/deps.ts';
import type { PdfMerger } from '#core/ports.ts';
import type { InvoiceRecord } from '#core/repositories/invoices.ts';
import { readSettings } from '#core/repositories/settings.ts';
import { lettersToPrint, markPrinted } from './print-invoices.ts';
import { printTogether } from './print-together.ts';

/** How many invoices make a part: some tens of MB, which a function joins in some seconds. */
const PART = 250;

/**
 * Files a run's paper post in the archive in parts, each of so many invoices that one call can join them, for
 * environments where no folder is at hand. A part that was filed before with the same documents is found
 * again, so that a call which was cut off can be repeated and goes on. The invoices of a part count as
 * printed when the part is filed.
 * @returns the keys under `print/`, in the order of the customers; empty if nothing is to be printed
 * @throws Fault `not-found` for an unknown run, `damaged` for a document that is not what was archived,
 *   `interrupted` between two parts
 */
export async function printInParts(
  runId: string,
  deps: Pick<Deps, 'table' | 'archive' | 'clock' | 'hasher' | 'stop'> & { readonly merger: PdfMerger },
): Promise<string[]> {
  const invoices = await lettersToPrint(runId, deps);
  if (invoices.length === 0) return [];
  const { duplex } = (await readSettings(deps.table)).pdf;
  const filed = new Set(await deps.archive.list(`print/${runId}/`));
  const parts = Math.ceil(invoices.length / PART);
  const keys: string[] = [];
  for (let part = 1; part <= parts; part++) {
    throwIfStopped(deps);
    const its = invoices.slice((part - 1) * PART, part * PART);
    const records = its.map(({ value }) => value);
    const of = parts === 1 ? '' : `-${part}-of-${parts}`;
    const key = `print/${runId}/${contentOf(records, duplex, deps)}/${runId}${of}.pdf`;
    const title = `Run ${runId}${parts === 1 ? '' : `, part ${part} of ${parts}`}`;
    const file = (merged: Uint8Array) =>
      deps.archive.putOnce(key, merged, { contentType: 'application/pdf', metadata: { run: runId } });
    if (!filed.has(key)) await printTogether(its, title, file, deps);
    // An earlier call may have been cut off after it filed the part and before it marked the invoices.
    else await markPrinted(its, deps);
    keys.push(key);
  }
  return keys;
}

/**
 * Names a part by a hash of its documents and of how they are joined, so that the same part is found again.
 */
const contentOf = (
  records: readonly InvoiceRecord[],
  duplex: boolean,
  { hasher }: Pick<Deps, 'hasher'>,
): string => {
  const files = records.flatMap(({ documents }) => documents.map(({ sha256 }) => sha256));
  return hasher.sha256(JSON.stringify([duplex, files])).slice(0, 16);
};
