import type { Deps } from '#core/deps.ts';
import { isMailState, mailNeedsAPerson } from '#core/domain/mail-states.ts';
import { euros, sum } from '#core/domain/money.ts';
import type { RunOrder } from '#core/domain/run-order.ts';
import { leftOut } from '#core/mailing/mail-state.ts';
import type { Preflight } from '#core/mailing/preflight.ts';
import { type MailingLeft, mailingLeft } from '#core/mailing/remaining-mails.ts';
import { type DeliveryState, type InvoiceRecord, readInvoices } from '#core/repositories/invoices.ts';
import { addressesOf, type Mail, readMails } from '#core/repositories/mails.ts';
import {
  type Draft,
  type DraftLine,
  existingRun,
  hasDraft,
  invoiceNumbers,
  isIssued,
  listRunLines,
  type Run,
  type RunLine,
} from '#core/repositories/runs.ts';

/** The report on a run or a dry run. Amounts are decimals in euros, as text: `"-40.50"`. */
export interface RunReport {
  readonly run: string;
  readonly kind: RunOrder['kind'];
  readonly cycle?: string;
  readonly period?: string;
  /** The number of the invoice that the run cancels; only in the report of a cancellation. */
  readonly cancels?: string;
  readonly state: Run['state'] | 'dry run';
  readonly invoiceDate: string;
  readonly output: string;
  readonly startedAt: string;
  readonly paused?: true;
  /** When the run was paused and resumed; while it is paused, the last entry has no end. */
  readonly pauses?: Run['pauses'];
  readonly closedAt?: string;
  readonly counts: Readonly<Record<'customers' | 'notes' | CustomerReport['state'], number>>;
  /**
   * Sums over the invoices the run issued, including those cancelled later; in a dry run, over the drafts.
   */
  readonly totals: { readonly net: string; readonly vat: string; readonly gross: string };
  /** The number of invoices in each delivery state: `accepted`, `to print`, `unknown` … */
  readonly delivery: Readonly<Record<string, number>>;
  readonly customers: readonly CustomerReport[];
  readonly discrepancies: readonly string[];
  /** What is still to be sent; only while mails of the run are waiting. */
  readonly mailing?: MailingLeft;
  /** What would become of the mails; only in a dry run with output pdf. */
  readonly preflight?: Preflight;
}

/**
 * What became of a customer: the state of the customer's line in the run, or `cancelled` if the invoice was
 * cancelled.
 */
export const CUSTOMER_STATES = [
  'nothing to bill',
  'held',
  'planned',
  'issued',
  'failed',
  'cancelled',
] as const satisfies readonly (RunLine['state'] | 'cancelled')[];

export interface CustomerReport {
  readonly customer: string;
  readonly name: string;
  readonly state: (typeof CUSTOMER_STATES)[number];
  /** The number of the cancellation invoice, if this invoice was cancelled. */
  readonly cancelledBy?: string;
  readonly reasons?: readonly string[];
  readonly invoice?: string;
  readonly notes?: number;
  readonly net?: string;
  readonly vat?: string;
  readonly gross?: string;
  readonly delivery?: {
    readonly state: DeliveryState;
    readonly reason?: string;
    readonly to?: readonly string[];
    /** The addresses that did not get the mail, each with the reason. */
    readonly leftOut?: readonly string[];
  };
  /** The archive keys of the invoice's documents. */
  readonly files?: readonly string[];
}

const NEEDS_A_PERSON: Readonly<Record<CustomerReport['state'], boolean>> = {
  'nothing to bill': false,
  held: true,
  planned: false,
  issued: false,
  failed: true,
  cancelled: false,
};

/**
 * Decides whether a command ends with exit code 1: everything was done, but something is held, failed or
 * unknown, the books disagree, or the run is paused. Warnings of a dry run's preflight do not count, because
 * an invoice that cannot be mailed is printed.
 */
export const needsAPerson = (report: RunReport): boolean =>
  report.paused === true || report.discrepancies.length > 0 || report.customers.some(needsAttention);

export const needsAttention = ({ state, delivery }: CustomerReport): boolean =>
  NEEDS_A_PERSON[state] ||
  (delivery !== undefined && isMailState(delivery.state) && mailNeedsAPerson({ state: delivery.state }));

/**
 * Reports what became of every customer of a run as of now; mails still change after the books are closed. If
 * a clock is given, the report also says what is still to be sent.
 * @throws Fault `not-found`
 */
export async function runReport(
  runId: string,
  deps: Pick<Deps, 'table'> & Partial<Pick<Deps, 'clock'>>,
): Promise<RunReport> {
  const run = (await existingRun(deps.table, runId)).value;
  const stored = await listRunLines(deps.table, runId);
  const lines = stored.map(({ value }) => value);
  const invoices = await readInvoices(deps.table, invoiceNumbers(stored));
  const byNumber = new Map(invoices.map(({ value }) => [value.facts.number, value]));
  const mails = await readMails(
    deps.table,
    invoices.flatMap(({ value }) => (value.delivery.state === 'mail' ? [value.delivery.mailId] : [])),
  );
  const byId = new Map(mails.map(({ value }) => [value.id, value]));
  const customers = lines.map((line) => {
    const invoice = isIssued(line) ? byNumber.get(line.invoice) : undefined;
    return customerReport(line, invoice, byId);
  });
  const billed = lines.filter(isIssued);
  const { table, clock } = deps;
  const mailing = clock && (await mailingLeft(run, [...byId.values()], { table, clock }));
  return { ...summarize(run, run.state, billed, customers), ...(mailing ? { mailing } : {}) };
}

export function summarize(
  run: Run,
  state: RunReport['state'],
  billed: readonly DraftLine[],
  customers: readonly CustomerReport[],
): RunReport {
  const { order } = run;
  const { kind, output } = order;
  const count = (wanted: CustomerReport['state']) => customers.filter(({ state }) => state === wanted).length;
  const total = (of: 'net' | 'vat' | 'gross') => euros(sum(billed.map(({ draft }) => draft.totals[of])));
  const delivery: Record<string, number> = {};
  for (const { delivery: way } of customers) if (way) delivery[way.state] = (delivery[way.state] ?? 0) + 1;
  return {
    run: run.id,
    kind,
    state,
    invoiceDate: run.invoiceDate,
    output,
    startedAt: run.startedAt,
    ...(order.kind === 'cycle' ? { cycle: order.cycle, period: order.period } : {}),
    ...(order.kind === 'cancellation' ? { cancels: order.cancellation.invoice } : {}),
    ...(run.paused ? { paused: run.paused } : {}),
    ...(run.pauses ? { pauses: run.pauses } : {}),
    ...(run.state === 'closed' ? { closedAt: run.closedAt } : {}),
    counts: {
      customers: customers.length,
      notes: sum(billed.map(({ draft }) => draft.noteIds.length)),
      'nothing to bill': count('nothing to bill'),
      held: count('held'),
      planned: count('planned'),
      issued: count('issued'),
      failed: count('failed'),
      cancelled: count('cancelled'),
    },
    totals: { net: total('net'), vat: total('vat'), gross: total('gross') },
    delivery,
    customers,
    discrepancies: (run.state === 'closed' && run.discrepancies) || [],
  };
}

export function customerReport(
  line: RunLine,
  invoice: InvoiceRecord | undefined,
  mails: ReadonlyMap<string, Mail>,
): CustomerReport {
  const { customer, name, state } = line;
  return {
    customer,
    name,
    ...(invoice?.cancelledBy ? { state: 'cancelled' as const, cancelledBy: invoice.cancelledBy } : { state }),
    ...(line.state === 'held' || line.state === 'failed' ? { reasons: line.reasons } : {}),
    ...(hasDraft(line) ? amounts(line.draft) : {}),
    ...(invoice
      ? {
          invoice: invoice.facts.number,
          delivery: deliveryReport(invoice, mails),
          files: invoice.documents.map(({ key }) => key),
        }
      : {}),
  };
}

const amounts = ({ noteIds, totals }: Draft) => ({
  notes: noteIds.length,
  net: euros(totals.net),
  vat: euros(totals.vat),
  gross: euros(totals.gross),
});

export const deliveryReport = ({ delivery }: InvoiceRecord, mails: ReadonlyMap<string, Mail>) =>
  delivery.state === 'mail' ? mailReport(mails.get(delivery.mailId)!) : delivery;

export function mailReport(mail: Mail) {
  const others = leftOut(mail);
  return {
    state: mail.state,
    to: addressesOf(mail, 'to'),
    ...(mail.reason ? { reason: mail.reason } : {}),
    ...(others.length > 0 ? { leftOut: others } : {}),
  };
}
