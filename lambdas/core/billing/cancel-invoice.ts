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
  /**
   * If true, issuing the cancellation reopens the delivery notes: they can be changed, and any later run
   * bills them.
   */
  readonly reopenNotes: boolean;
  /**
   * Default `pdf`: the cancellation is mailed if the customer gets invoices by mail now; otherwise it is to be
   * printed.
   */
  readonly output?: Output;
  /** One line of at most 500 characters, written into the journals but not onto the document. */
  readonly reason?: string;
  /**
   * The date of the cancellation invoice. Default: today. It is never earlier than the date of the newest
   * invoice.
   */
  readonly date?: Day;
}

/**
 * Cancels an issued invoice by a cancellation invoice with its own number, because an issued invoice is never
 * edited. It is made by a run with one draft. Repeating an identical order joins that run while it is
 * unfinished; an invoice cannot be cancelled twice.
 * @param drive takes the run to its end
 * @returns the id of the run that makes the cancellation
 * @throws Fault `not-found` if there is no such invoice; `bad-input` if the invoice is itself a cancellation,
 *   if its notes are to be reopened but the customer is deleted, if it is cancelled already (the message
 *   names the number of the cancellation), or if another order is cancelling it right now; also whatever a
 *   run throws
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

/**
 * Reads an invoice and makes sure that it can be cancelled.
 * @throws Fault `not-found` if there is no such invoice; `bad-input` if it is itself a cancellation or is
 *   cancelled already
 */
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
  /** The number of the cancellation invoice, once it is issued. */
  readonly cancelledBy: string | undefined;
}

/** Finds the cancellation of an invoice, finished or under way; undefined if there is none. */
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
