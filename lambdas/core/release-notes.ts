import type { Deps } from './deps.ts';
import { instant } from './deps.ts';
import { noteIdOf } from './domain/delivery-note.ts';
import { isTooLarge } from './errors.ts';
import type { Change } from './ports.ts';
import { invoiceDue, removeDue } from './repositories/due.ts';
import { appendToJournal } from './repositories/journal.ts';
import {
  billedNoteKey,
  type NoteRecord,
  openNoteKey,
  putBilling,
  readBilling,
  readNotes,
} from './repositories/notes.ts';
import { type Run, readRunLine } from './repositories/runs.ts';
import { replace } from './repositories/stored.ts';
import { retryOnConflict } from './retry.ts';

/** Four changes a note, and claim, line and due item with the last ones: below the limit of 100 changes a write. */
const CHUNK = 24;

/**
 * Marks the notes of an issued invoice as billed, chunk by chunk, and gives up their claim with the last chunk.
 * Until then the claim keeps them from being billed or changed; safe to repeat from anywhere.
 */
export async function releaseNotes(
  run: Pick<Run, 'id'>,
  customer: string,
  deps: Pick<Deps, 'table' | 'clock' | 'hasher'>,
): Promise<void> {
  const line = await readRunLine(deps.table, run.id, customer);
  if (!line?.value.releasing) return;
  const { draft, invoice } = line.value;
  const noteIds = draft!.noteIds;
  let size = CHUNK;
  for (let start = 0; start < noteIds.length; ) {
    const end = Math.min(start + size, noteIds.length);
    try {
      await retryOnConflict(async () => {
        const changes = await markBilled(noteIds.slice(start, end), invoice!, deps);
        if (end === noteIds.length) changes.push(...(await giveUpClaim(run.id, customer, deps)));
        if (changes.length > 0) await deps.table.write(changes);
      });
      start = end;
    } catch (error) {
      if (!isTooLarge(error) || size === 1) throw error;
      size = Math.ceil(size / 2);
    }
  }
}

async function giveUpClaim(runId: string, customer: string, deps: Pick<Deps, 'table'>): Promise<Change[]> {
  const line = await readRunLine(deps.table, runId, customer);
  if (!line?.value.releasing) return [];
  const billing = await readBilling(deps.table, customer);
  const claims = (billing?.value.claims ?? []).filter(({ draftId }) => draftId !== line.value.draft!.id);
  const { releasing: _, dueAt, ...released } = line.value;
  return [
    putBilling(customer, billing, { claims }),
    replace(line, released),
    ...(dueAt === undefined ? [] : [removeDue(dueAt, invoiceDue(runId, customer))]),
  ];
}

async function markBilled(
  noteIds: readonly string[],
  invoice: string,
  deps: Pick<Deps, 'table' | 'clock' | 'hasher'>,
): Promise<Change[]> {
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
