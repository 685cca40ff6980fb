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

/** The item that names a run which was started: by its order, its Idempotency-Key, its schedule or its cancellation. */
const upgradeStarted = sinceVersion1<{ readonly runId: string; readonly request?: string }>;

/** How long another process leaves a run alone whose own process cannot be known to be dead. */
export const RUN_LEASE_MS = 10 * 60_000;
/** Who bills in advance may; a slip of the year is refused. */
const MAX_DAYS_AHEAD = 62;
const MAX_DAYS_BACK = 366;

export interface Start {
  /** Names what was asked for under the `once` item; the same item for something else is refused. */
  readonly request?: string;
  /** It joins no run, and none joins it. */
  readonly alone?: boolean;
  /** Takes the run's first steps in the very write that starts it; called anew for each try. What it throws, nothing is left of. */
  readonly firstSteps?: (
    run: Run,
    settings: Settings,
  ) => Promise<{ readonly run: Run; readonly changes: readonly Change[] }>;
}

/**
 * Starts a run, or joins the unfinished run of the same order: one that was killed goes on, and one that another
 * process is driving gets a second pair of hands.
 * @param once an item that is written with the run; where it is there already, its run is the answer
 * @returns the run's id
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
      // What stands in the way may be the very run that is to be joined, started in between.
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
 * The run that was started under this item.
 * @throws Fault `idempotency-mismatch` when something else was asked for
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

/** What a run of this order would be, checked; nothing is written. */
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
  // Those that do not fit are told now, not when the numbers are taken.
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
 * The order of a billing cycle, as people give it.
 * @param wish `period`: as it is written; `customers`: only these, each once in natural order
 * @throws Fault `bad-input` for a period that is none of the cycle
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

/** Today unless given; never before the newest invoice's, so that dates rise with the numbers. */
async function invoiceDate(order: RunOrder, today: Day, deps: Pick<Deps, 'table'>): Promise<Day> {
  const newest = (await readNewestDate(deps.table))?.value.date ?? '';
  const given = order.invoiceDate;
  if (given === undefined) return today > newest ? today : newest;
  if (given < newest) {
    refuse(
      `The invoice date ${given} is before that of the newest invoice, ${newest}: choose ${newest} or later.`,
    );
  }
  // No invoice could be dated earlier afterwards: a slip of the year would date a year of invoices.
  if (given > addDays(today, MAX_DAYS_AHEAD)) {
    refuse(`The invoice date ${given} is more than ${MAX_DAYS_AHEAD} days ahead: check it.`);
  }
  if (given < addDays(today, -MAX_DAYS_BACK)) {
    refuse(`The invoice date ${given} is more than a year ago: check it.`);
  }
  return given;
}
