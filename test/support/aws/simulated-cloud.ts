import { issueLines } from '#core/billing/issue-lines.ts';
import type { Deps } from '#core/deps.ts';
import { Fault } from '#core/errors.ts';
import { sendMails } from '#core/mailing/send-mails.ts';
import type { Queue, Wake } from '#core/ports.ts';
import { oldestDue } from '#core/repositories/due.ts';
import { listMonthMails, readMails } from '#core/repositories/mails.ts';
import { advanceRun } from '#core/runs/advance-run.ts';
import { sweepToQueues } from '#core/runs/sweep.ts';
import {
  type Kill,
  Killed,
  type SimulatedProcess,
  type Simulation,
} from '#test/support/simulation/simulation.ts';

/** What goes wrong with the next message, or with the process that works on it. */
export interface Mishaps {
  lose(call: Wake): boolean;
  double(call: Wake): boolean;
  /** By how many milliseconds a message is late. */
  late(call: Wake): number;
  /** The I/O call at which the process dies. */
  kill(call: Wake): Kill | undefined;
  /** The I/O call at which the function's time is up. */
  timeUp(call: Wake): number | undefined;
  /** Chooses which of the waiting messages is next, as an index below `of`. */
  pick(of: number): number;
}

export const NO_MISHAPS: Mishaps = {
  lose: () => false,
  double: () => false,
  late: () => 0,
  kill: () => undefined,
  timeUp: () => undefined,
  pick: () => 0,
};

interface Message {
  readonly call: Wake;
  at: number;
  tries: number;
}

const SWEEP_MS = 5 * 60_000;
/** Visibility timeout: six times the timeout of a call, as in the stacks. */
const HIDDEN_MS = 24 * 60_000;
const TRIES = 5;
const AT_ONCE = 3;

/**
 * Simulates the functions on AWS: one process for each message, a sweep every five minutes, and queues
 * between them that guarantee neither order nor delivery. No process knows whether another one lives.
 */
export function createCloud(simulation: Simulation, mishaps: Mishaps = NO_MISHAPS) {
  const messages: Message[] = [];
  const deadLetters: Wake[] = [];
  const unknowable = new Set<string>();
  const counts = { handled: 0, lost: 0, doubled: 0, killed: 0, timeUp: 0, failed: 0, sweeps: 0 };
  const observer = simulation.process().deps;
  const now = () => observer.clock.now();

  const queue: Queue = {
    async wake(calls, { delaySeconds = 0 } = {}) {
      for (const call of calls) {
        if (mishaps.lose(call)) {
          counts.lost++;
          continue;
        }
        const copies = mishaps.double(call) ? 2 : 1;
        counts.doubled += copies - 1;
        for (let copy = 0; copy < copies; copy++) {
          messages.push({ call, at: now() + delaySeconds * 1000 + mishaps.late(call), tries: 0 });
        }
      }
    },
  };

  /** Starts a process as on Lambda, where nobody knows which others live. */
  function start(kill?: Kill, timeUp?: number): SimulatedProcess {
    const one = simulation.process(kill, queue);
    const stop = {
      get aborted() {
        const isUp = timeUp !== undefined && one.calls() >= timeUp;
        if (isUp) counts.timeUp++;
        return isUp;
      },
    } as AbortSignal;
    const workers = { me: one.deps.workers.me, isDead: () => false };
    return { ...one, deps: { ...one.deps, workers, stop } };
  }

  async function handle(message: Message): Promise<void> {
    const { call } = message;
    counts.handled++;
    message.tries++;
    const one = start(mishaps.kill(call), mishaps.timeUp(call));
    try {
      await work(call, one.deps);
    } catch (error) {
      if (error instanceof Killed) counts.killed++;
      else if (error instanceof Fault) counts.failed++;
      else throw error;
      message.at = now() + HIDDEN_MS;
      if (message.tries < TRIES) messages.push(message);
      else deadLetters.push(call);
    } finally {
      one.end();
      await noteUnknowable();
    }
  }

  /** Records the mails that a dead process was handing over. */
  async function noteUnknowable(): Promise<void> {
    for (const { value } of await readMails(
      simulation.table,
      await listMonthMails(simulation.table, '2026-11'),
    )) {
      const { handedOverAt, lease, messageId, state } = value;
      if (state === 'sending' && handedOverAt && lease && simulation.isDead(lease.worker))
        unknowable.add(messageId);
    }
  }

  async function sweep(): Promise<void> {
    counts.sweeps++;
    const one = start();
    await sweepToQueues(one.deps);
    one.end();
  }

  let nextSweep = now() + SWEEP_MS;

  /**
   * Works on some messages, or waits for the next event.
   * @returns false when nothing waits any more
   */
  async function step(): Promise<boolean> {
    const ready = messages.filter(({ at }) => at <= now());
    const chosen: Message[] = [];
    while (chosen.length < AT_ONCE && ready.length > 0) {
      const [message] = ready.splice(mishaps.pick(ready.length), 1);
      messages.splice(messages.indexOf(message!), 1);
      chosen.push(message!);
    }
    await Promise.all(chosen.map(handle));
    if (chosen.length === 0) {
      const due = await oldestDue(simulation.table);
      if (due === undefined && messages.length === 0) return false;
      const next = Math.min(nextSweep, ...messages.map(({ at }) => at));
      simulation.advance(Math.max(0, next - now()));
    }
    if (now() >= nextSweep) {
      await sweep();
      nextSweep = now() + SWEEP_MS;
    }
    return true;
  }

  /**
   * Steps until nothing waits.
   * @throws when that takes longer than two days
   */
  async function run(): Promise<void> {
    const end = now() + 48 * 3_600_000;
    nextSweep = now() + SWEEP_MS;
    while (await step()) {
      if (now() > end) throw new Error(`still at work after two days: ${JSON.stringify(messages)}`);
    }
  }

  return {
    queue,
    start,
    step,
    run,
    sweep,
    counts,
    deadLetters,
    unknowable,
    waiting: () => messages.map(({ call }) => call),
  };
}

/** Does what the functions behind the queues do with a wake-up call. */
export async function work(call: Wake, deps: Deps & { readonly queue: Queue }): Promise<void> {
  if (call.kind === 'run') await advanceRun(call, deps);
  else if (call.kind === 'mail') await sendMails([call.id], deps);
  else {
    const { mails } = await issueLines(call.run, call.customers, deps);
    await deps.queue.wake(mails.map((id) => ({ kind: 'mail', id })));
  }
}
