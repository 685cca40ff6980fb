import type { Change, Clock, Item, Key, Table, Workers } from '#core/ports.ts';
import { create, sinceVersion1, stored } from './stored.ts';

/**
 * `DUE#<kind> / <instant>#<id>`: work that waits to be continued, written together with its cause. A queue
 * message or a running process is only a faster way to the same work; `sweep` finds whatever they lost.
 */
export interface Due {
  readonly kind: 'run' | 'invoice' | 'mail';
  readonly id: string;
  /** Which process works on it now; the instant is then the end of its lease. */
  readonly worker?: string;
}

const upgradeDue = sinceVersion1<Due>;

const dueKey = (at: number, due: Due): Key => ({
  partition: `DUE#${due.kind}`,
  sort: `${new Date(at).toISOString()}#${due.id}`,
});

/** Names the retry of a customer's draft whose documents could not be made. */
export const invoiceDue = (runId: string, customer: string): Due => ({
  kind: 'invoice',
  id: `${runId}/${customer}`,
});

export const addDue = (at: number, due: Due): Change => create(dueKey(at, due), due);
/**
 * Removes a due item without any expectation: whoever ends the work removes the item, if it is still there.
 */
export const removeDue = (at: number, due: Due): Change => ({ delete: dueKey(at, due) });

interface ListDeps {
  readonly table: Table;
  readonly clock: Clock;
  readonly workers: Workers;
}

const PAGE = 1000;

/**
 * Lists what is due now, oldest first, a thousand ids at most: work that nobody has taken, work of a dead
 * process, and work whose lease has run out.
 * @param horizon the longest lease, in milliseconds
 */
export async function listDue(kind: Due['kind'], horizon: number, deps: ListDeps): Promise<string[]> {
  for await (const page of duePages(kind, horizon, deps)) return page;
  return [];
}

/**
 * Yields what is due now, oldest first, page by page: a page is read only after the one before it was used.
 */
export async function* duePages(
  kind: Due['kind'],
  horizon: number,
  deps: ListDeps,
): AsyncGenerator<string[]> {
  for (let after = ''; ; ) {
    const items = await deps.table.list(`DUE#${kind}`, { limit: PAGE, ...(after ? { after } : {}) });
    const end = new Date(deps.clock.now() + horizon).toISOString();
    const near = items.filter((item) => item.key.sort.slice(0, end.length) <= end);
    yield near.filter(isFreeToTake(deps)).map((item) => stored(item, upgradeDue).value.id);
    if (near.length < PAGE) return;
    after = near.at(-1)!.key.sort;
  }
}

const isFreeToTake = (deps: ListDeps) => {
  const now = new Date(deps.clock.now()).toISOString();
  return (item: Item): boolean => {
    const { worker } = stored(item, upgradeDue).value;
    return item.key.sort.slice(0, now.length) <= now || (worker !== undefined && deps.workers.isDead(worker));
  };
};

/**
 * How many of the newest due items are read to find abandoned work: leases end later than whatever has been
 * waiting for long.
 */
const NEWEST = 100;

/**
 * Lists the abandoned work among the newest due items: that of a process which is dead or whose lease has run
 * out.
 */
export async function abandonedDue(kind: Due['kind'], horizon: number, deps: ListDeps): Promise<string[]> {
  const after = `${new Date(deps.clock.now() + horizon + 1).toISOString()}#`;
  const items = await deps.table.list(`DUE#${kind}`, { after, limit: NEWEST, backwards: true });
  const left = items.filter(isFreeToTake(deps)).map((item) => stored(item, upgradeDue).value);
  return left.filter(({ worker }) => worker !== undefined).map(({ id }) => id);
}

/** Counts the things that are due until the instant `until`, but no more than `most`. */
export async function countDue(
  kind: Due['kind'],
  until: number,
  most: number,
  table: Table,
): Promise<number> {
  const items = await table.list(`DUE#${kind}`, { limit: most });
  if (until === Number.POSITIVE_INFINITY) return items.length;
  const end = new Date(until).toISOString();
  return items.filter((item) => item.key.sort.slice(0, end.length) <= end).length;
}

/**
 * Returns since when the longest waiting thing is due, in milliseconds since 1970; the instant may lie ahead.
 * Undefined if nothing waits.
 */
export async function oldestDue(
  table: Table,
  kinds: readonly Due['kind'][] = ['run', 'invoice', 'mail'],
): Promise<number | undefined> {
  const firsts = await Promise.all(kinds.map((kind) => table.list(`DUE#${kind}`, { limit: 1 })));
  const instants = firsts.flat().map((item) => Date.parse(item.key.sort.split('#')[0]!));
  return instants.length === 0 ? undefined : Math.min(...instants);
}
