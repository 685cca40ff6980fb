import { type Deps, throwIfStopped } from '#core/deps.ts';
import { archiveKey } from '#core/domain/archive-key.ts';
import { undrawableFaults } from '#core/domain/check-document.ts';
import { deliveryNoteFileName } from '#core/domain/file-name.ts';
import type { Settings } from '#core/domain/settings.ts';
import { type NoteDocument, noteDocumentKey, upgradeNoteDocument } from '#core/repositories/notes.ts';
import { readSettings } from '#core/repositories/settings.ts';
import { create, type Stored, stored } from '#core/repositories/stored.ts';
import { retryOnConflict } from '#core/retry.ts';
import { templatesInForce } from '#core/templates/template-set.ts';
import { type NoteSelection, type SelectedNote, selectNotes } from './select-notes.ts';

type MakeDeps = Pick<
  Deps,
  'table' | 'archive' | 'printer' | 'openTemplates' | 'fonts' | 'hasher' | 'stop' | 'onProgress'
>;

export interface MadeDeliveryNotes {
  readonly made: readonly {
    readonly noteId: string;
    readonly customer: string;
    readonly document: NoteDocument;
  }[];
  /** Notes whose documents could not be made, each with its reasons. */
  readonly held: readonly {
    readonly noteId: string;
    readonly customer: string;
    readonly reasons: readonly string[];
  }[];
}

/** A note with the hash that names its document; the hash covers its content and whether prices are shown. */
interface Order {
  readonly of: SelectedNote;
  readonly content: string;
}

const BATCH = 25;

/**
 * Returns the filed documents of the selected notes and makes those that are missing. An unchanged note gets
 * the file it already has, never a new rendering; a corrected note, or the other choice of prices, gets a
 * further file. Safe to repeat and to run in several processes: the first file of a content wins. A note
 * whose document cannot be made does not stop the others.
 * @param wanted whether prices are shown; undefined leaves it to the settings
 * @throws Fault `bad-input` for a selection that `selectNotes` refuses
 */
export async function makeDeliveryNotes(
  selection: NoteSelection,
  wanted: boolean | undefined,
  deps: MakeDeps,
): Promise<MadeDeliveryNotes> {
  const settings = await readSettings(deps.table);
  const prices = wanted ?? settings.pdf.deliveryNotePrices;
  const orders = (await selectNotes(selection, deps)).map((of) => ({
    of,
    content: deps.hasher.sha256(JSON.stringify([of.record.hash, prices])),
  }));
  const made: MadeDeliveryNotes['made'][number][] = [];
  const held: MadeDeliveryNotes['held'][number][] = [];
  for (let start = 0; start < orders.length; start += BATCH) {
    throwIfStopped(deps);
    const batch = orders.slice(start, start + BATCH);
    const problems = await makeMissing(batch, prices, settings, deps);
    const documents = await readDocuments(batch, deps);
    for (const [index, { of }] of batch.entries()) {
      const about = { noteId: of.id, customer: of.customer.number };
      const document = documents[index]?.value;
      if (document) made.push({ ...about, document });
      else held.push({ ...about, reasons: problems.get(of) ?? [] });
    }
    deps.onProgress?.({ phase: 'documents', done: start + batch.length, total: orders.length });
  }
  return { made, held };
}

/**
 * Makes the documents that are missing.
 * @returns the notes whose documents could not be made, with the reasons
 */
async function makeMissing(
  batch: readonly Order[],
  prices: boolean,
  settings: Settings,
  deps: MakeDeps,
): Promise<Map<SelectedNote, readonly string[]>> {
  const { company, pdf } = settings;
  const problems = new Map<SelectedNote, readonly string[]>();
  const there = await readDocuments(batch, deps);
  const orders = batch.filter(({ of: { record, customer }, of }, index) => {
    if (there[index]) return false;
    const undrawable = (text: string) => deps.fonts.undrawable(text);
    const faults = undrawableFaults({ company, customer, notes: [record.note], undrawable });
    if (faults.length > 0) problems.set(of, faults);
    return faults.length === 0;
  });
  const templates = await templatesInForce(deps);
  const printed = await deps.printer.render(
    orders.map(({ of: { id, record, customer } }) => ({
      name: `delivery note ${id}`,
      ...templates.deliveryNote(record.note, { company, customer, prices, pdf }),
    })),
  );
  const filed: (readonly [Order, NoteDocument])[] = [];
  for (const [index, order] of orders.entries()) {
    const result = printed[index]!;
    if (result.ok) filed.push([order, await file(order, prices, result.pdf, settings, deps)]);
    else problems.set(order.of, [`Delivery note ${order.of.id} could not be printed: ${result.reason}`]);
  }
  await keep(filed, deps);
  return problems;
}

/**
 * Files a document under the first of its names that no other content has taken. A file of this content that
 * is there already is adopted.
 */
async function file(
  { of, content }: Order,
  prices: boolean,
  bytes: Uint8Array,
  { pdf }: Settings,
  deps: Pick<Deps, 'archive'>,
): Promise<NoteDocument> {
  const { number, date, customer } = of.record.note;
  for (let copy = 1; ; copy++) {
    const fileName = deliveryNoteFileName({ prefix: pdf.deliveryNotePrefix, customer, number, date, copy });
    const key = archiveKey('delivery-notes', pdf.folders, date, fileName);
    const { file } = await deps.archive.putOnce(key, bytes, {
      contentType: 'application/pdf',
      metadata: { note: of.id, content, customer },
    });
    if (file.metadata.note !== of.id || file.metadata.content !== content) continue;
    return { prices, fileName, key, version: file.version, size: file.size, sha256: file.sha256 };
  }
}

/** Records filed documents with their notes; where another process was faster, its document stays. */
const keep = (filed: readonly (readonly [Order, NoteDocument])[], deps: Pick<Deps, 'table'>): Promise<void> =>
  retryOnConflict(async () => {
    const there = await readDocuments(
      filed.map(([order]) => order),
      deps,
    );
    const changes = filed
      .filter((_, index) => !there[index])
      .map(([order, document]) => create(keyOf(order), document));
    if (changes.length > 0) await deps.table.write(changes);
  });

async function readDocuments(
  orders: readonly Order[],
  deps: Pick<Deps, 'table'>,
): Promise<(Stored<NoteDocument> | undefined)[]> {
  const items = await deps.table.getMany(orders.map(keyOf));
  return items.map((item) => item && stored(item, upgradeNoteDocument));
}

const keyOf = ({ of, content }: Order) => noteDocumentKey(of.id, content);
