import type { Deps } from '#core/deps.ts';
import { instant } from '#core/deps.ts';
import { placesOf, totalsOf } from '#core/domain/bill.ts';
import type { Day } from '#core/domain/calendar.ts';
import { cancellationOf, negatedTotals } from '#core/domain/cancellation.ts';
import type { Customer } from '#core/domain/customer.ts';
import type { DeliveryNote } from '#core/domain/delivery-note.ts';
import { totalsFingerprint } from '#core/domain/identity.ts';
import type { Invoice } from '#core/domain/invoice.ts';
import type { Cancelling } from '#core/domain/run-order.ts';
import { Fault } from '#core/errors.ts';
import type { Change } from '#core/ports.ts';
import { cancellationKey, type InvoiceRecord, readInvoice } from '#core/repositories/invoices.ts';
import { appendToJournal } from '#core/repositories/journal.ts';
import type { Draft } from '#core/repositories/runs.ts';
import { replace } from '#core/repositories/stored.ts';

/**
 * Returns the customer as the original invoice states it, because the cancellation must name the same
 * recipient even if the customer was changed or deleted since.
 */
export const cancelledCustomer = async (
  { invoice }: Cancelling,
  deps: Pick<Deps, 'table'>,
): Promise<Customer> => (await original(invoice, deps)).value.facts.customer;

/**
 * Plans the draft that cancels an invoice. It claims no notes: they are billed already, and the cancellation
 * item that was written with the run keeps any other order from cancelling this invoice. The guard checks
 * that the item still exists.
 */
export async function planCancellation(
  { invoice }: Cancelling,
  deps: Pick<Deps, 'table' | 'ids'>,
): Promise<{ readonly draft: Omit<Draft, 'ordinal'>; readonly guard: Change }> {
  const { facts, noteIds } = (await original(invoice, deps)).value;
  const totals = negatedTotals(facts.totals);
  return {
    draft: { id: deps.ids.next(), noteIds, totals, customer: facts.customer },
    guard: { check: cancellationKey(invoice), expect: 'present' },
  };
}

/**
 * Builds the cancellation invoice as the exact negation of the original: its facts are taken from the invoice
 * record, its lines from the notes.
 * @throws Fault `damaged` if the notes do not add up to the totals that were billed
 */
export async function cancellationInvoice(
  { invoice }: Cancelling,
  as: { readonly number: string; readonly date: Day },
  notes: readonly DeliveryNote[],
  deps: Pick<Deps, 'table'>,
): Promise<Invoice> {
  const { facts } = (await original(invoice, deps)).value;
  if (totalsFingerprint(totalsOf(notes)) !== totalsFingerprint(facts.totals)) {
    throw new Fault('damaged', `The notes of invoice ${invoice} do not add up to what it says.`);
  }
  return cancellationOf({ ...facts, places: placesOf(notes) }, as);
}

/**
 * Returns the changes that mark the original invoice as cancelled. They belong into the write that issues the
 * cancellation, so that neither exists without the other.
 */
export async function markCancelled(
  { invoice, reopenNotes, reason }: Cancelling,
  by: string,
  deps: Pick<Deps, 'table' | 'clock' | 'hasher'>,
): Promise<Change[]> {
  const found = await original(invoice, deps);
  const { change, head } = appendToJournal(deps.hasher, found.key.partition, found.value.journal, {
    at: instant(deps.clock.now()),
    event: 'invoice cancelled',
    data: { by, notesReopened: reopenNotes, ...(reason ? { reason } : {}) },
  });
  const cancelled: InvoiceRecord = {
    ...found.value,
    cancelledBy: by,
    notesReopened: reopenNotes,
    journal: head,
  };
  return [replace(found, cancelled), change];
}

async function original(number: string, deps: Pick<Deps, 'table'>) {
  const found = await readInvoice(deps.table, number);
  if (!found) throw new Fault('damaged', `Invoice ${number}, which is being cancelled, is gone.`);
  return found;
}
