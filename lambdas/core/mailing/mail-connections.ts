import type { Deps } from '#core/deps.ts';
import { isFree, type Lease } from '#core/lease.ts';
import type { Key } from '#core/ports.ts';
import { createOrReplace, read, sinceVersion1 } from '#core/repositories/stored.ts';
import { retryOnConflict } from '#core/retry.ts';
import { MAIL_LEASE_MS } from './send-invoice-mail.ts';

/** `MAILING / CONNECTIONS`: which processes have connections to the mail server open now, and how many. */
const CONNECTIONS: Key = { partition: 'MAILING', sort: 'CONNECTIONS' };
interface Open {
  readonly holders: readonly (Lease & { readonly id: string; readonly count: number })[];
}

/**
 * How long a claim of connections lasts, in milliseconds. It is renewed before a mail if it ends soon, so
 * that the longest message ends within it.
 */
const LEASE_MS = 2 * MAIL_LEASE_MS;
/**
 * How long to wait for a free connection, in milliseconds. Other processes open theirs for a batch or for
 * what is due, and are done by then; if they are not, this process leaves its mails.
 */
const PATIENCE_MS = 120_000;
const POLL_MS = 250;

type ConnectionDeps = Pick<Deps, 'table' | 'clock' | 'workers' | 'ids' | 'stop'>;

export interface Connections {
  /**
   * Waits until at least one connection is free.
   * @returns how many this process may open; 0 if none becomes free for long
   */
  claimed(): Promise<number>;
  close(): Promise<void>;
}

/**
 * Claims connections to the mail server, so that all processes together open no more than `most`. They are
 * claimed at first use, and once for all mails that are sent over them.
 * @param wanted how many connections this process would use
 * @param most how many connections all processes together may open
 */
export function openConnections(wanted: number, most: number, deps: ConnectionDeps): Connections {
  const id = deps.ids.next();
  let claiming: Promise<number> | undefined;
  let until = 0;

  /**
   * Takes or renews this process's connections, or gives them back if `count` is 0.
   * @returns how many it may have, as far as they are free
   */
  async function take(count: number): Promise<number> {
    return retryOnConflict(async () => {
      const found = await read(deps.table, CONNECTIONS, sinceVersion1<Open>);
      const others = (found?.value.holders ?? []).filter((one) => one.id !== id && !isFree(one, deps));
      const free = most - others.reduce((sum, one) => sum + one.count, 0);
      const mine = Math.max(0, Math.min(count, free));
      if (mine === 0 && count > 0) return 0;
      const lease = { id, worker: deps.workers.me, until: deps.clock.now() + LEASE_MS, count: mine };
      const holders = mine === 0 ? others : [...others, lease];
      await deps.table.write([createOrReplace(CONNECTIONS, found, { holders })]);
      until = lease.until;
      return mine;
    });
  }

  async function claim(): Promise<number> {
    const end = deps.clock.now() + PATIENCE_MS;
    for (;;) {
      const count = await take(wanted);
      if (count > 0 || deps.stop.aborted || deps.clock.now() >= end) return count;
      await deps.clock.wait(POLL_MS);
    }
  }

  return {
    async claimed() {
      const isNear = until > 0 && until < deps.clock.now() + MAIL_LEASE_MS;
      if (isNear) claiming = undefined;
      claiming ??= claim();
      return claiming;
    },
    async close() {
      if (claiming && (await claiming) > 0) await take(0);
    },
  };
}

/** Connections without a limit, for SES: nobody counts the connections over which it is called. */
export const UNCOUNTED: Connections = {
  claimed: async () => Number.POSITIVE_INFINITY,
  close: async () => {},
};
