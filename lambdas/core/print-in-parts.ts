import type { Deps } from './deps.ts';
import { goOnUnlessStopped } from './deps.ts';
import type { PdfMerger } from './ports.ts';
import { archivedDocuments, markPrinted, mergeDocuments, paperPost } from './print-invoices.ts';

/** Invoices of a part: some tens of MB, which a function joins in a minute. */
const PART = 250;

/**
 * A run's paper post as files of the archive, each of so many invoices that one call can join them, for the places
 * where no folder is at hand. What is in a part counts as printed when the part is filed.
 * @returns the keys under `print/`, in the order of the customers; empty where nothing is to be printed
 * @throws Fault `not-found` for an unknown run, `damaged` for a document that is not what was archived, `interrupted`
 *   between two parts
 */
export async function printInParts(
  runId: string,
  deps: Pick<Deps, 'table' | 'archive' | 'clock' | 'hasher' | 'ids' | 'stop'> & {
    readonly merger: PdfMerger;
  },
): Promise<string[]> {
  const invoices = await paperPost(runId, deps);
  const id = deps.ids.next();
  const parts = Math.ceil(invoices.length / PART);
  const keys: string[] = [];
  for (let part = 1; part <= parts; part++) {
    goOnUnlessStopped(deps);
    const its = invoices.slice((part - 1) * PART, part * PART);
    const documents = await archivedDocuments(
      its.map(({ value }) => value),
      deps.archive,
    );
    const merged = await mergeDocuments(documents, `Run ${runId}, part ${part} of ${parts}`, deps);
    const key = `print/${runId}/${id}-${part}-of-${parts}.pdf`;
    await deps.archive.putOnce(key, merged, { contentType: 'application/pdf', metadata: { run: runId } });
    await markPrinted(its, deps);
    keys.push(key);
  }
  return keys;
}
