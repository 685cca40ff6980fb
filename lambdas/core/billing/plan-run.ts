import type { Deps } from '#core/deps.ts';
import { throwIfStopped } from '#core/deps.ts';
import { totalsOf } from '#core/domain/bill.ts';
import { documentFaults } from '#core/domain/check-document.ts';
import type { Customer } from '#core/domain/customer.ts';
import type { DeliveryNote } from '#core/domain/delivery-note.ts';
import { sum } from '#core/domain/money.ts';
import { namedCustomers } from '#core/domain/run-order.ts';
import type { Settings } from '#core/domain/settings.ts';
import { ConflictError } from '#core/errors.ts';
import { isImportConflict, noImportUnderWay, waitForImport } from '#core/imports/import-lock.ts';
import type { Change } from '#core/ports.ts';
import { listCustomers, readCustomers } from '#core/repositories/customers.ts';
import {
  type Billing,
  billingKey,
  listOpenNotes,
  openNoteOf,
  putBilling,
  readBilling,
  readNotes,
} from '#core/repositories/notes.ts';
import {
  type Draft,
  type PlannedLine,
  type Run,
  readRun,
  readRunSettings,
  runLineKey,
  type UnplannedLine,
} from '#core/repositories/runs.ts';
import { create, replace, type Stored } from '#core/repositories/stored.ts';
import { templatesOfRun } from '#core/templates/template-set.ts';
import { cancelledCustomer, planCancellation } from './draft-cancellation.ts';

type PlanDeps = Pick<
  Deps,
  'table' | 'openTemplates' | 'clock' | 'ids' | 'workers' | 'fonts' | 'log' | 'stop' | 'onProgress'
>;

/**
 * Customers planned in one write. Each needs two changes; with the run and the check for imports that stays
 * below the limit of 100 changes per write.
 */
const SLICE = 40;
/**
 * A slice ends with the customer whose drafts and claims exceed this many characters; even with that customer
 * the write stays below the limit of 4 MB.
 */
const SLICE_SIZE = 2_000_000;
/** The most open and claimed notes of one customer: the ids of so many still fit into one item of 400 KB. */
export const MAX_NOTES = 5000;

/**
 * Plans a run: decides for every selected customer whether there is something to bill, claims the notes and
 * stores the draft, in natural order and slice by slice. The write of a slice also moves the run's cursor, so
 * that a killed plan continues where it stopped and two processes cannot plan the same customer.
 * @returns false if the run was paused before all customers were planned
 */
export async function planRun(runId: string, deps: PlanDeps): Promise<boolean> {
  const settings = await readRunSettings(deps.table, runId);
  for (;;) {
    const run = await readRun(deps.table, runId);
    if (run?.value.state !== 'planning') return true;
    if (run.value.paused) return false;
    throwIfStopped(deps);
    const customers = await nextCustomers(run.value, deps);
    if (customers.length === 0) return true;
    const { languages } = await templatesOfRun(run.value, deps);
    try {
      await planSlice(run, customers, settings, languages, deps);
    } catch (error) {
      if (isImportConflict(error)) await waitForImport(deps);
      else if (!(error instanceof ConflictError)) throw error;
    }
  }
}

async function planSlice(
  run: Stored<Run>,
  customers: readonly Customer[],
  settings: Settings,
  languages: readonly string[],
  deps: PlanDeps,
): Promise<void> {
  let { drafts, held, nothing } = run.value.planned;
  let cursor = run.value.cursor;
  let size = 0;
  const changes: Change[] = [];
  for (const customer of customers) {
    if (size > SLICE_SIZE) break;
    cursor = customer.number;
    if (!isSelected(customer, run.value)) continue;
    const plan = await planCustomer(customer, run.value, settings, languages, deps);
    const line = lineOf(customer, plan, drafts);
    changes.push(create(runLineKey(run.value.id, customer.number), line), plan.guard);
    size += JSON.stringify([line, plan.guard]).length;
    if (plan.state === 'planned') drafts++;
    else if (plan.state === 'held') held++;
    else nothing++;
  }
  const next: Run = { ...run.value, ...(cursor ? { cursor } : {}), planned: { drafts, held, nothing } };
  await deps.table.write([noImportUnderWay, replace(run, next), ...changes]);
  const total = namedCustomers(run.value.order)?.length;
  deps.onProgress?.({ phase: 'plan', done: drafts + held + nothing, total });
}

/**
 * What a run decided for one customer. `guard` belongs into the write that stores the decision: it is the
 * claim on the notes, or the check that what the decision rests on has not changed since it was read.
 */
export type CustomerPlan = { readonly guard: Change } & (
  | { readonly state: 'nothing to bill' }
  | { readonly state: 'held'; readonly reasons: readonly string[] }
  | { readonly state: 'planned'; readonly draft: Omit<Draft, 'ordinal'> }
);

/**
 * Decides what a run does for one customer: bill, hold, or nothing to bill. Writes nothing, so that the dry
 * run can show the very same decision.
 * @param arriving a note that will be written together with its claim; only this note is billed then
 */
export async function planCustomer(
  customer: Customer,
  run: Run,
  settings: Settings,
  languages: readonly string[],
  deps: Pick<Deps, 'table' | 'ids' | 'fonts'>,
  arriving?: DeliveryNote,
): Promise<CustomerPlan> {
  const { order } = run;
  if (order.kind === 'cancellation') {
    return { state: 'planned', ...(await planCancellation(order.cancellation, deps)) };
  }
  // The claims are read before the notes: a note that changes after this read raises the version of the
  // billing item, and the guard then conflicts.
  const billing = await readBilling(deps.table, customer.number);
  const claimed = new Set(billing?.value.claims.flatMap((claim) => claim.noteIds));
  const chosen = order.kind === 'instant' && order.notes ? new Set(order.notes) : undefined;
  const open = arriving
    ? [openNoteOf(arriving)]
    : (await listOpenNotes(deps.table, customer.number, order.until)).filter(
        ({ noteId }) => !claimed.has(noteId) && (!chosen || chosen.has(noteId)),
      );
  const unchanged: Change = {
    check: billingKey(customer.number),
    expect: billing ? { version: billing.version } : 'absent',
  };
  const missing = chosen?.difference(new Set(open.map(({ noteId }) => noteId)));
  if (missing && missing.size > 0) {
    const reasons = [...missing].map((id) => `Delivery note ${id} is not open.`);
    return { state: 'held', reasons, guard: unchanged };
  }
  if (open.length === 0) return { state: 'nothing to bill', guard: unchanged };

  const count = open.length + claimed.size;
  if (count > MAX_NOTES) {
    const reason = `Customer ${customer.number} has ${count} open notes, one invoice takes ${MAX_NOTES}: bill an earlier or shorter period first.`;
    return { state: 'held', reasons: [reason], guard: unchanged };
  }

  const noteIds = open.map((note) => note.noteId);
  const notes = arriving
    ? [arriving]
    : (await readNotes(deps.table, noteIds)).flatMap((note) => (note ? [note.value.note] : []));
  const reasons = documentFaults({
    company: settings.company,
    customer,
    notes,
    languages,
    undrawable: (text) => deps.fonts.undrawable(text),
  });
  const totals = totalsOf(notes);
  if (totals.net !== sum(open.map((note) => note.net)) || notes.length !== open.length) {
    // Either a note changed between the two reads, then the guard conflicts and the slice is planned again;
    // or the records disagree, then no invoice must be made from them.
    reasons.push(
      `The open notes of customer ${customer.number} and their sums disagree: load the notes again.`,
    );
  }
  if (reasons.length > 0) return { state: 'held', reasons, guard: unchanged };

  const draftId = deps.ids.next();
  const claims: Billing['claims'] = [...(billing?.value.claims ?? []), { draftId, runId: run.id, noteIds }];
  return {
    state: 'planned',
    draft: { id: draftId, noteIds, totals, customer },
    guard: putBilling(customer.number, billing, { claims }),
  };
}

export function isSelected(customer: Customer, run: Run): boolean {
  const { order } = run;
  if (order.mailCustomersOnly && !customer.invoiceByMail) return false;
  return order.kind !== 'cycle' || customer.billingCycle === order.cycle;
}

/** Reads the next customers after the run's cursor, of any billing cycle; empty if none are left. */
export async function nextCustomers(run: Run, deps: Pick<Deps, 'table'>): Promise<Customer[]> {
  const { order } = run;
  if (order.kind === 'cancellation') {
    return run.cursor ? [] : [await cancelledCustomer(order.cancellation, deps)];
  }
  const { customers } = order;
  if (!customers) {
    const page = await listCustomers(deps.table, run.cursor, SLICE);
    return page.map((found) => found.value.customer);
  }
  const next = customers.slice(run.cursor ? customers.indexOf(run.cursor) + 1 : 0).slice(0, SLICE);
  const found = await readCustomers(deps.table, next);
  return found.flatMap((customer) => (customer ? [customer.value.customer] : []));
}

/** Builds the customer's line in the run; `ordinal` is used only if there is a draft. */
export function lineOf(customer: Customer, plan: CustomerPlan, ordinal: number): PlannedLine | UnplannedLine {
  const line = { customer: customer.number, name: customer.name };
  if (plan.state === 'planned')
    return { ...line, state: 'planned', draft: { ...plan.draft, ordinal, place: ordinal } };
  if (plan.state === 'held') return { ...line, state: 'held', reasons: plan.reasons };
  return { ...line, state: 'nothing to bill' };
}
