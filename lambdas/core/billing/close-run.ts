import type { Deps } from '#core/deps.ts';
import { instant } from '#core/deps.ts';
import { netOfNote } from '#core/domain/delivery-note.ts';
import { sum } from '#core/domain/money.ts';
import { readInvoice, readInvoices } from '#core/repositories/invoices.ts';
import { appendToJournal, RUN_CHAIN, readRunChain } from '#core/repositories/journal.ts';
import { readNotes } from '#core/repositories/notes.ts';
import {
  type ClosedRun,
  hasDraft,
  type IssuedLine,
  isIssued,
  type Run,
  readRun,
  runLinePages,
} from '#core/repositories/runs.ts';
import { createOrReplace, replace } from '#core/repositories/stored.ts';
import { eachAtOnce, retryOnConflict } from '#core/retry.ts';

type CloseDeps = Pick<Deps, 'table' | 'clock' | 'hasher' | 'log'>;

const PAGE = 50;
/**
 * How many lines have their notes read in parallel: 20,000 lines one by one would exceed a function's time
 * limit.
 */
const LINES_AT_ONCE = 10;

/**
 * Closes the books of a sealed run once every line has its outcome. It compares counts and totals with the
 * invoices and, note by note, with the deliveries, and seals the journal heads of all invoices into the chain
 * of runs. A discrepancy does not stop the run: it is logged, stored with the run and shown in its report, so
 * that nobody can overlook it.
 */
export async function closeRun(runId: string, deps: CloseDeps): Promise<void> {
  const sealed = await readRun(deps.table, runId);
  if (sealed?.value.state !== 'sealed') return;
  const { heads, discrepancies } = await checkBooks(sealed.value, deps);
  if (discrepancies.length > 0) deps.log('error', 'books disagree', { run: runId, discrepancies });
  await retryOnConflict(async () => {
    const run = await readRun(deps.table, runId);
    if (run?.value.state !== 'sealed') return;
    const chain = await readRunChain(deps.table);
    const closedAt = instant(deps.clock.now());
    const { change, head } = appendToJournal(deps.hasher, RUN_CHAIN.partition, chain?.value, {
      at: closedAt,
      event: 'run closed',
      data: { run: runId, invoices: heads.length, heads: deps.hasher.sha256(JSON.stringify(heads)) },
    });
    const closed: ClosedRun = {
      ...run.value,
      state: 'closed',
      closedAt,
      seal: head.hash,
      ...(discrepancies.length > 0 ? { discrepancies } : {}),
    };
    await deps.table.write([replace(run, closed), change, createOrReplace(RUN_CHAIN, chain, head)]);
  });
}

async function checkBooks(run: Run, deps: CloseDeps) {
  const heads: string[] = [];
  const discrepancies: string[] = [];
  let drafts = 0;
  let lines = 0;
  for await (const page of runLinePages(deps.table, run.id, { limit: PAGE })) {
    lines += page.length;
    drafts += page.filter(({ value }) => hasDraft(value)).length;
    const issued = page.map(({ value }) => value).filter(isIssued);
    const nets = new Map<string, number | undefined>();
    await eachAtOnce(issued, LINES_AT_ONCE, async (line) => {
      nets.set(line.invoice, await netOf(line, run, deps));
    });
    // The invoices are read after the notes: if notes were reopened between the two reads, the invoice tells
    // it.
    const invoices = await readInvoices(
      deps.table,
      issued.map((line) => line.invoice!),
    );
    const byNumber = new Map(invoices.map(({ value }) => [value.facts.number, value]));
    for (const line of issued) {
      const invoice = byNumber.get(line.invoice);
      const totals = invoice?.facts.totals;
      const net = invoice?.notesReopened ? line.draft.totals.net : nets.get(line.invoice);
      if (totals === undefined || totals.net !== net || totals.gross !== line.draft.totals.gross) {
        discrepancies.push(
          `Customer ${line.customer}: invoice ${line.invoice} says net ${totals?.net} cents, its notes add up to ${net}.`,
        );
      }
      heads.push(line.journalHash);
    }
  }
  const { planned } = run;
  if (drafts !== planned.drafts || lines !== planned.drafts + planned.held + planned.nothing) {
    discrepancies.push(
      `${lines} customers and ${drafts} drafts are on record, the plan says ${JSON.stringify(planned)}.`,
    );
  }
  return { heads, discrepancies };
}

/**
 * Returns the net sum in cents that an invoice ought to state: the sum of its notes that are marked as billed
 * by it. For a cancellation it is the negated net of the original invoice, or undefined if the original is
 * missing.
 */
async function netOf(
  line: IssuedLine,
  { order }: Run,
  deps: Pick<Deps, 'table'>,
): Promise<number | undefined> {
  if (order.kind === 'cancellation') {
    const original = await readInvoice(deps.table, order.cancellation.invoice);
    return original && -original.value.facts.totals.net;
  }
  const notes = await readNotes(deps.table, line.draft.noteIds);
  return sum(notes.map((note) => (note?.value.invoice === line.invoice ? netOfNote(note.value.note) : 0)));
}
