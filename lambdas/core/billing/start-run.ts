import type { Deps } from '#core/deps.ts';
import { instant } from '#core/deps.ts';
import { addDays, berlinDay, type Day } from '#core/domain/calendar.ts';
import type { Cycle } from '#core/domain/customer.ts';
import { orderFingerprint } from '#core/domain/identity.ts';
import { compareNatural } from '#core/domain/natural-order.ts';
import { parsePeriod } from '#core/domain/period.ts';
import { type CycleOrder, namedCustomers, type Output, type RunOrder } from '#core/domain/run-order.ts';
import type { Settings } from '#core/domain/settings.ts';
import { ConflictError, Fault, refuse } from '#core/errors.ts';
import { isImportConflict, noImportUnderWay, waitForImport } from '#core/imports/import-lock.ts';
import type { Change, Key } from '#core/ports.ts';
import { readCustomers } from '#core/repositories/customers.ts';
import { addDue } from '#core/repositories/due.ts';
import { readNewestDate } from '#core/repositories/numbers.ts';
import {
  activeRunKey,
  type PlanningRun,
  type Run,
  runKey,
  runListKey,
  runSettingsKey,
} from '#core/repositories/runs.ts';
import { readSettings } from '#core/repositories/settings.ts';
import { create, read, sinceVersion1 } from '#core/repositories/stored.ts';
import { readTemplateSet } from '#core/repositories/templates.ts';

export type StartDeps = Pick<
  Deps,
  'table' | 'openTemplates' | 'clock' | 'ids' | 'workers' | 'hasher' | 'stop'
>;

/**
 * Reads the item that names a started run. Such an item is kept for a run's order, its Idempotency-Key, its
 * schedule or its cancelled invoice.
 */
const upgradeStarted = sinceVersion1<{ readonly runId: string; readonly request?: string }>;

/**
 * The lease on a run in milliseconds: other processes leave the run alone for this long if they cannot tell
 * whether the process that drives it is dead.
 */
export const RUN_LEASE_MS = 10 * 60_000;
/**
 * How far ahead a period or an invoice date may lie: billing in advance is allowed, but a mistyped year is
 * refused.
 */
const MAX_DAYS_AHEAD = 62;
const MAX_DAYS_BACK = 366;

export interface Start {
  /**
   * A hash of what was requested, stored in the `once` item, so that using the item for another request is
   * refused.
   */
  readonly request?: string;
  /** If true, the order joins no unfinished run, and later orders do not join this run. */
  readonly alone?: boolean;
  /**
   * Plans the first steps of the run, which are written together with its start. Called again for each retry
   * of that write. If it throws, nothing is written.
   */
  readonly firstSteps?: (
    run: Run,
    settings: Settings,
  ) => Promise<{ readonly run: Run; readonly changes: readonly Change[] }>;
}

/**
 * Starts a run, or joins the unfinished run of an identical order, so that repeating an order never bills
 * twice: a killed run goes on, and a run that another process is driving is shared with it.
 * @param once an idempotency item that is written with the run; if it exists already, the id of its run is
 *   returned
 * @returns the id of the run that was started or joined
 * @throws Fault `bad-input` (unknown customer, impossible date), `bad-settings`, `import-interrupted`,
 *   `idempotency-mismatch`
 */
export async function startRun(
  order: RunOrder,
  deps: StartDeps,
  once?: Key,
  start: Start = {},
): Promise<string> {
  const active = activeRunKey(deps.hasher.sha256(orderFingerprint(order)));
  for (;;) {
    const started = once && (await findStarted(once, start.request, deps));
    if (started) return started;
    const unfinished = start.alone ? undefined : await read(deps.table, active, upgradeStarted);
    if (unfinished && !once) return unfinished.value.runId;
    try {
      const { runId, changes } = unfinished
        ? { runId: unfinished.value.runId, changes: [] }
        : await beginning(order, active, start, deps);
      await deps.table.write([
        ...changes,
        ...(once ? [create(once, { runId, request: start.request })] : []),
      ]);
      return runId;
    } catch (error) {
      if (isImportConflict(error)) await waitForImport(deps);
      else if (error instanceof ConflictError) continue;
      // The error may come from the very run to be joined, if another process started it in between: then
      // look again.
      else if (
        unfinished ||
        !(await isStarted([...(once ? [once] : []), ...(start.alone ? [] : [active])], deps))
      ) {
        throw error;
      }
    }
  }
}

const isStarted = async (keys: readonly Key[], { table }: Pick<Deps, 'table'>): Promise<boolean> =>
  (await table.getMany(keys)).some((item) => item !== undefined);

/**
 * Returns the id of the run that was started under this idempotency item; undefined if there is none.
 * @throws Fault `idempotency-mismatch` if the item was written for a different request
 */
async function findStarted(
  once: Key,
  request: string | undefined,
  deps: Pick<Deps, 'table'>,
): Promise<string | undefined> {
  const started = await read(deps.table, once, upgradeStarted);
  if (started && started.value.request !== request) {
    throw new Fault(
      'idempotency-mismatch',
      'This Idempotency-Key was used before, for another order: take a new key for each order.',
    );
  }
  return started?.value.runId;
}

async function beginning(order: RunOrder, active: Key, { alone, firstSteps }: Start, deps: StartDeps) {
  const { run: fresh, settings } = await newRun(order, deps);
  const { run, changes: first } = (await firstSteps?.(fresh, settings)) ?? { run: fresh, changes: [] };
  const changes: Change[] = [
    ...first,
    ...(alone ? [] : [create(active, { runId: run.id })]),
    create(runKey(run.id), run),
    create(runSettingsKey(run.id), settings),
    create(runListKey(run.id), {}),
    addDue(run.dueAt, { kind: 'run', id: run.id, worker: deps.workers.me }),
    noImportUnderWay,
  ];
  return { runId: run.id, changes };
}

/**
 * Checks an order and builds its run with a snapshot of the settings. Writes nothing, so previews and dry
 * runs use it too.
 */
export async function newRun(
  order: RunOrder,
  deps: StartDeps,
): Promise<{ run: PlanningRun; settings: Settings }> {
  const settings = await readSettings(deps.table);
  await refuseUnfitCustomers(order, deps);
  const now = deps.clock.now();
  if (order.kind === 'cycle' && order.from > addDays(berlinDay(now), MAX_DAYS_AHEAD)) {
    refuse(`The period ${order.period} begins more than ${MAX_DAYS_AHEAD} days ahead: check it.`);
  }
  const templates = await readTemplateSet(deps.table);
  // Opening the templates refuses unusable ones now, before any invoice number is taken.
  await deps.openTemplates(templates);
  const run: PlanningRun = {
    id: deps.ids.next(),
    order,
    state: 'planning',
    finished: false,
    invoiceDate: await invoiceDate(order, berlinDay(now), deps),
    planned: { drafts: 0, held: 0, nothing: 0 },
    startedAt: instant(now),
    ...(Object.keys(templates).length > 0 ? { templates } : {}),
    dueAt: now + RUN_LEASE_MS,
  };
  return { run, settings };
}

/**
 * Builds the order of a billing-cycle run from what a person entered. Customers are deduplicated and sorted,
 * so that equal wishes give equal orders.
 * @param wish `period`: the period as a person writes it; `customers`: if given, only these customers are
 *   billed
 * @throws Fault `bad-input` if the period is not one of this billing cycle
 */
export function cycleOrder(wish: {
  readonly cycle: Cycle;
  readonly period: string;
  readonly customers?: readonly string[] | undefined;
  readonly mailCustomersOnly: boolean;
  readonly output: Output;
  readonly invoiceDate?: Day | undefined;
}): CycleOrder {
  const { cycle, customers, mailCustomersOnly, output, invoiceDate } = wish;
  const { text: period, from, to: until } = parsePeriod(cycle, wish.period);
  return {
    kind: 'cycle',
    cycle,
    period,
    from,
    until,
    ...(customers ? { customers: [...new Set(customers)].sort(compareNatural) } : {}),
    mailCustomersOnly,
    output,
    ...(invoiceDate ? { invoiceDate } : {}),
  };
}

async function refuseUnfitCustomers(order: RunOrder, deps: Pick<Deps, 'table'>): Promise<void> {
  const customers = namedCustomers(order);
  if (!customers) return;
  const found = await readCustomers(deps.table, customers);
  const problems = customers.flatMap((number, index) => {
    const customer = found[index]?.value.customer;
    if (!customer) return [`Customer ${number} is not known.`];
    if (order.kind === 'cycle' && customer.billingCycle !== order.cycle) {
      return [
        `Customer ${number} (${customer.name}) is billed ${customer.billingCycle}, not ${order.cycle}: start a ${customer.billingCycle} run, or make an instant invoice.`,
      ];
    }
    return [];
  });
  if (problems.length > 0) refuse(problems[0]!, problems);
}

/**
 * Returns the invoice date of an order: the given one, otherwise today. It is never earlier than the date of
 * the newest invoice, so that dates rise with the numbers.
 * @throws Fault `bad-input` if the given date is earlier than that, too far ahead or more than a year ago
 */
async function invoiceDate(order: RunOrder, today: Day, deps: Pick<Deps, 'table'>): Promise<Day> {
  const newest = (await readNewestDate(deps.table))?.value.date ?? '';
  const given = order.invoiceDate;
  if (given === undefined) return today > newest ? today : newest;
  if (given < newest) {
    refuse(
      `The invoice date ${given} is before that of the newest invoice, ${newest}: choose ${newest} or later.`,
    );
  }
  // No later invoice may have an earlier date, so a mistyped year would force a wrong date onto all invoices
  // after it.
  if (given > addDays(today, MAX_DAYS_AHEAD)) {
    refuse(`The invoice date ${given} is more than ${MAX_DAYS_AHEAD} days ahead: check it.`);
  }
  if (given < addDays(today, -MAX_DAYS_BACK)) {
    refuse(`The invoice date ${given} is more than a year ago: check it.`);
  }
  return given;
}
