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

/**
 * The end date of every instant invoice, far enough ahead that open notes of any date are billed; nothing
 * delivered later is.
 */
const EVER = '2099-12-31';

/**
 * Builds the delivery note from the lines of an order; undefined if the order gives no lines.
 * @throws Fault `bad-input` if the lines or the number make no valid note, or if the order also chooses
 *   existing notes
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

/** Makes up a note number such as `I-MH5X2K9AF31C` from the current time and a few random characters. */
const madeUpNumber = ({ ids }: Pick<Deps, 'ids'>): string =>
  `I-${ids
    .next()
    .slice(0, 13)
    .replace(/^0+(?=.)/, '')
    .toUpperCase()}`;

/**
 * Builds the order of the run for an instant invoice. Chosen notes are deduplicated and sorted, so that equal
 * choices give equal orders.
 * @throws Fault `bad-input` if the list of chosen notes is empty or longer than one invoice takes
 */
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
 * Plans what the run of an instant order bills, or refuses the order with the reasons. Writes nothing.
 * @param arriving the note made from given lines, which will be written together with its claim
 * @throws Fault `nothing-to-bill` if the customer has no open notes; `note-not-open` if the only obstacle is
 *   that chosen notes are billed or being billed; `bad-input` if the customer is not known, if chosen notes
 *   do not exist or belong to another customer, if a note has the given number already, or if the documents
 *   cannot be made for this customer (one sentence for each problem)
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
