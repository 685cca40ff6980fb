import type { Deps } from '#core/deps.ts';
import type { Day } from '#core/domain/calendar.ts';
import { cancellationReason } from '#core/domain/cancellation.ts';
import { orderFingerprint } from '#core/domain/identity.ts';
import type { CancellationOrder, Output, RunOrder } from '#core/domain/run-order.ts';
import { Fault, refuse } from '#core/errors.ts';
import { readCustomer } from '#core/repositories/customers.ts';
import {
  cancellationKey,
  type InvoiceRecord,
  readCancellation,
  readInvoice,
} from '#core/repositories/invoices.ts';
import { existingRun } from '#core/repositories/runs.ts';
import { type StartDeps, startRun } from './start-run.ts';

export interface CancelRequest {
  readonly invoice: string;
  /** Opens its delivery notes again once the cancellation is issued: to be changed, and billed by any later run. */
  readonly reopenNotes: boolean;
  /** `pdf` unless given: mailed to those who get their invoices by mail now, to be printed for the others. */
  readonly output?: Output;
  /** A line of at most 500 characters; it goes into the journals, not onto the document. */
  readonly reason?: string;
  /** Of the cancellation; today unless given, never before the newest invoice's. */
  readonly date?: Day;
}

/**
 * Takes an issued invoice back by another one with a number of its own (an invoice is never edited): the road of a run
 * with one draft. The same order again joins the run while it is unfinished; there is no second cancellation.
 * @param drive takes the run to its end
 * @returns the id of its run
 * @throws Fault `not-found`; `bad-input` for a cancellation, for notes to be opened of a customer who is deleted, and for an invoice that is cancelled already (naming the
 *   number) or just being cancelled by another order; and what a run throws
 */
export async function cancelInvoice(
  request: CancelRequest,
  deps: StartDeps,
  drive: (runId: string) => Promise<unknown>,
): Promise<string> {
  const { facts } = await issuedInvoice(request.invoice, deps);
  const order = orderOf(request, facts.delivered.to);
  const earlier = await findCancellation(request.invoice, deps);
  if (earlier?.finished) refuseAgain(earlier);
  const { number } = facts.customer;
  if (request.reopenNotes && !earlier && !(await readCustomer(deps.table, number))) {
    refuse(
      `Customer ${number} is deleted, and nobody would bill the notes again: create the customer first, or leave its notes billed.`,
    );
  }
  const runId = await startRun(order, deps, cancellationKey(request.invoice));
  const begun = await findCancellation(request.invoice, deps);
  if (begun && orderFingerprint(begun.order) !== orderFingerprint(order)) refuseAgain(begun);
  await drive(runId);
  return runId;
}

/** An invoice that may be cancelled. @throws Fault `not-found`, `bad-input` as `cancelInvoice` does */
export async function cancellableInvoice(number: string, deps: Pick<Deps, 'table'>): Promise<InvoiceRecord> {
  const invoice = await issuedInvoice(number, deps);
  const begun = await findCancellation(number, deps);
  if (begun?.finished) refuseAgain(begun);
  return invoice;
}

export interface Cancellation {
  readonly invoice: string;
  readonly runId: string;
  readonly order: RunOrder;
  readonly finished: boolean;
  /** Its number, once it is issued. */
  readonly cancelledBy: string | undefined;
}

/** The cancellation of an invoice, finished or under way; undefined where there is none. */
export async function findCancellation(
  invoice: string,
  deps: Pick<Deps, 'table'>,
): Promise<Cancellation | undefined> {
  const begun = await readCancellation(deps.table, invoice);
  if (!begun) return undefined;
  const { runId } = begun.value;
  const { order, finished } = (await existingRun(deps.table, runId)).value;
  const record = await readInvoice(deps.table, invoice);
  return { invoice, runId, order, finished, cancelledBy: record?.value.cancelledBy };
}

async function issuedInvoice(number: string, deps: Pick<Deps, 'table'>): Promise<InvoiceRecord> {
  const found = await readInvoice(deps.table, number);
  if (!found) throw new Fault('not-found', `There is no invoice ${number}.`);
  const { cancels } = found.value.facts;
  if (cancels) {
    refuse(
      `Invoice ${number} is itself the cancellation of invoice ${cancels.number} and cannot be taken back: bill the deliveries anew.`,
    );
  }
  return found.value;
}

function orderOf(
  { invoice, reopenNotes, output, reason, date }: CancelRequest,
  until: Day,
): CancellationOrder {
  const parsed = cancellationReason.safeParse(reason ?? '');
  if (!parsed.success) refuse(`The reason ${parsed.error.issues[0]?.message}.`);
  return {
    kind: 'cancellation',
    until,
    mailCustomersOnly: false,
    output: output ?? 'pdf',
    ...(date ? { invoiceDate: date } : {}),
    cancellation: { invoice, reopenNotes, ...(parsed.data ? { reason: parsed.data } : {}) },
  };
}

function refuseAgain({ invoice, cancelledBy, runId }: Cancellation): never {
  refuse(
    cancelledBy
      ? `Invoice ${invoice} is cancelled already, by invoice ${cancelledBy}.`
      : `Invoice ${invoice} is just being cancelled, by another order: see the report of run ${runId}.`,
  );
}
