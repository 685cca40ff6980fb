import type { Deps } from './deps.ts';

export interface Lease {
  readonly worker: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** Decides whether a lease is free to take: there is none, it ran out, or its process is known to be dead. */
export const isFree = (lease: Lease | undefined, deps: Pick<Deps, 'clock' | 'workers'>): boolean =>
  lease === undefined || lease.until <= deps.clock.now() || deps.workers.isDead(lease.worker);
