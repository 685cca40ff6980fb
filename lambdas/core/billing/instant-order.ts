import type { Deps } from '#core/deps.ts';
import { berlinDay } from '#core/domain/calendar.ts';
import type { Customer } from '#core/domain/customer.ts';
import { type DeliveryNote, deliveryNoteProblems, noteIdOf, noteNumber } from '#core/domain/delivery-note.ts';
import { compareNatural } from '#core/domain/natural-order.ts';
import type { InstantOrder, InstantRequest, Output } from '#core/domain/run-order.ts';
import type { Settings } from '#core/domain/settings.ts';
import { Fault, refuse } from '#core/errors.ts';
import { readCustomer } from '#core/repositories/customers.ts';
import { claimOn, readBilling, readNote, readNotes } from '#core/repositories/notes.ts';
import type { Run } from '#core/repositories/runs.ts';
import { type CustomerPlan, MAX_NOTES, planCustomer } from './plan-run.ts';

/** No invoice bills what is delivered later. */
const EVER = '2099-12-31';

/**
 * The note that the given lines become; undefined where none are given.
 * @throws Fault `bad-input` for lines that make no note
 */
export function noteOfLines(
  { customer, notes, lines, note }: InstantRequest,
  deps: Pick<Deps, 'clock' | 'ids'>,
): DeliveryNote | undefined {
  if (lines === undefined) {
    if (note) refuse('note: it names the note that given lines become; there are no lines.');
    return undefined;
  }
  if (notes) refuse('Choose notes or give lines, not both: one invoice is made of either.');
  const arriving: DeliveryNote = {
    number: note?.number ?? madeUpNumber(deps),
    date: note?.date ?? berlinDay(deps.clock.now()),
    customer,
    lines: lines.toSorted((a, b) => a.position - b.position),
  };
  const problems = deliveryNoteProblems(arriving).map((problem) => `lines: ${problem}`);
  const number = noteNumber.safeParse(arriving.number);
  if (!number.success) problems.push(`note.number: ${number.error.issues[0]?.message}`);
  if (problems.length > 0) refuse(problems[0]!, problems);
  return arriving;
}

/** The time and a little chance: `I-MH5X2K9AF31C`. */
const madeUpNumber = ({ ids }: Pick<Deps, 'ids'>): string =>
  `I-${ids
    .next()
    .slice(0, 13)
    .replace(/^0+(?=.)/, '')
    .toUpperCase()}`;

/** @throws Fault `bad-input` for no note at all, or more than one invoice takes */
export function runOrderOf(
  order: InstantRequest,
  arriving: DeliveryNote | undefined,
  output: Output,
): InstantOrder {
  const notes = arriving
    ? [noteIdOf(arriving)]
    : order.notes && [...new Set(order.notes)].sort(compareNatural);
  if (notes?.length === 0) refuse('notes: choose at least one, or leave them out to bill all that are open.');
  if (notes && notes.length > MAX_NOTES) refuse(`notes: one invoice takes ${MAX_NOTES} of them.`);
  return {
    kind: 'instant',
    until: EVER,
    customers: [order.customer],
    ...(notes ? { notes } : {}),
    mailCustomersOnly: false,
    output,
    ...(order.invoiceDate ? { invoiceDate: order.invoiceDate } : {}),
  };
}

type PlanDeps = Pick<Deps, 'table' | 'openTemplates' | 'ids' | 'fonts'>;

/**
 * What the run of an instant order bills, or why it cannot. Writes nothing.
 * @param arriving the note that is to be written with the claim
 * @throws Fault `nothing-to-bill`; `note-not-open` when all that stands in the way is that chosen notes are billed or just
 *   being billed; `bad-input` for notes that do not exist or are another customer's, for a number that a note has
 *   already, and for whatever keeps documents from being made for this customer, with a sentence each
 */
export async function planInstant(
  run: Run,
  order: InstantOrder,
  settings: Settings,
  arriving: DeliveryNote | undefined,
  deps: PlanDeps,
): Promise<{ readonly customer: Customer; readonly plan: Extract<CustomerPlan, { state: 'planned' }> }> {
  const [number] = order.customers;
  if (arriving && (await readNote(deps.table, noteIdOf(arriving)))) {
    const problem = `there is a note ${noteIdOf(arriving)} already: give another number, or none.`;
    refuse(`note.number: ${problem}`, [`note.number: ${problem}`]);
  }
  const customer = (await readCustomer(deps.table, number))?.value.customer;
  if (!customer) refuse(`Customer ${number} is not known.`);
  const { languages } = await deps.openTemplates(run.templates ?? {});
  const plan = await planCustomer(customer, run, settings, languages, deps, arriving);
  if (plan.state === 'planned') return { customer, plan };
  if (plan.state === 'nothing to bill') {
    throw new Fault(
      'nothing-to-bill',
      `Customer ${number} has no open delivery notes: there is nothing to bill.`,
    );
  }
  if (!arriving) await refuseUnlessOpen(order.notes ?? [], number, deps);
  refuse(plan.reasons[0]!, plan.reasons);
}

async function refuseUnlessOpen(
  noteIds: readonly string[],
  customer: string,
  { table }: Pick<Deps, 'table'>,
): Promise<void> {
  const billing = await readBilling(table, customer);
  const found = await readNotes(table, noteIds);
  const unfit: string[] = [];
  const taken: string[] = [];
  for (const [index, id] of noteIds.entries()) {
    const note = found[index]?.value;
    const claim = claimOn(billing, id);
    if (!note) unfit.push(`There is no delivery note ${id}: name it with its year, such as 2026/L-1.`);
    else if (note.note.customer !== customer) {
      unfit.push(`Delivery note ${id} is customer ${note.note.customer}'s, not ${customer}'s.`);
    } else if (note.invoice) taken.push(`Delivery note ${id} is billed in invoice ${note.invoice}.`);
    else if (claim) taken.push(`Delivery note ${id} is just being billed (run ${claim.runId}).`);
  }
  const problems = [...unfit, ...taken];
  if (problems.length === 0) return;
  throw new Fault(unfit.length > 0 ? 'bad-input' : 'note-not-open', problems[0]!, { details: problems });
}
