import type { Day } from '#core/domain/calendar.ts';
import { type DeliveryNote, LINE_DEFAULTS, netOfNote, noteIdOf } from '#core/domain/delivery-note.ts';
import type { Cents } from '#core/domain/money.ts';
import type { Change, JsonObject, Key, Table } from '#core/ports.ts';
import { customerPartition } from './customers.ts';
import type { JournalHead } from './journal.ts';
import { create, createOrReplace, read, type Stored, sinceVersion1, stored, withMissing } from './stored.ts';

/** `NOTE#<year>/<number> / NOTE`: a delivery note. The key makes its number unique within a calendar year. */
export interface NoteRecord {
  readonly note: DeliveryNote;
  /**
   * The hash of the note's fingerprint when it was written. It names the documents of this content, so it
   * stays as long as the content does. Whether a note has changed is decided by `noteFingerprint`, not by
   * this hash.
   */
  readonly hash: string;
  /** The invoice that billed it; undefined while it is open or claimed. */
  readonly invoice?: string;
  readonly journal: JournalHead;
}

/** Upgrades a stored note: fields of a line that were added after it was stored take their defaults. */
export function upgradeNote(value: JsonObject): NoteRecord {
  const record = sinceVersion1<NoteRecord>(value);
  const lines = record.note.lines.map((line) => withMissing(line, LINE_DEFAULTS));
  return { ...record, note: { ...record.note, lines } };
}

/**
 * `CUSTOMER#<number> / OPEN#<date>#<note id>`: stands as long as the note is not billed. The write that bills
 * the note puts `BILLED#<date>#<note id>` in its place, so that each note is found by customer and day.
 */
export interface OpenNote {
  readonly noteId: string;
  readonly net: Cents;
}

/**
 * `NOTE#<year>/<number> / DOCUMENT#<content>`: the file of one content of the note, with or without prices.
 * It stays when the note is corrected, and whoever orders the same document later gets it.
 */
export interface NoteDocument {
  readonly prices: boolean;
  readonly fileName: string;
  readonly key: string;
  readonly version: string;
  readonly size: number;
  readonly sha256: string;
}

/**
 * `CUSTOMER#<number> / BILLING`: which open notes a draft has claimed. A claimed note is neither changed nor
 * billed elsewhere. It is one item for any number of notes, and every claim and every change of an open note
 * writes it anew, which moves its version: a plan that read before the change cannot claim after it. Several
 * drafts may hold claims on different notes at once, so that an instant invoice does not make a monthly run
 * wait.
 */
export interface Billing {
  readonly claims: readonly Claim[];
}
export interface Claim {
  readonly draftId: string;
  readonly runId: string;
  readonly noteIds: readonly string[];
}

const upgradeOpenNote = sinceVersion1<OpenNote>;
/** Upgrades what the items `OPEN#…` and `BILLED#…` have in common. */
export const upgradeNotePointer = sinceVersion1<{ readonly noteId: string }>;
export const upgradeNoteDocument = sinceVersion1<NoteDocument>;

export const notePartition = (noteId: string): string => `NOTE#${noteId}`;
export const noteKey = (noteId: string): Key => ({ partition: notePartition(noteId), sort: 'NOTE' });
export const billingKey = (customer: string): Key => ({
  partition: customerPartition(customer),
  sort: 'BILLING',
});
export const openNoteKey = (note: DeliveryNote): Key => ({
  partition: customerPartition(note.customer),
  sort: `OPEN#${note.date}#${noteIdOf(note)}`,
});
/** Makes the key of a billed note's item, whose value names the note: `{ noteId }`. */
export const billedNoteKey = (note: DeliveryNote): Key => ({
  partition: customerPartition(note.customer),
  sort: `BILLED#${note.date}#${noteIdOf(note)}`,
});
export const noteDocumentKey = (noteId: string, content: string): Key => ({
  partition: notePartition(noteId),
  sort: `DOCUMENT#${content}`,
});

export const openNoteOf = (note: DeliveryNote): OpenNote => ({
  noteId: noteIdOf(note),
  net: netOfNote(note),
});
export const openNote = (note: DeliveryNote): Change => create(openNoteKey(note), openNoteOf(note));

export const readNote = (table: Table, noteId: string) => read(table, noteKey(noteId), upgradeNote);

export async function readNotes(
  table: Table,
  noteIds: readonly string[],
): Promise<(Stored<NoteRecord> | undefined)[]> {
  const items = await table.getMany(noteIds.map(noteKey));
  return items.map((item) => item && stored(item, upgradeNote));
}

export const readBilling = (table: Table, customer: string) =>
  read(table, billingKey(customer), sinceVersion1<Billing>);

export const putBilling = (customer: string, old: Stored<Billing> | undefined, value: Billing): Change =>
  createOrReplace(billingKey(customer), old, value);

/**
 * Returns the change that writes a customer's claims anew as they are, so that no plan that has read them
 * before can claim after.
 */
export async function bumpClaims(table: Table, customer: string): Promise<Change> {
  const billing = await readBilling(table, customer);
  return putBilling(customer, billing, billing?.value ?? { claims: [] });
}

export async function firstOpenNote(table: Table, customer: string): Promise<OpenNote | undefined> {
  const [item] = await table.list(customerPartition(customer), { prefix: 'OPEN#', limit: 1 });
  return item && stored(item, upgradeOpenNote).value;
}

/** Lists the open notes with a date up to `until`, oldest first, claimed ones included. */
export async function listOpenNotes(table: Table, customer: string, until: Day): Promise<OpenNote[]> {
  const items = await table.list(customerPartition(customer), { prefix: 'OPEN#' });
  return items
    .filter((item) => item.key.sort.slice('OPEN#'.length, 'OPEN#yyyy-mm-dd'.length) <= until)
    .map((item) => stored(item, upgradeOpenNote).value);
}

/** Lists the ids of a customer's notes of these days, open and billed. */
export async function listNoteIds(
  table: Table,
  customer: string,
  { from, to }: { readonly from: Day; readonly to: Day },
): Promise<string[]> {
  let shared = 0;
  while (shared < from.length && from[shared] === to[shared]) shared++;
  const found = new Set<string>();
  // Open notes are read first, so that a note which is billed between the two reads is seen by the second.
  for (const state of ['OPEN#', 'BILLED#']) {
    for (const item of await table.list(customerPartition(customer), {
      prefix: state + from.slice(0, shared),
    })) {
      const day = item.key.sort.slice(state.length, state.length + from.length);
      if (from <= day && day <= to) found.add(stored(item, upgradeNotePointer).value.noteId);
    }
  }
  return [...found];
}

export const claimOn = (billing: Stored<Billing> | undefined, noteId: string): Claim | undefined =>
  billing?.value.claims.find((claim) => claim.noteIds.includes(noteId));
