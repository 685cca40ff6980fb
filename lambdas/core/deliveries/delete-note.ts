import type { Deps } from '#core/deps.ts';
import { instant } from '#core/deps.ts';
import { Fault } from '#core/errors.ts';
import { appendToJournal, putTombstone } from '#core/repositories/journal.ts';
import { bumpClaims, notePartition, openNoteKey, readNote } from '#core/repositories/notes.ts';
import { remove } from '#core/repositories/stored.ts';
import { retryOnConflict } from '#core/retry.ts';
import { reasonNotToChange } from './put-note.ts';

/**
 * Deletes an open delivery note. Its number may be used again, and the new note goes on with the journal of
 * the old one.
 * @throws Fault `not-found`; `note-not-open` for a note that is billed or just being billed
 */
export async function deleteNote(
  noteId: string,
  deps: Pick<Deps, 'table' | 'clock' | 'hasher'>,
): Promise<void> {
  await retryOnConflict(async () => {
    const found = await readNote(deps.table, noteId);
    if (!found) throw new Fault('not-found', `There is no delivery note ${noteId}.`);
    const { note, hash, journal } = found.value;
    const unclaimed = await bumpClaims(deps.table, note.customer);
    const problem = await reasonNotToChange(found.value, deps);
    if (problem) throw new Fault('note-not-open', problem);
    const { change, head } = appendToJournal(deps.hasher, notePartition(noteId), journal, {
      at: instant(deps.clock.now()),
      event: 'note deleted',
      data: { hash, before: note },
    });
    await deps.table.write([
      unclaimed,
      remove(found),
      { delete: openNoteKey(note), expect: 'present' },
      change,
      putTombstone(notePartition(noteId), head),
    ]);
  });
}
