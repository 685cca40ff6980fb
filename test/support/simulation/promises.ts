import { createHash } from 'node:crypto';
import { type DeliveryNote, netOfNote, noteIdOf } from '#core/domain/delivery-note.ts';
import { formatNumber, rangeOf } from '#core/domain/number-format.ts';
import type { Archive, Hasher, Table } from '#core/ports.ts';
import { type InvoiceRecord, readInvoice } from '#core/repositories/invoices.ts';
import { readJournal } from '#core/repositories/journal.ts';
import { readMail } from '#core/repositories/mails.ts';
import {
  type Billing,
  billedNoteKey,
  billingKey,
  type NoteRecord,
  noteKey,
  openNoteKey,
} from '#core/repositories/notes.ts';
import { readCounter } from '#core/repositories/numbers.ts';
import {
  isIssued,
  isReleasing,
  listRunIds,
  listRunLines,
  readRun,
  readRunSettings,
} from '#core/repositories/runs.ts';

export interface Evidence {
  readonly table: Table;
  readonly archive: Archive;
  readonly notes: readonly DeliveryNote[];
  /** Ids of notes in an import that was killed half way: each may be as before or as in the file. */
  readonly uncertain?: ReadonlySet<string>;
  /** How often the mail server received each Message-ID. */
  readonly received: ReadonlyMap<string, number>;
  /** Message-IDs of the mails whose fate nobody can know. */
  readonly unknowable: ReadonlySet<string>;
}

const hasher: Hasher = { sha256: (data) => createHash('sha256').update(data).digest('hex') };

/**
 * Reads the whole table as an auditor would and names every broken promise.
 * @param settled whether nothing is under way any more, so that everything begun must have come to its end
 */
export async function brokenPromises(evidence: Evidence, settled: boolean): Promise<string[]> {
  const { table, archive } = evidence;
  const broken: string[] = [];
  const invoices: InvoiceRecord[] = [];
  const reserved = new Map<string, string>();

  for (const runId of await listRunIds(table)) {
    const run = (await readRun(table, runId))!.value;
    const lines = (await listRunLines(table, runId)).map(({ value }) => value);
    if (settled && (run.state !== 'closed' || !run.finished))
      broken.push(`run ${runId} is ${run.state} for ever`);
    if (run.state === 'closed' && run.discrepancies)
      broken.push(`run ${runId}: ${run.discrepancies.join(' ')}`);
    const seen = new Set(lines.map(({ customer }) => customer));
    if (seen.size !== lines.length) broken.push(`run ${runId} has a customer twice`);
    const { format } = (await readRunSettings(table, runId)).numbering;
    for (const line of lines) {
      if (!line.draft) continue;
      if (run.state !== 'planning' && run.numbers) {
        const number = formatNumber(format, run.numbers.first + line.draft.ordinal, run.invoiceDate);
        if (reserved.has(number)) broken.push(`number ${number} is used twice`);
        reserved.set(number, line.state);
        if (isIssued(line) && line.invoice !== number) broken.push(`${line.invoice} should be ${number}`);
      }
      if (settled && isReleasing(line))
        broken.push(`${line.customer} in run ${runId} is being released for ever`);
      if (settled && line.state === 'planned')
        broken.push(`${line.customer} in run ${runId} is planned for ever`);
      if (line.state === 'failed' && line.reasons.length === 0)
        broken.push(`${line.customer} failed without a reason`);
      if (isIssued(line)) invoices.push((await readInvoice(table, line.invoice))!.value);
    }
  }
  await checkNumbers(table, reserved, broken);
  checkCancellations(invoices, broken);
  await checkNotes(evidence, invoices, settled, broken);
  for (const invoice of invoices) {
    await checkInvoice(invoice, table, archive, broken);
    await checkMail(invoice, evidence, settled, broken);
  }
  return broken;
}

/** Checks that every reserved number belongs to a draft of some run, issued or waiting with its reason. */
async function checkNumbers(table: Table, reserved: ReadonlyMap<string, string>, broken: string[]) {
  const next = (await readCounter(table, rangeOf('{yyyy}{number:6}', '2026-11-02')))?.value.next ?? 1;
  for (let n = 1; n < next; n++) {
    const number = `2026${String(n).padStart(6, '0')}`;
    if (!reserved.has(number)) broken.push(`number ${number} is missing without a reason`);
  }
  if (reserved.size !== next - 1) broken.push(`${reserved.size} numbers used, ${next - 1} reserved`);
}

/**
 * Checks that what is cancelled is cancelled once and by its exact negation, and is not a cancellation
 * itself.
 */
function checkCancellations(invoices: readonly InvoiceRecord[], broken: string[]) {
  const byNumber = new Map(invoices.map((invoice) => [invoice.facts.number, invoice]));
  const cancelled = new Set<string>();
  for (const { facts, noteIds } of invoices) {
    const original = facts.cancels && byNumber.get(facts.cancels.number);
    if (!original) {
      if (facts.cancels) broken.push(`${facts.number} cancels ${facts.cancels.number}, which is not there`);
      continue;
    }
    const { number, totals, customer, company, cancels } = original.facts;
    if (cancelled.has(number)) broken.push(`invoice ${number} is cancelled twice`);
    cancelled.add(number);
    if (original.cancelledBy !== facts.number) {
      broken.push(`invoice ${number} says it is cancelled by ${original.cancelledBy}, not ${facts.number}`);
    }
    if (cancels) broken.push(`${facts.number} cancels the cancellation ${number}`);
    const zero = (a: number, b: number) => a + b === 0;
    const sums = facts.totals.vatRows.every((row, index) => {
      const of = totals.vatRows[index]!;
      return (
        row.category === of.category && row.rate === of.rate && zero(row.net, of.net) && zero(row.vat, of.vat)
      );
    });
    if (
      !sums ||
      facts.totals.vatRows.length !== totals.vatRows.length ||
      !zero(facts.totals.net, totals.net) ||
      !zero(facts.totals.vat, totals.vat) ||
      !zero(facts.totals.gross, totals.gross)
    ) {
      broken.push(`invoices ${number} and ${facts.number} do not come to zero`);
    }
    if (
      JSON.stringify([noteIds, facts.customer, facts.company]) !==
      JSON.stringify([original.noteIds, customer, company])
    ) {
      broken.push(`cancellation ${facts.number} is over other things than invoice ${number}`);
    }
  }
  for (const { facts, cancelledBy } of invoices) {
    if (cancelledBy && !cancelled.has(facts.number)) broken.push(`${facts.number} is cancelled by nothing`);
  }
}

async function checkNotes(
  { table, notes, uncertain }: Evidence,
  invoices: readonly InvoiceRecord[],
  settled: boolean,
  broken: string[],
) {
  const billedBy = new Map<string, string>();
  /**
   * Notes of cancelled invoices that are to be reopened, and may be already, with the numbers of those
   * invoices.
   */
  const reopened = new Map<string, Set<string>>();
  for (const { facts, noteIds, notesReopened } of invoices) {
    if (facts.cancels) continue;
    if (notesReopened) {
      for (const noteId of noteIds) {
        reopened.set(noteId, (reopened.get(noteId) ?? new Set()).add(facts.number));
      }
      continue;
    }
    for (const noteId of noteIds) {
      if (billedBy.has(noteId)) broken.push(`note ${noteId} is billed twice`);
      billedBy.set(noteId, facts.number);
    }
    const own = new Set(noteIds);
    const net = notes
      .filter((note) => own.has(noteIdOf(note)))
      .reduce((sum, note) => sum + netOfNote(note), 0);
    if (net !== facts.totals.net)
      broken.push(`invoice ${facts.number}: net ${facts.totals.net}, notes ${net}`);
  }
  for (const note of notes) {
    const id = noteIdOf(note);
    if (uncertain?.has(id)) continue;
    const record = (await table.get(noteKey(id)))?.value as unknown as NoteRecord | undefined;
    if (!record) {
      broken.push(`note ${id} is lost`);
      continue;
    }
    if (JSON.stringify(record.note) !== JSON.stringify(note))
      broken.push(`note ${id} is not what was loaded`);
    const isOpen = (await table.get(openNoteKey(note))) !== undefined;
    const billing = (await table.get(billingKey(note.customer)))?.value as unknown as Billing | undefined;
    const claims = (billing?.claims ?? []).filter((claim) => claim.noteIds.includes(id));
    if (claims.length > 1) broken.push(`note ${id} is claimed twice`);
    const isBeingReopened = !settled && (reopened.get(id)?.has(record.invoice ?? '') ?? false);
    if (!isOpen && !billedBy.has(id) && !isBeingReopened)
      broken.push(`note ${id} is neither open nor billed`);
    if (settled && isOpen && billedBy.has(id)) broken.push(`note ${id} is billed and still open`);
    if (((await table.get(billedNoteKey(note))) !== undefined) === isOpen)
      broken.push(`note ${id} is not found by its customer and day in exactly one place`);
    if (settled && record.invoice !== billedBy.get(id))
      broken.push(`note ${id} says it is billed by ${record.invoice}`);
    const chain = await readJournal(table, hasher, `NOTE#${id}`, record.journal);
    if (!chain.intact) broken.push(`the journal of note ${id} is broken`);
  }
}

async function checkInvoice(invoice: InvoiceRecord, table: Table, archive: Archive, broken: string[]) {
  const { number } = invoice.facts;
  for (const document of invoice.documents) {
    const found = await archive.get(document.key, document.version);
    if (!found) broken.push(`${document.key} is missing`);
    else if (found.file.sha256 !== document.sha256) broken.push(`${document.key} changed`);
    else if (found.file.metadata.draft !== invoice.draftId) broken.push(`${document.key} is another draft's`);
  }
  const chain = await readJournal(table, hasher, `INVOICE#${number}`, invoice.journal);
  if (!chain.intact) broken.push(`the journal of invoice ${number} is broken`);
}

async function checkMail(
  invoice: InvoiceRecord,
  { table, received, unknowable }: Evidence,
  settled: boolean,
  broken: string[],
) {
  if (invoice.delivery.state !== 'mail') return;
  const mail = (await readMail(table, invoice.delivery.mailId))!.value;
  const times = received.get(mail.messageId) ?? 0;
  if (times > 1) broken.push(`mail ${mail.id} was received ${times} times`);
  if (mail.state === 'accepted' && times !== 1)
    broken.push(`mail ${mail.id} is accepted, but was not received`);
  if (['queued', 'deferred', 'failed', 'held'].includes(mail.state) && times > 0) {
    broken.push(`mail ${mail.id} is ${mail.state}, but was received`);
  }
  if (!settled) return;
  if (mail.state === 'queued' || mail.state === 'sending')
    broken.push(`mail ${mail.id} is ${mail.state} for ever`);
  if ((mail.state === 'unknown') !== unknowable.has(mail.messageId)) {
    broken.push(
      `mail ${mail.id} is ${mail.state}, its answer was ${unknowable.has(mail.messageId) ? '' : 'not '}lost`,
    );
  }
}
