import type { Deps } from './deps.ts';
import { type Cents, plainDecimal, sum } from './domain/money.ts';
import { type InvoiceRecord, readInvoices } from './repositories/invoices.ts';
import { type Mail, readMails } from './repositories/mails.ts';
import { listRunLines, type Run, type RunLine, readRun } from './repositories/runs.ts';

/** Amounts are decimals in euros, as text: `"-40.50"`. */
export interface RunReport {
  readonly run: string;
  readonly kind: 'cycle' | 'instant';
  readonly cycle?: string;
  readonly period?: string;
  readonly state: Run['state'] | 'dry run';
  readonly invoiceDate: string;
  readonly output: string;
  readonly startedAt: string;
  readonly closedAt?: string;
  readonly counts: Readonly<Record<'customers' | 'notes' | RunLine['state'], number>>;
  /** Of the issued invoices; of the drafts in a dry run. */
  readonly totals: { readonly net: string; readonly vat: string; readonly gross: string };
  /** The invoices by the way they go: `accepted`, `to print`, `unknown` … */
  readonly delivery: Readonly<Record<string, number>>;
  readonly customers: readonly CustomerReport[];
  readonly discrepancies: readonly string[];
}

export interface CustomerReport {
  readonly customer: string;
  readonly name: string;
  readonly state: RunLine['state'];
  readonly reasons?: readonly string[];
  readonly invoice?: string;
  readonly notes?: number;
  readonly net?: string;
  readonly vat?: string;
  readonly gross?: string;
  readonly delivery?: {
    readonly state: string;
    readonly reason?: string;
    readonly to?: readonly string[];
    /** Addresses that did not get the mail, each with its reason. */
    readonly leftOut?: readonly string[];
  };
  /** Archive keys. */
  readonly files?: readonly string[];
}

const NEEDS_A_PERSON = ['held', 'failed', 'unknown', 'bounced', 'complained'];

/** Exit code 1: everything was done, but something is held, failed or unknown. */
export const needsAPerson = (report: RunReport): boolean =>
  report.discrepancies.length > 0 ||
  report.customers.some(
    ({ state, delivery }) => NEEDS_A_PERSON.includes(state) || NEEDS_A_PERSON.includes(delivery?.state ?? ''),
  );

/** What became of every customer of a run, as it is now: mails live on after the books are closed. */
export async function runReport(runId: string, deps: Pick<Deps, 'table'>): Promise<RunReport> {
  const run = (await readRun(deps.table, runId))!.value;
  const lines = (await listRunLines(deps.table, runId)).map(({ value }) => value);
  const invoices = await readInvoices(
    deps.table,
    lines.flatMap(({ invoice }) => invoice ?? []),
  );
  const byNumber = new Map(invoices.map(({ value }) => [value.facts.number, value]));
  const mails = await readMails(
    deps.table,
    invoices.flatMap(({ value }) => (value.delivery.state === 'mail' ? [value.delivery.mailId] : [])),
  );
  const byId = new Map(mails.map(({ value }) => [value.id, value]));
  const customers = lines.map((line) => {
    const invoice = line.invoice ? byNumber.get(line.invoice) : undefined;
    return customerReport(line, invoice, byId);
  });
  const billed = lines.filter(({ state }) => state === 'issued');
  return summarize(run, run.state, lines, billed, customers);
}

export function summarize(
  run: Run,
  state: RunReport['state'],
  lines: readonly RunLine[],
  billed: readonly RunLine[],
  customers: readonly CustomerReport[],
): RunReport {
  const { cycle, period, kind, output } = run.order;
  const count = (wanted: RunLine['state']) => lines.filter((line) => line.state === wanted).length;
  const total = (of: 'net' | 'vat' | 'gross') => euros(sum(billed.map(({ draft }) => draft!.totals[of])));
  const delivery: Record<string, number> = {};
  for (const { delivery: way } of customers) if (way) delivery[way.state] = (delivery[way.state] ?? 0) + 1;
  return {
    run: run.id,
    kind,
    state,
    invoiceDate: run.invoiceDate,
    output,
    startedAt: run.startedAt,
    ...(cycle && period ? { cycle, period } : {}),
    ...(run.closedAt ? { closedAt: run.closedAt } : {}),
    counts: {
      customers: lines.length,
      notes: sum(billed.map(({ draft }) => draft!.noteIds.length)),
      'nothing to bill': count('nothing to bill'),
      held: count('held'),
      planned: count('planned'),
      issued: count('issued'),
      failed: count('failed'),
    },
    totals: { net: total('net'), vat: total('vat'), gross: total('gross') },
    delivery,
    customers,
    discrepancies: run.discrepancies ?? [],
  };
}

export function customerReport(
  line: RunLine,
  invoice: InvoiceRecord | undefined,
  mails: ReadonlyMap<string, Mail>,
): CustomerReport {
  const { customer, name, state, reasons, draft } = line;
  return {
    customer,
    name,
    state,
    ...(reasons ? { reasons } : {}),
    ...(draft ? amounts(draft) : {}),
    ...(invoice
      ? {
          invoice: invoice.facts.number,
          delivery: deliveryReport(invoice, mails),
          files: invoice.documents.map(({ key }) => key),
        }
      : {}),
  };
}

const amounts = ({ noteIds, totals }: NonNullable<RunLine['draft']>) => ({
  notes: noteIds.length,
  net: euros(totals.net),
  vat: euros(totals.vat),
  gross: euros(totals.gross),
});

export function deliveryReport({ delivery }: InvoiceRecord, mails: ReadonlyMap<string, Mail>) {
  if (delivery.state !== 'mail') return delivery;
  const mail = mails.get(delivery.mailId)!;
  const leftOut = [
    ...(mail.malformed ?? []).map((address) => `${address} is malformed`),
    ...(mail.refused ?? []).map(({ address, reply }) => `${address} was refused: ${reply}`),
  ];
  return {
    state: mail.state,
    to: mail.to,
    ...(mail.reason ? { reason: mail.reason } : {}),
    ...(leftOut.length > 0 ? { leftOut } : {}),
  };
}

export const euros = (amount: Cents): string => plainDecimal(amount, 2);
