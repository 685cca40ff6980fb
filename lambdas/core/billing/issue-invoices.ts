import type { Deps } from '#core/deps.ts';
import { instant } from '#core/deps.ts';
import { bill } from '#core/domain/bill.ts';
import { deliveryOverview } from '#core/domain/delivery-overview.ts';
import { totalsFingerprint } from '#core/domain/identity.ts';
import { formatNumber } from '#core/domain/number-format.ts';
import { cancellingOf } from '#core/domain/run-order.ts';
import type { Settings } from '#core/domain/settings.ts';
import { ConflictError, Fault, isTooLarge } from '#core/errors.ts';
import { isFree } from '#core/lease.ts';
import { createMail, withCurrentAddress } from '#core/mailing/create-mail.ts';
import type { Change, PrintResult, Templates } from '#core/ports.ts';
import { addDue, invoiceDue, removeDue } from '#core/repositories/due.ts';
import {
  customerInvoiceKey,
  type InvoiceRecord,
  invoiceKey,
  invoiceListKey,
  invoicePartition,
} from '#core/repositories/invoices.ts';
import { appendToJournal, type JournalHead, RUN_CHAIN, readRunChain } from '#core/repositories/journal.ts';
import { readNotes } from '#core/repositories/notes.ts';
import {
  type FailedLine,
  hasDraft,
  type IssuedLine,
  isFailed,
  isIssued,
  type NumberedRun,
  type RunLine,
  readRunLine,
  type UnissuedLine,
} from '#core/repositories/runs.ts';
import { create, createOrReplace, replace, type Stored } from '#core/repositories/stored.ts';
import { retryOnConflict } from '#core/retry.ts';
import { templatesOfRun } from '#core/templates/template-set.ts';
import { fileDocuments, type Prepared } from './archive-documents.ts';
import { cancellationInvoice, markCancelled } from './draft-cancellation.ts';
import { releaseNotes } from './release-notes.ts';

export type IssueDeps = Pick<
  Deps,
  'table' | 'archive' | 'printer' | 'openTemplates' | 'clock' | 'ids' | 'workers' | 'hasher' | 'log'
>;

/**
 * How long a process may work at a batch before others take it over: longer than any batch of documents
 * takes. Where dead processes can be detected, the lease is free as soon as its process is dead.
 */
const LEASE_MS = 5 * 60_000;
const RETRY_MS = 5 * 60_000;

/**
 * Makes and files the documents of some sealed drafts of one run, and marks each invoice as issued, one after
 * the other. Safe to repeat and to run in several processes: leases keep them apart, and in the archive and
 * the table the first write wins. A draft that fails keeps its number, is stored with the reason and retried
 * later; it does not stop the others.
 * @param onLine called after each draft, whether it was issued or failed
 */
export async function issueInvoices(
  run: NumberedRun,
  settings: Settings,
  lines: readonly Stored<RunLine>[],
  deps: IssueDeps,
  onLine: () => void = () => {},
): Promise<void> {
  const templates = await templatesOfRun(run, deps);
  const leased = await takeLeases(run, lines, deps);
  for (const [index, line] of leased.entries()) {
    const keep = (error: unknown) => keepReason(run, line, error, deps);
    const prepared = await prepare(run, settings, templates, line, deps).catch(keep);
    if (prepared) {
      const printed = await print(run, prepared, leased.slice(index), deps);
      await issue(run, settings, prepared, printed, deps).catch(keep);
    }
    onLine();
  }
}

/**
 * Prints the documents of one draft. If the printer itself breaks down, the leases of all unfinished lines
 * are released, so that the next attempt need not wait until they expire.
 * @param unfinished the lines whose leases are released if the printer breaks down
 * @throws whatever the printer throws when it cannot work at all
 */
async function print(
  run: NumberedRun,
  { invoice, pages }: Prepared,
  unfinished: readonly Stored<UnissuedLine>[],
  deps: IssueDeps,
): Promise<PrintResult[]> {
  const documents = pages.map(({ n, text }) => ({
    name: `invoice ${invoice.number} document ${n}`,
    ...text,
  }));
  try {
    return await deps.printer.render(documents);
  } catch (error) {
    for (const line of unfinished) {
      const current = await readRunLine(deps.table, run.id, line.value.customer);
      if (current?.version !== line.version) continue;
      const { lease: _, ...free } = line.value;
      await deps.table.write([replace(current, free)]);
    }
    throw error;
  }
}

async function takeLeases(
  run: NumberedRun,
  lines: readonly Stored<RunLine>[],
  deps: IssueDeps,
): Promise<Stored<UnissuedLine>[]> {
  const free = lines.filter(needsDocuments).filter(({ value }) => isFree(value.lease, deps));
  if (free.length === 0) return [];
  const lease = { worker: deps.workers.me, until: deps.clock.now() + LEASE_MS };
  try {
    await deps.table.write(free.map((line) => replace(line, { ...line.value, lease })));
  } catch (error) {
    if (isTooLarge(error) && free.length > 1) {
      const half = Math.ceil(free.length / 2);
      return [
        ...(await takeLeases(run, free.slice(0, half), deps)),
        ...(await takeLeases(run, free.slice(half), deps)),
      ];
    }
    if (!(error instanceof ConflictError)) throw error;
    return takeLeases(run, await readAgain(run, free, deps), deps);
  }
  return (await readAgain(run, free, deps)).filter(needsDocuments);
}

/**
 * Decides whether a line has a draft that is not issued yet. That includes a held line with a draft: it has
 * its number, but its documents are not in the archive.
 */
const needsDocuments = (line: Stored<RunLine>): line is Stored<UnissuedLine> =>
  hasDraft(line.value) && !isIssued(line.value);

async function readAgain(run: NumberedRun, lines: readonly Stored<RunLine>[], deps: Pick<Deps, 'table'>) {
  const again = await Promise.all(lines.map(({ value }) => readRunLine(deps.table, run.id, value.customer)));
  return again.filter((line) => line !== undefined);
}

async function prepare(
  run: NumberedRun,
  settings: Settings,
  templates: Templates,
  line: Stored<UnissuedLine>,
  deps: Pick<Deps, 'table'>,
): Promise<Prepared> {
  const { draft } = line.value;
  const notes = (await readNotes(deps.table, draft.noteIds)).flatMap((note) =>
    note ? [note.value.note] : [],
  );
  const { order, numbers } = run;
  if (!numbers) throw new Fault('damaged', `Run ${run.id} has drafts, and no numbers were reserved for it.`);
  const as = {
    number: formatNumber(numbers.format, numbers.first + draft.ordinal, run.invoiceDate),
    date: run.invoiceDate,
  };
  const period = order.kind === 'cycle' ? { from: order.from, to: order.until } : undefined;
  const cancellation = cancellingOf(order);
  const invoice = cancellation
    ? await cancellationInvoice(cancellation, as, notes, deps)
    : bill({ ...as, period, customer: draft.customer, company: settings.company, notes });
  if (totalsFingerprint(invoice.totals) !== totalsFingerprint(draft.totals)) {
    throw new Fault('damaged', `The notes of invoice ${invoice.number} do not add up to what was claimed.`);
  }
  const options = { draft: false, pdf: settings.pdf };
  const pages: Prepared['pages'][number][] = [
    { kind: 'invoice', n: 1, text: templates.invoice(invoice, options) },
  ];
  // A cancellation gets no delivery overview, because cancelling the invoice does not undo the deliveries.
  if (draft.customer.deliveryOverview && !cancellation) {
    const text = templates.deliveryOverview(invoice, deliveryOverview(invoice), options);
    pages.push({ kind: 'delivery-overview', n: 2, text });
  }
  return { line, draft, invoice, pages };
}

async function issue(
  run: NumberedRun,
  settings: Settings,
  prepared: Prepared,
  printed: readonly PrintResult[],
  deps: IssueDeps,
): Promise<void> {
  const { line, draft, invoice } = prepared;
  const documents = await fileDocuments(run, settings, prepared, printed, deps);
  const now = deps.clock.now();
  const cancellation = cancellingOf(run.order);
  const { change: journal, head } = appendToJournal(
    deps.hasher,
    invoicePartition(invoice.number),
    undefined,
    {
      at: instant(now),
      event: 'invoice issued',
      data: {
        notes: draft.noteIds,
        totals: invoice.totals,
        ...(cancellation ? { cancellation } : {}),
        documents: documents.map(({ key, sha256 }) => ({ key, sha256 })),
      },
    },
  );
  const { places: _, ...facts } = invoice;
  const recipient = cancellation ? await withCurrentAddress(invoice, deps) : invoice;
  const mail = createMail(run, settings, recipient, deps);
  const record: InvoiceRecord = {
    facts,
    noteIds: draft.noteIds,
    documents,
    runId: run.id,
    draftId: draft.id,
    issuedAt: instant(now),
    delivery: mail.delivery,
    journal: head,
  };
  const { customer, name } = line.value;
  const issued: IssuedLine = {
    customer,
    name,
    state: 'issued',
    draft,
    ...(isFailed(line.value) ? { attempts: line.value.attempts, dueAt: line.value.dueAt } : {}),
    invoice: invoice.number,
    journalHash: head.hash,
    releasing: true,
  };
  const pointer = { number: invoice.number };
  const changes = [
    create(invoiceKey(invoice.number), record),
    create(customerInvoiceKey(invoice.customer.number, invoice.number), pointer),
    create(invoiceListKey(invoice.period?.to ?? invoice.date, invoice.number), pointer),
    journal,
    replace<RunLine>(line, issued),
    ...mail.changes,
    ...(run.state === 'closed' ? await sealLateIssue(run, invoice.number, head, deps) : []),
  ];
  if (!cancellation) await deps.table.write(changes);
  else {
    const partition = `${invoicePartition(cancellation.invoice)}/`;
    await retryOnConflict(
      async () =>
        deps.table.write([...changes, ...(await markCancelled(cancellation, invoice.number, deps))]),
      // Only conflicts on the original invoice are retried: somebody may be printing or mailing it again
      // right now. Any other conflict means that another process has issued this cancellation first.
      ({ at }) => at.startsWith(partition),
    );
  }
  await releaseNotes(run, line.value.customer, deps);
}

/**
 * Returns the changes that add an invoice to the chain of runs on its own, because the books of its run were
 * closed, and their seal written, before the invoice was issued.
 */
async function sealLateIssue(
  run: NumberedRun,
  invoice: string,
  { hash }: JournalHead,
  deps: IssueDeps,
): Promise<Change[]> {
  const chain = await readRunChain(deps.table);
  const { change, head } = appendToJournal(deps.hasher, RUN_CHAIN.partition, chain?.value, {
    at: instant(deps.clock.now()),
    event: 'invoice issued after its run was closed',
    data: { run: run.id, invoice, head: hash },
  });
  return [change, createOrReplace(RUN_CHAIN, chain, head)];
}

/**
 * Stores why a draft could not be issued and schedules a retry; the draft keeps its number. The delay grows
 * by `RETRY_MS` with each attempt, up to twelve times that.
 */
async function keepReason(
  run: NumberedRun,
  line: Stored<UnissuedLine>,
  error: unknown,
  deps: Pick<Deps, 'table' | 'clock' | 'log'>,
): Promise<void> {
  const current = await readRunLine(deps.table, run.id, line.value.customer);
  // A changed line needs no retry: another process was faster, or the invoice is issued and only its notes
  // are unreleased.
  if (!current || current.version !== line.version) return;
  deps.log('error', 'invoice not issued', { run: run.id, customer: line.value.customer, error });
  const failedBefore = isFailed(line.value) ? line.value : undefined;
  const attempts = (failedBefore?.attempts ?? 0) + 1;
  const dueAt = deps.clock.now() + RETRY_MS * Math.min(attempts, 12);
  const reason = error instanceof Fault ? error.message : 'The documents could not be made: see the log.';
  const { lease: _, ...rest } = line.value;
  const state = error instanceof Fault && error.code === 'archive-conflict' ? 'held' : 'failed';
  const kept: FailedLine = { ...rest, state, reasons: [reason], attempts, dueAt };
  const changes: Change[] = [replace(current, kept), addDue(dueAt, invoiceDue(run.id, line.value.customer))];
  if (failedBefore) changes.push(removeDue(failedBefore.dueAt, invoiceDue(run.id, line.value.customer)));
  await deps.table.write(changes);
}
