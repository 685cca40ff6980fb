import type { Deps } from '#core/deps.ts';
import { instant } from '#core/deps.ts';
import { didNotArrive } from '#core/domain/mail-states.ts';
import { Fault } from '#core/errors.ts';
import type { Archive, PdfMerger } from '#core/ports.ts';
import {
  type Delivery,
  type FiledDocument,
  type InvoiceRecord,
  readInvoice,
  readInvoices,
} from '#core/repositories/invoices.ts';
import { appendToJournal } from '#core/repositories/journal.ts';
import { readMail, readMails } from '#core/repositories/mails.ts';
import { existingRun, invoiceNumbers, listRunLines } from '#core/repositories/runs.ts';
import { readSettings } from '#core/repositories/settings.ts';
import { replace, type Stored } from '#core/repositories/stored.ts';
import { eachAtOnce, retryOnConflict } from '#core/retry.ts';

/** How many files are read, and invoices marked, at once: on AWS each one takes some tens of milliseconds. */
const AT_ONCE = 16;

export interface ArchivedDocument {
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

/** Documents that are printed together, such as an invoice with its delivery overview, or a delivery note. */
export type DocumentGroup = readonly ArchivedDocument[];

/**
 * Returns the archived bytes of invoices or delivery notes, in their order: a reprint never renders anew.
 * @throws Fault `damaged` for a document that is missing or not what was archived
 */
export async function archivedDocuments(
  filed: readonly { readonly documents: readonly Pick<FiledDocument, 'fileName' | 'key' | 'version'>[] }[],
  archive: Archive,
): Promise<DocumentGroup[]> {
  const groups = filed.map((): ArchivedDocument[] => []);
  await eachAtOnce([...filed.entries()], AT_ONCE, async ([index, { documents }]) => {
    for (const { fileName, key, version } of documents) {
      const found = await archive.get(key, version);
      if (!found) {
        throw new Fault('damaged', `${key} is missing in the archive: restore it from a backup.`);
      }
      groups[index]!.push({ fileName, bytes: found.bytes });
    }
  });
  return groups;
}

/**
 * Merges all documents into one file, made for a printer that prints both sides if the settings say so. A
 * single document stays byte for byte what was archived.
 */
export async function mergeDocuments(
  groups: readonly DocumentGroup[],
  title: string,
  deps: Pick<Deps, 'table'> & { readonly merger: PdfMerger },
): Promise<Uint8Array> {
  const [first, ...others] = groups.flat();
  if (first && others.length === 0) return first.bytes;
  const { duplex } = (await readSettings(deps.table)).pdf;
  return deps.merger.merge(
    groups.map((group) => group.map(({ bytes }) => bytes)),
    { title, duplex },
  );
}

/**
 * Says whether an invoice that is not mailed belongs to the paper post, where it stays after it was printed.
 */
const IS_PAPER_POST: Readonly<Record<Exclude<Delivery['state'], 'mail'>, boolean>> = {
  filed: false,
  'to print': true,
  printed: true,
};

/**
 * Lists a run's paper post: the invoices to be printed, those printed already, and those that could not be
 * mailed.
 */
export async function lettersToPrint(
  runId: string,
  deps: Pick<Deps, 'table'>,
): Promise<Stored<InvoiceRecord>[]> {
  await existingRun(deps.table, runId);
  const invoices = await readInvoices(deps.table, invoiceNumbers(await listRunLines(deps.table, runId)));
  const mails = await readMails(
    deps.table,
    invoices.flatMap(({ value }) => (value.delivery.state === 'mail' ? [value.delivery.mailId] : [])),
  );
  const refused = new Set(mails.filter(({ value }) => didNotArrive(value)).map(({ value }) => value.id));
  return invoices.filter(({ value: { delivery } }) =>
    delivery.state === 'mail' ? refused.has(delivery.mailId) : IS_PAPER_POST[delivery.state],
  );
}

/**
 * Records that these invoices were printed: those that waited for printing, and those whose mail had failed.
 */
export async function markPrinted(
  invoices: readonly Stored<InvoiceRecord>[],
  deps: Pick<Deps, 'table' | 'clock' | 'hasher'>,
): Promise<void> {
  const unprinted = invoices.filter(({ value }) => value.delivery.state !== 'printed');
  await eachAtOnce(unprinted, AT_ONCE, ({ value }) =>
    retryOnConflict(async () => {
      const current = await readInvoice(deps.table, value.facts.number);
      const delivery = current && (await printedDelivery(current.value, deps));
      if (!delivery) return;
      const { change, head } = appendToJournal(deps.hasher, current.key.partition, current.value.journal, {
        at: instant(deps.clock.now()),
        event: 'invoice printed',
        data: {},
      });
      const printed: InvoiceRecord = { ...current.value, delivery, journal: head };
      await deps.table.write([replace(current, printed), change]);
    }),
  );
}

async function printedDelivery(
  { delivery }: InvoiceRecord,
  deps: Pick<Deps, 'table'>,
): Promise<Delivery | undefined> {
  if (delivery.state === 'to print') return { state: 'printed' };
  if (delivery.state !== 'mail') return undefined;
  const mail = await readMail(deps.table, delivery.mailId);
  return mail && didNotArrive(mail.value) ? { state: 'printed', mailId: delivery.mailId } : undefined;
}
