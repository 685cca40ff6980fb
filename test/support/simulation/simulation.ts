import { createHash } from 'node:crypto';
import { openSqliteTable } from '#adapters/sqlite/table.ts';
import type { Deps } from '#core/deps.ts';
import type { Archive, Mailer, MailOutcome, Queue, Table } from '#core/ports.ts';
import { hookIo } from './io.ts';
import { createMemoryArchive } from './memory-archive.ts';

/** Is thrown by every I/O call of a simulated process after its kill. */
export class Killed extends Error {}

/** What the simulated mail server does with the next message. */
export type Script =
  | 'accepted'
  | 'deferred'
  | 'failed'
  | 'held'
  | 'lost before receipt'
  | 'lost after receipt';

/**
 * What several simulated processes share: one real table, one archive, one mail server, one clock. Time
 * passes only when somebody waits or `advance` is called. The seed decides who runs when.
 */
export interface Simulation {
  readonly table: Table;
  readonly archive: Archive;
  /** How often each Message-ID was received complete. */
  readonly received: Map<string, number>;
  /** Message-IDs whose answer the server lost. */
  readonly lost: Set<string>;
  /** What happens to the next messages; when empty, they are accepted. */
  readonly scripts: Script[];
  advance(milliseconds: number): void;
  isDead(worker: string): boolean;
  /**
   * Creates a process that wakes others through `queue`. With `kill`, it dies before or after its nth I/O
   * call (1 is the first).
   */
  process(kill?: Kill, queue?: Queue): SimulatedProcess;
  close(): void;
}

export type Kill = { readonly at: number; readonly when: 'before' | 'after' };

export interface SimulatedProcess {
  readonly deps: Deps & { readonly queue: Queue };
  readonly calls: () => number;
  /** Ends the process, so that its leases are over. */
  end(): void;
}

/**
 * Creates a simulation.
 * @param table an empty table, closed with the simulation
 */
export function createSimulation(
  seed: number,
  table: Table & { close(): void } = openSqliteTable(':memory:'),
): Simulation {
  const archive = createMemoryArchive();
  const received = new Map<string, number>();
  const lost = new Set<string>();
  const scripts: Script[] = [];
  const dead = new Set<string>();
  const random = mulberry32(seed);
  let now = Date.parse('2026-11-02T03:00:00Z');
  let counter = 0;
  const nextId = () => (counter++).toString(36).padStart(8, '0');

  const mailer: Mailer = {
    async send(_envelope, message, beforeHandOver): Promise<MailOutcome> {
      const script = scripts.shift() ?? 'accepted';
      if (script === 'deferred' || script === 'failed' || script === 'held') {
        return { state: script, reason: `scripted: ${script}` };
      }
      await beforeHandOver();
      const id = new TextDecoder().decode(message);
      if (script !== 'lost before receipt') received.set(id, (received.get(id) ?? 0) + 1);
      if (script === 'accepted') return { state: 'accepted', reply: '250 ok', refused: [] };
      lost.add(id);
      return { state: 'unknown', reason: 'scripted: lost' };
    },
    close: async () => {},
  };

  return {
    table,
    archive,
    received,
    lost,
    scripts,
    advance: (milliseconds) => {
      now += milliseconds;
    },
    isDead: (worker) => dead.has(worker),
    process(kill, queue = { wake: async () => {} }) {
      const me = `process-${nextId()}`;
      let calls = 0;
      const dieIfDead = () => {
        if (dead.has(me)) throw new Killed();
      };
      const base: Deps & { readonly queue: Queue } = {
        table,
        archive,
        printer: {
          render: async (documents) =>
            documents.map(({ html }) => ({ ok: true, pdf: new TextEncoder().encode(html), pages: 1 })),
          close: async () => {},
        },
        openTemplates: async (set) => ({
          languages: ['de', 'en'],
          label: (_, name) => name,
          invoice: (invoice) => ({ html: JSON.stringify([invoice, set]) }),
          deliveryOverview: (invoice, overview) => ({ html: JSON.stringify([invoice.number, overview]) }),
          deliveryNote: (note, { customer, prices }) => ({ html: JSON.stringify([note, customer, prices]) }),
          mail: ({ invoice }) => ({ subject: invoice.number, text: '', html: '' }),
        }),
        fonts: { undrawable: (text) => (text.includes('☃') ? ['☃'] : []) },
        composer: { compose: async ({ messageId }) => new TextEncoder().encode(messageId) },
        openMailer: async () => mailer,
        openMailAccount: () => undefined,
        dns: { txt: async () => 'no answer' },
        secrets: { get: async () => undefined, set: async () => {} },
        clock: {
          now: () => now,
          wait: async (milliseconds) => {
            dieIfDead();
            // Rounded up, as Node's timers do.
            now += Math.ceil(milliseconds);
            await turn();
            dieIfDead();
          },
        },
        ids: { next: nextId },
        workers: { me, isDead: (worker) => dead.has(worker) },
        hasher: { sha256: (data) => createHash('sha256').update(data).digest('hex') },
        log: () => {},
        stop: new AbortController().signal,
        queue,
      };
      const deps = hookIo(base, {
        async before() {
          dieIfDead();
          const mine = ++calls;
          if (kill?.at === mine && kill.when === 'before') dead.add(me);
          for (let turns = Math.floor(random() * 3); turns > 0; turns--) await turn();
          dieIfDead();
        },
        after() {
          dieIfDead();
          if (kill && calls >= kill.at && kill.when === 'after') dead.add(me);
          dieIfDead();
        },
      });
      return { deps, calls: () => calls, end: () => void dead.add(me) };
    },
    close: () => table.close(),
  };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Generates numbers in [0, 1) from a seed. */
export function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
