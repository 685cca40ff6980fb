import type { Deps } from '#core/deps.ts';
import { instant } from '#core/deps.ts';
import type { Change } from '#core/ports.ts';
import { appendToJournal } from '#core/repositories/journal.ts';
import { billedNoteKey, bumpClaims, type NoteRecord, openNote, readNotes } from '#core/repositories/notes.ts';
import { replace } from '#core/repositories/stored.ts';

/**
 * Returns the changes that reopen notes of a cancelled invoice: four for each note, and one that writes the
 * customer's billing item, so that a plan that read it earlier conflicts instead of claiming. A note that is
 * not marked as billed by this invoice is left alone: it was reopened before, and may be billed anew by now.
 * @param invoice the number of the cancelled invoice
 * @param by the number of its cancellation invoice
 */
export async function reopenNotes(
  noteIds: readonly string[],
  { invoice, by, customer }: { readonly invoice: string; readonly by: string; readonly customer: string },
  deps: Pick<Deps, 'table' | 'clock' | 'hasher'>,
): Promise<Change[]> {
  const at = instant(deps.clock.now());
  const moved = await bumpClaims(deps.table, customer);
  const notes = await readNotes(deps.table, noteIds);
  const changes = notes.flatMap((note): Change[] => {
    if (note?.value.invoice !== invoice) return [];
    const { change, head } = appendToJournal(deps.hasher, note.key.partition, note.value.journal, {
      at,
      event: 'note opened again',
      data: { invoice, cancelledBy: by },
    });
    const { invoice: _, ...open } = note.value;
    const reopened: NoteRecord = { ...open, journal: head };
    return [
      replace(note, reopened),
      { delete: billedNoteKey(note.value.note) },
      openNote(note.value.note),
      change,
    ];
  });
  if (changes.length === 0) return [];
  return [moved, ...changes];
}
