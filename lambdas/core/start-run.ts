import type { Deps } from './deps.ts';
import { instant } from './deps.ts';
import { addDays, berlinDay, type Day } from './domain/calendar.ts';
import { compareNatural } from './domain/natural-order.ts';
import type { Settings } from './domain/settings.ts';
import { ConflictError, refuse } from './errors.ts';
import { isImportConflict, noImportUnderWay, waitForImport } from './import-lock.ts';
import { readCustomers } from './repositories/customers.ts';
import { addDue } from './repositories/due.ts';
import { readNewestDate } from './repositories/numbers.ts';
import {
  activeRunKey,
  type Run,
  type RunOrder,
  runKey,
  runListKey,
  runSettingsKey,
} from './repositories/runs.ts';
import { readSettings } from './repositories/settings.ts';
import { create, read } from './repositories/stored.ts';

type StartDeps = Pick<Deps, 'table' | 'clock' | 'ids' | 'workers' | 'hasher' | 'stop'>;

/** How long another process leaves a run alone whose own process cannot be known to be dead. */
export const RUN_LEASE_MS = 10 * 60_000;
/** Who bills in advance may; a slip of the year is refused. */
const MAX_DAYS_AHEAD = 62;
const MAX_DAYS_BACK = 366;

/**
 * Starts a run, or joins the unfinished run of the same order: one that was killed goes on, and one that another
 * process is driving gets a second pair of hands.
 * @returns the run's id
 * @throws Fault `bad-input` (unknown customer, impossible date), `bad-settings`, `import-interrupted`
 */
export async function startRun(order: RunOrder, deps: StartDeps): Promise<string> {
  const active = activeRunKey(deps.hasher.sha256(JSON.stringify(order)));
  for (;;) {
    const unfinished = await read<{ runId: string }>(deps.table, active);
    if (unfinished) return unfinished.value.runId;
    const { run, settings } = await newRun(order, deps);
    try {
      await deps.table.write([
        create(active, { runId: run.id }),
        create(runKey(run.id), run),
        create(runSettingsKey(run.id), settings),
        create(runListKey(run.id), {}),
        addDue(run.dueAt, { kind: 'run', id: run.id, worker: deps.workers.me }),
        noImportUnderWay,
      ]);
      return run.id;
    } catch (error) {
      if (isImportConflict(error)) await waitForImport(deps);
      else if (!(error instanceof ConflictError)) throw error;
    }
  }
}

/** What a run of this order would be, checked; nothing is written. */
export async function newRun(order: RunOrder, deps: StartDeps): Promise<{ run: Run; settings: Settings }> {
  const settings = await readSettings(deps.table);
  await refuseUnfitCustomers(order, deps);
  const now = deps.clock.now();
  if (order.from !== undefined && order.from > addDays(berlinDay(now), MAX_DAYS_AHEAD)) {
    refuse(`The period ${order.period} begins more than ${MAX_DAYS_AHEAD} days ahead: check it.`);
  }
  const run: Run = {
    id: deps.ids.next(),
    order,
    state: 'planning',
    finished: false,
    invoiceDate: await invoiceDate(order, berlinDay(now), deps),
    planned: { drafts: 0, held: 0, nothing: 0 },
    startedAt: instant(now),
    dueAt: now + RUN_LEASE_MS,
  };
  return { run, settings };
}

/** The customers of an order as the user wrote them: each once, in natural order. */
export const orderedCustomers = (numbers: readonly string[]): string[] =>
  [...new Set(numbers)].sort(compareNatural);

async function refuseUnfitCustomers(order: RunOrder, deps: Pick<Deps, 'table'>): Promise<void> {
  if (!order.customers) return;
  const found = await readCustomers(deps.table, order.customers);
  const problems = order.customers.flatMap((number, index) => {
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
