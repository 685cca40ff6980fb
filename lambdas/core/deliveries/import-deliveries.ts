import type { Deps } from '#core/deps.ts';
import { type DeliveryNote, noteIdOf } from '#core/domain/delivery-note.ts';
import { refuse } from '#core/errors.ts';
import type { ImportFileInfo, ImportResult, PutOutcome } from '#core/imports/import-file.ts';
import { whileImporting } from '#core/imports/import-lock.ts';
import type { Change } from '#core/ports.ts';
import { customerPresent, readCustomers } from '#core/repositories/customers.ts';
import { readTombstones } from '#core/repositories/journal.ts';
import { bumpClaims, notePartition, readNotes } from '#core/repositories/notes.ts';
import { writeInChunks } from '#core/retry.ts';
import { isSameNote, noteChanges, putNote, reasonNotToChange } from './put-note.ts';

type ImportDeps = Pick<Deps, 'table' | 'clock' | 'workers' | 'hasher' | 'stop' | 'onProgress'>;

/**
 * Notes in one write: each takes at most four changes, to which the customer and its claims are added, below
 * the limit of 100.
 */
const CHUNK = 24;

/**
 * Imports delivery notes: new ones are opened, open ones updated, unchanged ones left alone. Safe to repeat:
 * repeating it completes an import that was killed, and until then no claim is made.
 * @throws Fault `bad-input`, with nothing imported, naming unknown customers and every note that is claimed
 *   or billed
 */
export async function importDeliveries(
  notes: readonly DeliveryNote[],
  file: ImportFileInfo,
  deps: ImportDeps,
): Promise<ImportResult> {
  const result = { created: 0, updated: 0, unchanged: 0 };
  const report = (done: number) => deps.onProgress?.({ phase: 'deliveries', done, total: notes.length });
  report(0);
  await whileImporting(deps, file, async (renew) => {
    await refuseUnlessAllFit(notes, deps);
    const byCustomer = Map.groupBy(notes, (note) => note.customer);
    for (const [customer, group] of byCustomer) {
      await writeInChunks(group, CHUNK, async (chunk) => {
        await renew();
        for (const outcome of await writeChunk(customer, chunk, deps)) result[outcome]++;
        report(result.created + result.updated + result.unchanged);
      });
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
    if (!old || isSameNote(old.value.note, note)) continue;
    const problem = await reasonNotToChange(old.value, deps);
    if (problem) problems.push(problem);
  }
  if (problems.length > 0)
    refuse('Nothing was loaded: the delivery notes do not fit what is there.', problems);
}

/**
 * Writes some notes of one customer. The customer's billing item is written along without a change, so that
 * no plan that read it before can claim afterwards. A note that moves here from another customer has its own
 * write.
 */
async function writeChunk(
  customer: string,
  notes: readonly DeliveryNote[],
  deps: ImportDeps,
): Promise<PutOutcome[]> {
  const unclaimed = await bumpClaims(deps.table, customer);
  const existing = await readNotes(deps.table, notes.map(noteIdOf));
  const formers = await readTombstones(
    deps.table,
    notes.map((note) => notePartition(noteIdOf(note))),
  );
  const outcomes: PutOutcome[] = [];
  const changes: Change[] = [];
  const moved: DeliveryNote[] = [];
  for (const [index, note] of notes.entries()) {
    const old = existing[index];
    if (old && isSameNote(old.value.note, note)) outcomes.push('unchanged');
    else if (old && old.value.note.customer !== customer) moved.push(note);
    else {
      const problem = old && (await reasonNotToChange(old.value, deps));
      if (problem) refuse(problem);
      changes.push(...noteChanges(note, old, formers[index], deps));
      outcomes.push(old ? 'updated' : 'created');
    }
  }
  if (changes.length > 0) await deps.table.write([unclaimed, customerPresent(customer), ...changes]);
  for (const note of moved) outcomes.push(await putNote(note, deps));
  return outcomes;
}
