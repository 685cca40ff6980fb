import type { Deps } from '#core/deps.ts';
import { instant } from '#core/deps.ts';
import { noteIdOf } from '#core/domain/delivery-note.ts';
import { cancellingOf } from '#core/domain/run-order.ts';
import { Fault } from '#core/errors.ts';
import type { Change } from '#core/ports.ts';
import { invoiceDue, removeDue } from '#core/repositories/due.ts';
import { readInvoice } from '#core/repositories/invoices.ts';
import { appendToJournal } from '#core/repositories/journal.ts';
import {
  billedNoteKey,
  type NoteRecord,
  openNoteKey,
  putBilling,
  readBilling,
  readNotes,
} from '#core/repositories/notes.ts';
import { type IssuedLine, isReleasing, type Run, readRun, readRunLine } from '#core/repositories/runs.ts';
import { replace, type Stored } from '#core/repositories/stored.ts';
import { writeInChunks } from '#core/retry.ts';
import { reopenNotes } from './reopen-notes.ts';

type ReleaseDeps = Pick<Deps, 'table' | 'clock' | 'hasher'>;

/**
 * Notes released in one write. Each needs four changes; with the billing item, the line and the due item,
 * which the last write changes too, that stays below the limit of 100 changes per write.
 */
const CHUNK = 24;

/**
 * Marks the notes of an issued invoice as billed, chunk by chunk, and releases their claim with the last
 * chunk. Until then the claim keeps them from being billed elsewhere or changed. For a cancellation that
 * reopens notes, it reopens the notes of the original invoice chunk by chunk instead. Idempotent: it may be
 * repeated after a kill at any point.
 */
export async function releaseNotes(
  run: Pick<Run, 'id' | 'order'>,
  customer: string,
  deps: ReleaseDeps,
): Promise<void> {
  const line = (await readRunLine(deps.table, run.id, customer))?.value;
  if (!line || !isReleasing(line)) return;
  const { draft, invoice } = line;
  const cancellation = cancellingOf(run.order);
  if (cancellation?.reopenNotes) await endRelease(cancellation.invoice, customer, deps);
  const notes = cancellation?.reopenNotes === false ? [] : draft.noteIds;
  await writeInChunks(notes, CHUNK, async (noteIds, isLast) => {
    const current = await readRunLine(deps.table, run.id, customer);
    // Another process has finished the release; by now the notes may be open again and even billed by another
    // invoice.
    if (!current || !isReleasing(current.value)) return;
    const changes = cancellation
      ? await reopenNotes(noteIds, { invoice: cancellation.invoice, by: invoice, customer }, deps)
      : await markBilled(noteIds, invoice, deps);
    if (isLast) changes.push(...(await lastChanges(run, { ...current, value: current.value }, deps)));
    else if (changes.length > 0) changes.push({ check: current.key, expect: { version: current.version } });
    if (changes.length > 0) await deps.table.write(changes);
  });
}

/**
 * Finishes the release of the original invoice's notes before its cancellation reopens them, because a note
 * that is not yet marked as billed would be skipped by the reopening.
 */
async function endRelease(invoice: string, customer: string, deps: ReleaseDeps): Promise<void> {
  const original = await readInvoice(deps.table, invoice);
  const run = original && (await readRun(deps.table, original.value.runId));
  if (!run)
    throw new Fault('damaged', `Invoice ${invoice}, which is being cancelled, is gone, or its run is.`);
  await releaseNotes(run.value, customer, deps);
}

async function lastChanges(
  { id, order }: Pick<Run, 'id' | 'order'>,
  line: Stored<IssuedLine>,
  deps: ReleaseDeps,
): Promise<Change[]> {
  const { releasing: _, dueAt, ...released } = line.value;
  return [
    ...(order.kind === 'cancellation' ? [] : [await giveUpClaim(line.value, deps)]),
    replace(line, released),
    ...(dueAt === undefined ? [] : [removeDue(dueAt, invoiceDue(id, line.value.customer))]),
  ];
}

async function giveUpClaim({ customer, draft }: IssuedLine, deps: ReleaseDeps): Promise<Change> {
  const billing = await readBilling(deps.table, customer);
  const claims = (billing?.value.claims ?? []).filter(({ draftId }) => draftId !== draft.id);
  return putBilling(customer, billing, { claims });
}

async function markBilled(noteIds: readonly string[], invoice: string, deps: ReleaseDeps): Promise<Change[]> {
  const at = instant(deps.clock.now());
  const notes = await readNotes(deps.table, noteIds);
  return notes.flatMap((note): Change[] => {
    if (!note || note.value.invoice === invoice) return [];
    const { change, head } = appendToJournal(deps.hasher, note.key.partition, note.value.journal, {
      at,
      event: 'note billed',
      data: { invoice },
    });
    const billed: NoteRecord = { ...note.value, invoice, journal: head };
    return [
      replace(note, billed),
      { delete: openNoteKey(note.value.note) },
      { put: billedNoteKey(note.value.note), value: { noteId: noteIdOf(note.value.note) } },
      change,
    ];
  });
}
