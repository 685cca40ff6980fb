import type { Deps } from '#core/deps.ts';
import { archiveKey } from '#core/domain/archive-key.ts';
import { documentFileName } from '#core/domain/file-name.ts';
import { contentFingerprint, earlierContentFingerprints } from '#core/domain/identity.ts';
import type { Invoice } from '#core/domain/invoice.ts';
import type { Settings } from '#core/domain/settings.ts';
import { Fault } from '#core/errors.ts';
import type { DocumentText, PrintResult, StoredFile } from '#core/ports.ts';
import type { FiledDocument } from '#core/repositories/invoices.ts';
import type { Draft, NumberedRun, UnissuedLine } from '#core/repositories/runs.ts';
import type { Stored } from '#core/repositories/stored.ts';

/** A draft that is ready to be printed: it has its number and the text of its documents. */
export interface Prepared {
  readonly line: Stored<UnissuedLine>;
  readonly draft: Draft;
  readonly invoice: Invoice;
  readonly pages: readonly {
    readonly kind: FiledDocument['kind'];
    readonly n: number;
    readonly text: DocumentText;
  }[];
}

/**
 * Files the printed documents of one draft in the archive under their fixed names. Filing is idempotent,
 * because a killed run is repeated: the first write of a key wins, and a file that exists already is adopted
 * if it was made from this draft with these figures.
 * @throws Fault `unavailable` if a document could not be printed; `archive-conflict` if a foreign file has
 *   the key
 */
export async function fileDocuments(
  run: Pick<NumberedRun, 'id'>,
  settings: Settings,
  { draft, invoice, pages }: Prepared,
  printed: readonly PrintResult[],
  deps: Pick<Deps, 'archive' | 'hasher'>,
): Promise<FiledDocument[]> {
  // The hash covers the figures and not the layout, so a file made before the templates changed is still
  // accepted.
  const content = deps.hasher.sha256(contentFingerprint(invoice));
  const customer = invoice.customer.number;
  const documents: FiledDocument[] = [];
  for (const [index, { kind, n }] of pages.entries()) {
    const result = printed[index]!;
    if (!result.ok) throw new Fault('unavailable', `Document ${n} could not be printed: ${result.reason}`);
    const fileName = documentFileName({
      prefix: settings.pdf.filePrefix,
      customer,
      number: invoice.number,
      date: invoice.date,
      n,
    });
    const key = archiveKey('invoices', settings.pdf.folders, invoice.date, fileName);
    const { outcome, file } = await deps.archive.putOnce(key, result.pdf, {
      contentType: 'application/pdf',
      metadata: { draft: draft.id, content, run: run.id, invoice: invoice.number, customer },
    });
    if (outcome === 'exists' && !isOurs(file, draft, invoice, content, deps)) {
      throw new Fault(
        'archive-conflict',
        `Another file lies in the archive as ${key}: move it away, then the invoice is filed by itself.`,
      );
    }
    const { version, size, sha256 } = file;
    documents.push({ kind, n, fileName, key, version, size, sha256 });
  }
  return documents;
}

/**
 * Decides whether an archived file was made from this draft and states what this invoice states. Fingerprints
 * of earlier versions of the program count too, because one of them may have filed it.
 */
function isOurs(
  { metadata }: StoredFile,
  draft: Draft,
  invoice: Invoice,
  content: string,
  { hasher }: Pick<Deps, 'hasher'>,
): boolean {
  if (metadata.draft !== draft.id) return false;
  const earlier = () => earlierContentFingerprints(invoice).map((text) => hasher.sha256(text));
  return metadata.content === content || earlier().some((hash) => hash === metadata.content);
}
