import type { Deps } from '#core/deps.ts';
import { instant } from '#core/deps.ts';
import { type DeliveryNote, noteIdOf } from '#core/domain/delivery-note.ts';
import { noteFingerprint } from '#core/domain/identity.ts';
import { Fault, refuse } from '#core/errors.ts';
import type { PutOutcome } from '#core/imports/import-file.ts';
import type { Change } from '#core/ports.ts';
import { customerPresent, readCustomer } from '#core/repositories/customers.ts';
import { appendToJournal, type JournalHead, readTombstones } from '#core/repositories/journal.ts';
import {
  bumpClaims,
  claimOn,
  type NoteRecord,
  noteKey,
  notePartition,
  openNote,
  openNoteKey,
  readBilling,
  readNote,
} from '#core/repositories/notes.ts';
import { createOrReplace, remove, type Stored } from '#core/repositories/stored.ts';
import { retryOnConflict } from '#core/retry.ts';

type PutDeps = Pick<Deps, 'table' | 'clock' | 'hasher'>;

/**
 * Creates or replaces a delivery note in one write: a new one is opened, an open one updated, even if it
 * moves to another customer; an unchanged one is not written.
 * @throws Fault `bad-input` for an unknown customer; `note-not-open` for a changed note that is billed or
 *   just being billed
 */
export async function putNote(note: DeliveryNote, deps: PutDeps): Promise<PutOutcome> {
  return retryOnConflict(async () => {
    const { customer } = note;
    if (!(await readCustomer(deps.table, customer))) {
      refuse(`Customer ${customer} of note ${note.number} is not known: create the customer first.`);
    }
    const old = await readNote(deps.table, noteIdOf(note));
    if (old && isSameNote(old.value.note, note)) return 'unchanged';
    // The versions of the claims are read before the claims, so that a claim made in between makes the write
    // fail.
    const customers = new Set([customer, old?.value.note.customer ?? customer]);
    const moves = await Promise.all([...customers].map((one) => bumpClaims(deps.table, one)));
    const problem = old && (await reasonNotToChange(old.value, deps));
    if (problem) throw new Fault('note-not-open', problem);
    const [former] = old ? [] : await readTombstones(deps.table, [notePartition(noteIdOf(note))]);
    await deps.table.write([...moves, customerPresent(customer), ...noteChanges(note, old, former, deps)]);
    return old ? 'updated' : 'created';
  });
}

/**
 * Returns why a note can be neither changed nor deleted just now, as a sentence; undefined for an open note
 * without a claim.
 */
export async function reasonNotToChange(
  { note, invoice }: NoteRecord,
  deps: Pick<Deps, 'table'>,
): Promise<string | undefined> {
  if (invoice) {
    return `Note ${note.number} of ${note.date} is billed in invoice ${invoice} and cannot change any more.`;
  }
  const claim = claimOn(await readBilling(deps.table, note.customer), noteIdOf(note));
  if (claim) {
    return `Note ${note.number} of ${note.date} is just being billed (run ${claim.runId}) and cannot change any more.`;
  }
  return undefined;
}

/**
 * Returns the changes that create or replace a note, at most four. The billing items of its customers are not
 * among them.
 * @param former the head of the journal of a deleted note with this number
 */
export function noteChanges(
  note: DeliveryNote,
  old: Stored<NoteRecord> | undefined,
  former: Stored<JournalHead> | undefined,
  deps: Pick<Deps, 'clock' | 'hasher'>,
): Change[] {
  const id = noteIdOf(note);
  const hash = deps.hasher.sha256(noteFingerprint(note));
  const { change, head } = appendToJournal(
    deps.hasher,
    notePartition(id),
    old?.value.journal ?? former?.value,
    {
      at: instant(deps.clock.now()),
      event: old ? 'note changed' : 'note created',
      data: old ? { hash, before: old.value.note } : { hash },
    },
  );
  const record: NoteRecord = { note, hash, journal: head };
  const changes = [createOrReplace(noteKey(id), old, record), change];
  // The open item holds the net: it is written again under an unchanged key, and replaced under a changed
  // one.
  const open = openNote(note);
  if (!old) return [...changes, open, ...(former ? [remove(former)] : [])];
  const oldKey = openNoteKey(old.value.note);
  const sameKey = 'put' in open && oldKey.partition === open.put.partition && oldKey.sort === open.put.sort;
  if (sameKey) return [...changes, { ...open, expect: 'present' }];
  return [...changes, { delete: oldKey, expect: 'present' }, open];
}

/**
 * Compares the notes themselves rather than the stored hash, which an earlier version of the program may have
 * written.
 */
export const isSameNote = (one: DeliveryNote, other: DeliveryNote): boolean =>
  noteFingerprint(one) === noteFingerprint(other);
