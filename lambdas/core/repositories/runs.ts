import type { Day } from '#core/domain/calendar.ts';
import { CUSTOMER_DEFAULTS, type Customer } from '#core/domain/customer.ts';
import type { Totals } from '#core/domain/invoice.ts';
import { naturalKey } from '#core/domain/natural-order.ts';
import type { RunOrder } from '#core/domain/run-order.ts';
import type { Settings } from '#core/domain/settings.ts';
import { Fault } from '#core/errors.ts';
import type { Lease } from '#core/lease.ts';
import type { JsonObject, Key, Table, TemplateSet } from '#core/ports.ts';
import { upgradeSettings } from './settings.ts';
import { read, type Stored, sinceVersion1, stored, withMissing } from './stored.ts';

interface AnyRun {
  readonly id: string;
  readonly order: RunOrder;
  /** Frozen when the run was planned; moved forward at the seal if a newer invoice was issued meanwhile. */
  readonly invoiceDate: Day;
  /** The customer who was planned last, in natural order. */
  readonly cursor?: string;
  /** The number of lines, by what the plan made of them. */
  readonly planned: { readonly drafts: number; readonly held: number; readonly nothing: number };
  readonly startedAt: string;
  /** The company's own templates that were in force when the run started; absent if the shipped ones were. */
  readonly templates?: TemplateSet;
  /** Set while the run is paused: none of its work continues until a person resumes it. */
  readonly paused?: true;
  /** The pauses of the run, as instants; the last one has no `to` while the run is paused. */
  readonly pauses?: readonly { readonly from: string; readonly to?: string }[];
  /**
   * How often the run was paused; `mailsResumedAfter` says after which of these pauses its mails were made
   * due again.
   */
  readonly timesPaused?: number;
  readonly mailsResumedAfter?: number;
  /** How often a process has taken the run on, if many processes share it. */
  readonly turn?: number;
  /** When the run's due item is due. */
  readonly dueAt: number;
}

/** A run that is still claiming notes. */
export interface PlanningRun extends AnyRun {
  readonly state: 'planning';
  readonly finished: false;
}

/** A run whose numbers are reserved and whose documents are being made. */
export interface SealedRun extends AnyRun {
  readonly state: 'sealed';
  readonly finished: false;
  readonly sealedAt: string;
  /**
   * The number of the draft with ordinal 0, its range, and the format in which it is written; absent in a run
   * without drafts.
   */
  readonly numbers?: { readonly range: string; readonly first: number; readonly format: string };
}

/** A run whose books are closed; documents that failed are still retried. */
export interface ClosedRun extends AnyRun, Pick<SealedRun, 'sealedAt' | 'numbers'> {
  readonly state: 'closed';
  /** Whether the mails were tried too, so that nothing of this run waits for a process any more. */
  readonly finished: boolean;
  readonly closedAt: string;
  /** Why the books did not agree when they were closed; absent when they did. */
  readonly discrepancies?: readonly string[];
  /** The hash of the run's entry in the chain of runs, which covers the journal heads of its invoices. */
  readonly seal: string;
}

/** `RUN#<id> / RUN`: a billing run. */
export type Run = PlanningRun | NumberedRun;
/** A run whose numbers are reserved: its documents may be made. */
export type NumberedRun = SealedRun | ClosedRun;

interface AnyLine {
  readonly customer: string;
  readonly name: string;
}

/** A customer who has no open notes, or for whom the plan found what keeps the invoice from being made. */
export type UnplannedLine = AnyLine &
  (
    | { readonly state: 'nothing to bill' }
    | { readonly state: 'held'; readonly reasons: readonly string[] }
  ) & { readonly draft?: undefined };

/** A draft whose documents are still to be made. */
export interface PlannedLine extends AnyLine {
  readonly state: 'planned';
  readonly draft: Draft;
  /** The lease of the process that makes its documents now. */
  readonly lease?: Lease;
}

/**
 * A draft whose documents could not be made, or not be filed (`held`). It keeps its number and is retried.
 */
export interface FailedLine extends AnyLine {
  readonly state: 'failed' | 'held';
  readonly draft: Draft;
  /** The reasons, in one sentence each. */
  readonly reasons: readonly string[];
  readonly attempts: number;
  /** When the draft is retried. */
  readonly dueAt: number;
  readonly lease?: Lease;
}

export interface IssuedLine extends AnyLine {
  readonly state: 'issued';
  readonly draft: Draft;
  readonly invoice: string;
  /** The hash at the head of the invoice's journal when the invoice was issued. */
  readonly journalHash: string;
  /**
   * Set while its notes are being marked as billed, or opened again; the claim stands until all of them are.
   */
  readonly releasing?: true;
  /** How many tries failed before it was issued; its due item is removed when the notes are released. */
  readonly attempts?: number;
  readonly dueAt?: number;
}

/** A draft that is no invoice yet. */
export type UnissuedLine = PlannedLine | FailedLine;
export type DraftLine = UnissuedLine | IssuedLine;

/**
 * `RUN#<id> / LINE#<natural key>`: the one state of a customer in a run, including the draft if there is one.
 */
export type RunLine = UnplannedLine | DraftLine;

export interface Draft {
  readonly id: string;
  /** Its place among the run's drafts, from 0, in natural order of the customers. */
  readonly ordinal: number;
  /**
   * The name that `ordinal` had in version 1. It is still written, because a server of version 1 that nobody
   * has stopped would give the invoice no number without it.
   */
  readonly place?: number;
  readonly noteIds: readonly string[];
  readonly totals: Totals;
  /** A snapshot of the customer from when the notes were claimed. */
  readonly customer: Customer;
}

/** Upgrades a stored run: version 1 called the counts of the pauses `rests` and `wokenAfter`. */
export function upgradeRun(value: JsonObject, version: number): Run {
  if (version > 1) return sinceVersion1<Run>(value);
  const { rests, wokenAfter, ...run } = sinceVersion1<
    Run & { readonly rests?: number; readonly wokenAfter?: number }
  >(value);
  return {
    ...run,
    ...(rests === undefined ? {} : { timesPaused: rests }),
    ...(wokenAfter === undefined ? {} : { mailsResumedAfter: wokenAfter }),
  };
}

/**
 * Upgrades a stored line: version 1 called the ordinal of a draft its `place`, and fields of the customer
 * that were added later take their defaults.
 */
export function upgradeRunLine(value: JsonObject): RunLine {
  const line = sinceVersion1<RunLine>(value);
  if (!line.draft) return line;
  const { ordinal = line.draft.place!, customer } = line.draft;
  return { ...line, draft: { ...line.draft, ordinal, customer: withMissing(customer, CUSTOMER_DEFAULTS) } };
}

export const runPartition = (id: string): string => `RUN#${id}`;
export const runKey = (id: string): Key => ({ partition: runPartition(id), sort: 'RUN' });
/** The key of a snapshot of the settings, taken when the run was started, once for all its drafts. */
export const runSettingsKey = (id: string): Key => ({ partition: runPartition(id), sort: 'SETTINGS' });
/** Due work of a paused run is looked at again after this many milliseconds. */
export const PAUSE_LOOK_MS = 3_600_000;
/** The key of an item that stands while the run is paused: its mails look here before each try. */
export const pausedKey = (id: string): Key => ({ partition: runPartition(id), sort: 'PAUSED' });
export const runLineKey = (id: string, customer: string): Key => ({
  partition: runPartition(id),
  sort: `LINE#${naturalKey(customer)}`,
});
/** `RUNS / RUN#<id>`: the list of runs, by the time when they were started. */
export const runListKey = (id: string): Key => ({ partition: 'RUNS', sort: `RUN#${id}` });
/**
 * `ACTIVE / <order>`: the unfinished run of an order, so that whoever places the same order again joins that
 * run.
 */
export const activeRunKey = (orderHash: string): Key => ({ partition: 'ACTIVE', sort: orderHash });

export const hasDraft = (line: RunLine): line is DraftLine => line.draft !== undefined;
export const isFailed = (line: RunLine): line is FailedLine =>
  hasDraft(line) && (line.state === 'failed' || line.state === 'held');
export const isIssued = (line: RunLine): line is IssuedLine => line.state === 'issued';
/**
 * Decides whether a line's invoice is issued while some of its notes are not yet marked as billed, or opened
 * again.
 */
export const isReleasing = (line: RunLine): line is IssuedLine => isIssued(line) && line.releasing === true;
/** Returns the lease of the process that makes the documents of a line now. */
export const leaseOf = (line: RunLine): Lease | undefined =>
  hasDraft(line) && !isIssued(line) ? line.lease : undefined;
/** Lists the numbers of the invoices that these lines became. */
export const invoiceNumbers = (lines: readonly Stored<RunLine>[]): string[] =>
  lines.flatMap(({ value }) => (isIssued(value) ? [value.invoice] : []));

/**
 * Decides whether the run was paused, so that its mails may have lost their due items and must be made due
 * again.
 */
export const hasPausedMails = ({ timesPaused = 0, mailsResumedAfter = 0 }: Run): boolean =>
  timesPaused > mailsResumedAfter;
export const isPaused = async (table: Table, id: string): Promise<boolean> =>
  (await table.get(pausedKey(id))) !== undefined;
export const readRun = (table: Table, id: string) => read(table, runKey(id), upgradeRun);

/**
 * Reads a run that must exist.
 * @throws Fault `not-found`
 */
export async function existingRun(table: Table, id: string): Promise<Stored<Run>> {
  const run = await readRun(table, id);
  if (!run) throw new Fault('not-found', `There is no run ${id}.`);
  return run;
}

export const readRunLine = (table: Table, id: string, customer: string) =>
  read(table, runLineKey(id, customer), upgradeRunLine);

export async function readRunSettings(table: Table, id: string): Promise<Settings> {
  const found = await read(table, runSettingsKey(id), upgradeSettings);
  if (!found) throw new Error(`run ${id} has no settings`);
  return found.value;
}

/**
 * Returns lines in natural order of their customers, a page of `limit` if that is given, beginning behind the
 * customer `after`.
 */
export async function listRunLines(
  table: Table,
  id: string,
  options: { readonly after?: string; readonly limit?: number } = {},
): Promise<Stored<RunLine>[]> {
  const items = await table.list(runPartition(id), {
    prefix: 'LINE#',
    ...(options.limit ? { limit: options.limit } : {}),
    ...(options.after ? { after: runLineKey(id, options.after).sort } : {}),
  });
  return items.map((item) => stored(item, upgradeRunLine));
}

/**
 * Yields all lines in natural order of their customers, page by page: a page is read only after the one
 * before it was used.
 */
export async function* runLinePages(
  table: Table,
  id: string,
  options: { readonly after?: string; readonly limit: number },
): AsyncGenerator<Stored<RunLine>[]> {
  for (let after = options.after; ; ) {
    const page = await listRunLines(table, id, { limit: options.limit, ...(after ? { after } : {}) });
    if (page.length === 0) return;
    after = page.at(-1)!.value.customer;
    yield page;
  }
}

/** Lists the ids of the runs that began before the run `before`, newest first. */
export async function newestRunIds(
  table: Table,
  before: string | undefined,
  limit: number,
): Promise<string[]> {
  const after = before === undefined ? {} : { after: runListKey(before).sort };
  const items = await table.list('RUNS', { prefix: 'RUN#', limit, backwards: true, ...after });
  return items.map((item) => item.key.sort.slice('RUN#'.length));
}

export async function listRunIds(table: Table): Promise<string[]> {
  const items = await table.list('RUNS', { prefix: 'RUN#' });
  return items.map((item) => item.key.sort.slice('RUN#'.length));
}
