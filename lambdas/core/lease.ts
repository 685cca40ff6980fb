import type { Deps } from './deps.ts';

export interface Lease {
  readonly worker: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** Whether nobody is at work: no lease, one that ran out, or one of a process that is known to be dead. */
export const isFree = (lease: Lease | undefined, deps: Pick<Deps, 'clock' | 'workers'>): boolean =>
  lease === undefined || lease.until <= deps.clock.now() || deps.workers.isDead(lease.worker);
