import type { Change, Clock, Key, Table, Workers } from '#core/ports.ts';
import { create, stored } from './stored.ts';

/**
 * `DUE#<kind> / <instant>#<id>`: what waits to be gone on with, written together with its cause. A queue message
 * or a running process is only a faster way to the same work; `sweep` finds whatever they lost.
 */
export interface Due {
  readonly kind: 'run' | 'invoice' | 'mail';
  readonly id: string;
  /** Who is at it now; the instant is then the end of its lease. */
  readonly worker?: string;
}

const dueKey = (at: number, due: Due): Key => ({
  partition: `DUE#${due.kind}`,
  sort: `${new Date(at).toISOString()}#${due.id}`,
});

/** The retry of a customer's draft whose documents could not be made. */
export const invoiceDue = (runId: string, customer: string): Due => ({
  kind: 'invoice',
  id: `${runId}/${customer}`,
});

export const addDue = (at: number, due: Due): Change => create(dueKey(at, due), due);
/** No expectation: whoever ends the work removes the item, if it is still there. */
export const removeDue = (at: number, due: Due): Change => ({ delete: dueKey(at, due) });

/**
 * What is due now, oldest first: what nobody works at, what a dead process worked at, and what was worked at for
 * longer than its lease. `horizon` is the longest lease, in milliseconds.
 */
export async function listDue(
  kind: Due['kind'],
  horizon: number,
  deps: { readonly table: Table; readonly clock: Clock; readonly workers: Workers },
): Promise<string[]> {
  const items = await deps.table.list(`DUE#${kind}`, { limit: 1000 });
  const now = new Date(deps.clock.now()).toISOString();
  const end = new Date(deps.clock.now() + horizon).toISOString();
  return items
    .filter((item) => item.key.sort.slice(0, end.length) <= end)
    .map((item) => stored<Due>(item))
    .filter(({ key, value }) => {
      const isPast = key.sort.slice(0, now.length) <= now;
      return isPast || (value.worker !== undefined && deps.workers.isDead(value.worker));
    })
    .map(({ value }) => value.id);
}

/** Since when the longest waiting thing is due, in milliseconds since 1970; it may lie ahead. Undefined when nothing waits. */
export async function oldestDue(table: Table): Promise<number | undefined> {
  const kinds: readonly Due['kind'][] = ['run', 'invoice', 'mail'];
  const firsts = await Promise.all(kinds.map((kind) => table.list(`DUE#${kind}`, { limit: 1 })));
  const instants = firsts.flat().map((item) => Date.parse(item.key.sort.split('#')[0]!));
  return instants.length === 0 ? undefined : Math.min(...instants);
}
