import type { Deps } from './deps.ts';
import { instant } from './deps.ts';
import { type DeliveryNote, noteIdOf } from './domain/delivery-note.ts';
import { isTooLarge, refuse } from './errors.ts';
import type { ImportFileInfo, ImportResult } from './import-customers.ts';
import { whileImporting } from './import-lock.ts';
import type { Change } from './ports.ts';
import { readCustomers } from './repositories/customers.ts';
import { appendToJournal } from './repositories/journal.ts';
import {
  claimOn,
  type NoteRecord,
  noteKey,
  notePartition,
  openNote,
  openNoteKey,
  putBilling,
  readBilling,
  readNote,
  readNotes,
} from './repositories/notes.ts';
import { createOrReplace, type Stored } from './repositories/stored.ts';
import { retryOnConflict } from './retry.ts';

type ImportDeps = Pick<Deps, 'table' | 'clock' | 'workers' | 'hasher' | 'stop' | 'onProgress'>;

/** Four changes a note at most, and the customers' claims: below the limit of 100 changes a write. */
const CHUNK = 24;

/**
 * Loads delivery notes: new ones are opened, open ones updated, the same again is no change.
 * Safe to repeat; a killed import is completed by repeating it, and no claim is made meanwhile.
 * @throws Fault `bad-input`, with nothing loaded, naming unknown customers and every note that is claimed or billed
 */
export async function importDeliveries(
  notes: readonly DeliveryNote[],
  file: ImportFileInfo,
  deps: ImportDeps,
): Promise<ImportResult> {
  const result = { created: 0, updated: 0, unchanged: 0 };
  await whileImporting(deps, file, async (renew) => {
    await refuseUnlessAllFit(notes, deps);
    const byCustomer = Map.groupBy(notes, (note) => note.customer);
    let done = 0;
    for (const [customer, group] of byCustomer) {
      let size = CHUNK;
      for (let start = 0; start < group.length; ) {
        const chunk = group.slice(start, start + size);
        try {
          await renew();
          const counts = await retryOnConflict(() => writeChunk(customer, chunk, deps));
          result.created += counts.created;
          result.updated += counts.updated;
          result.unchanged += counts.unchanged;
        } catch (error) {
          if (!isTooLarge(error) || chunk.length === 1) throw error;
          size = Math.ceil(chunk.length / 2);
          continue;
        }
        start += chunk.length;
        done += chunk.length;
        deps.onProgress?.({ phase: 'import', done, total: notes.length });
      }
    }
  });
  return result;
}

async function refuseUnlessAllFit(notes: readonly DeliveryNote[], deps: ImportDeps): Promise<void> {
  const problems: string[] = [];
  const numbers = [...new Set(notes.map((note) => note.customer))];
  const customers = await readCustomers(deps.table, numbers);
  const unknown = new Set(numbers.filter((_, index) => !customers[index]));
  for (const note of notes) {
    if (!unknown.delete(note.customer)) continue;
    problems.push(`Customer ${note.customer} of note ${note.number} is not known: load the customers first.`);
  }
  const existing = await readNotes(deps.table, notes.map(noteIdOf));
  for (const [index, note] of notes.entries()) {
    const old = existing[index];
    if (!old || old.value.hash === hashOf(note, deps)) continue;
    const problem = await reasonNotToChange(note, old.value, deps);
    if (problem) problems.push(problem);
  }
  if (problems.length > 0)
    refuse('Nothing was loaded: the delivery notes do not fit what is there.', problems);
}

async function reasonNotToChange(
  note: DeliveryNote,
  old: NoteRecord,
  deps: ImportDeps,
): Promise<string | undefined> {
  if (old.invoice) {
    return `Note ${note.number} of ${old.note.date} is billed in invoice ${old.invoice} and cannot change any more.`;
  }
  const claim = claimOn(await readBilling(deps.table, old.note.customer), noteIdOf(note));
  if (claim) {
    return `Note ${note.number} of ${old.note.date} is just being billed (run ${claim.runId}) and cannot change any more.`;
  }
  return undefined;
}

/**
 * Writes some notes of one customer. Its billing item is written along, unchanged, so that no plan which read
 * before can claim after. A note that moves here from another customer moves that customer's item too.
 */
async function writeChunk(
  customer: string,
  notes: readonly DeliveryNote[],
  deps: ImportDeps,
): Promise<ImportResult> {
  const result = { created: 0, updated: 0, unchanged: 0 };
  const billing = await readBilling(deps.table, customer);
  const existing = await readNotes(deps.table, notes.map(noteIdOf));
  const changes: Change[] = [];
  const moved: DeliveryNote[] = [];
  for (const [index, note] of notes.entries()) {
    const old = existing[index];
    if (old?.value.hash === hashOf(note, deps)) result.unchanged++;
    else if (old && old.value.note.customer !== customer) moved.push(note);
    else {
      const problem = old && (await reasonNotToChange(note, old.value, deps));
      if (problem) refuse(problem);
      changes.push(...changesOf(note, old, deps));
      if (old) result.updated++;
      else result.created++;
    }
  }
  if (changes.length > 0) {
    await deps.table.write([putBilling(customer, billing, billing?.value ?? { claims: [] }), ...changes]);
  }
  for (const note of moved) {
    await retryOnConflict(() => moveNote(note, deps));
    result.updated++;
  }
  return result;
}

async function moveNote(note: DeliveryNote, deps: ImportDeps): Promise<void> {
  const old = await readNote(deps.table, noteIdOf(note));
  if (!old || old.value.hash === hashOf(note, deps)) return;
  const from = await readBilling(deps.table, old.value.note.customer);
  const to = await readBilling(deps.table, note.customer);
  const problem = await reasonNotToChange(note, old.value, deps);
  if (problem) refuse(problem);
  await deps.table.write([
    putBilling(old.value.note.customer, from, from?.value ?? { claims: [] }),
    putBilling(note.customer, to, to?.value ?? { claims: [] }),
    ...changesOf(note, old, deps),
  ]);
}

function changesOf(note: DeliveryNote, old: Stored<NoteRecord> | undefined, deps: ImportDeps): Change[] {
  const id = noteIdOf(note);
  const hash = hashOf(note, deps);
  const { change, head } = appendToJournal(deps.hasher, notePartition(id), old?.value.journal, {
    at: instant(deps.clock.now()),
    event: old ? 'note changed' : 'note created',
    data: old ? { hash, before: old.value.note } : { hash },
  });
  const record: NoteRecord = { note, hash, journal: head };
  const changes = [createOrReplace(noteKey(id), old, record), change];
  // The open item holds the net: an unchanged key is written anew, another one takes its place.
  const open = openNote(note);
  if (!old) return [...changes, open];
  const oldKey = openNoteKey(old.value.note);
  const sameKey = 'put' in open && oldKey.partition === open.put.partition && oldKey.sort === open.put.sort;
  if (sameKey) return [...changes, { ...open, expect: 'present' }];
  return [...changes, { delete: oldKey, expect: 'present' }, open];
}

const hashOf = (note: DeliveryNote, deps: Pick<Deps, 'hasher'>): string =>
  deps.hasher.sha256(JSON.stringify(note));
