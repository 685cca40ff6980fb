import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cancelInvoice } from '#core/billing/cancel-invoice.ts';
import { createInstantInvoice } from '#core/billing/create-instant-invoice.ts';
import { startRun } from '#core/billing/start-run.ts';
import { importCustomers } from '#core/customers/import-customers.ts';
import { importDeliveries } from '#core/deliveries/import-deliveries.ts';
import type { Customer } from '#core/domain/customer.ts';
import { type DeliveryNote, noteIdOf } from '#core/domain/delivery-note.ts';
import type { RunOrder } from '#core/domain/run-order.ts';
import { Fault } from '#core/errors.ts';
import type { Table } from '#core/ports.ts';
import { oldestDue } from '#core/repositories/due.ts';
import { listMonthInvoices, readInvoices } from '#core/repositories/invoices.ts';
import { listMonthMails, readMails } from '#core/repositories/mails.ts';
import { readNote } from '#core/repositories/notes.ts';
import { listRunIds, readRun } from '#core/repositories/runs.ts';
import { completeRun } from '#core/runs/complete-run.ts';
import { pauseRun, resumeRun } from '#core/runs/pause-run.ts';
import { sweep } from '#core/runs/sweep.ts';
import { importSettings } from '#core/settings/import-settings.ts';
import { customerOf, noteOf, OCTOBER, SETTINGS } from '#test/support/data/dairy.ts';
import { brokenPromises } from '#test/support/simulation/promises.ts';
import {
  createSimulation,
  Killed,
  type Script,
  type SimulatedProcess,
  type Simulation,
} from '#test/support/simulation/simulation.ts';

const CUSTOMERS = ['9', '10', '70', 'A2'];

type Kill = { readonly at: number; readonly when: 'before' | 'after' } | undefined;
type Action =
  | { readonly do: 'import'; readonly notes: readonly NoteSeed[] }
  | {
      readonly do: 'change customer';
      readonly customer: string;
      readonly byMail: boolean;
      readonly drawable: boolean;
    }
  | { readonly do: 'run'; readonly until: string; readonly customers: readonly string[] | undefined }
  | { readonly do: 'invoice'; readonly customer: string }
  | { readonly do: 'till'; readonly customer: string; readonly receipt: number }
  | { readonly do: 'rest'; readonly nth: number; readonly resume: boolean }
  | { readonly do: 'cancel'; readonly nth: number; readonly reopenNotes: boolean }
  | { readonly do: 'sweep' };
interface NoteSeed {
  readonly number: number;
  readonly customer: string;
  readonly day: number;
  readonly quantity: number;
}
interface Step {
  readonly actions: readonly { readonly action: Action; readonly kill: Kill }[];
  readonly scripts: readonly Script[];
  readonly pause: number;
}

const kill: fc.Arbitrary<Kill> = fc.option(
  fc.record({ at: fc.integer({ min: 1, max: 120 }), when: fc.constantFrom('before', 'after') }),
  { nil: undefined, freq: 2 },
);
const customer = fc.constantFrom(...CUSTOMERS);
const noteSeed = fc.record({
  number: fc.integer({ min: 1, max: 12 }),
  customer,
  day: fc.integer({ min: 1, max: 30 }),
  quantity: fc.integer({ min: -3, max: 20 }),
});
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('import' as const),
      notes: fc.uniqueArray(noteSeed, { selector: ({ number }) => number, minLength: 1, maxLength: 8 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('change customer' as const),
      customer,
      byMail: fc.boolean(),
      drawable: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('run' as const),
      until: fc.constantFrom('2026-10-15', '2026-10-31'),
      customers: fc.option(fc.subarray(CUSTOMERS, { minLength: 1 }), { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('invoice' as const), customer }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('till' as const), customer, receipt: fc.nat({ max: 2 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('rest' as const),
      nth: fc.nat({ max: 2 }),
      resume: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('cancel' as const),
      nth: fc.nat({ max: 7 }),
      reopenNotes: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'sweep' as const }) },
);
const script = fc.constantFrom<Script>(
  ...([
    'accepted',
    'accepted',
    'deferred',
    'failed',
    'held',
    'lost before receipt',
    'lost after receipt',
  ] as const),
);
const step: fc.Arbitrary<Step> = fc.record({
  actions: fc.array(fc.record({ action, kill }), { minLength: 1, maxLength: 2 }),
  scripts: fc.array(script, { maxLength: 3 }),
  pause: fc.constantFrom(0, 0, 60_000, 20 * 60_000, 3 * 3_600_000),
});

const quietly = (action: Action): Step => ({ actions: [{ action, kill: undefined }], scripts: [], pause: 0 });
/** A history that leaves invoices to cancel. */
const BILLED: readonly Step[] = [
  quietly({
    do: 'import',
    notes: CUSTOMERS.flatMap((customer, index) =>
      [1, 2].map((n) => ({ number: 2 * index + n, customer, day: 10 * n, quantity: n })),
    ),
  }),
  quietly({ do: 'run', until: '2026-10-31', customers: undefined }),
];
const history: fc.Arbitrary<Step[]> = fc
  .tuple(fc.constantFrom([], BILLED), fc.array(step, { minLength: 1, maxLength: 8 }))
  .map(([before, steps]) => [...before, ...steps]);

/**
 * Plays random histories of one wholesaler: imports, changes, runs and pauses, instant invoices,
 * cancellations, kills in the middle of any I/O call, two processes at once, restarts. After each step and at
 * the end an auditor looks for broken promises.
 * @param openTable opens an empty table for each history
 * @param options `shrink`: look for the shortest failing history; useless where the same seed does not give
 * the same history
 */
export async function tellHistories(
  count: number,
  openTable: () => Promise<Table & { close(): void }>,
  options: { readonly shrink: boolean },
): Promise<void> {
  let kills = 0;
  let told = 0;
  let cancelled = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer(), history, async (seed, steps) => {
      const simulation = createSimulation(seed, await openTable());
      try {
        const dairy = await openDairy(simulation);
        for (const one of steps) {
          told++;
          simulation.scripts.push(...one.scripts);
          const ends = await Promise.all(one.actions.map(({ action, kill }) => dairy.act(action, kill)));
          kills += ends.filter((end) => end === 'killed').length;
          await dairy.noteTillNotes();
          simulation.scripts.length = 0;
          simulation.advance(one.pause);
          assert.deepEqual(await brokenPromises(dairy.evidence(), false), []);
        }
        await dairy.settle();
        assert.deepEqual(await brokenPromises(dairy.evidence(), true), []);
        cancelled += await dairy.cancelled();
      } finally {
        simulation.close();
      }
    }),
    {
      numRuns: count,
      endOnFailure: !options.shrink,
      ...(process.env.SEED ? { seed: Number(process.env.SEED) } : {}),
    },
  );
  console.log(
    `${count} histories, ${told} steps, ${kills} processes killed, ${cancelled} invoices cancelled`,
  );
  assert.ok(kills > count / 10, 'the kills must hit running processes');
  assert.ok(cancelled > count / 10, 'the cancellations must find invoices');
}

/** Opens a dairy: what the people in its office do, and the evidence of what they may rely on. */
async function openDairy(simulation: Simulation) {
  const notes = new Map<string, DeliveryNote>();
  const customers = new Map(
    CUSTOMERS.map((number) => [number, seededCustomer(number, number !== '70', true)]),
  );
  const unknowable = new Set<string>();
  /** Killed imports, which must be repeated before anything else goes on. */
  const interrupted: (() => Promise<void>)[] = [];
  let halfLoaded: readonly DeliveryNote[] = [];

  const asProcess = async (kill: Kill, work: (one: SimulatedProcess) => Promise<unknown>) => {
    const one = simulation.process(kill);
    try {
      await work(one);
      return 'done';
    } catch (error) {
      if (error instanceof Killed) return 'killed';
      if (error instanceof Fault && error.code !== 'conflict') return 'refused';
      throw error;
    } finally {
      one.end();
    }
  };

  const loadNotes = async (batch: readonly DeliveryNote[], kill: Kill) => {
    const hash = JSON.stringify(batch);
    const end = await asProcess(kill, ({ deps }) => importDeliveries(batch, { name: 'notes', hash }, deps));
    if (end === 'done') for (const note of batch) notes.set(noteIdOf(note), note);
    if (end !== 'killed') return end;
    if (await importIsUnderWay()) {
      halfLoaded = batch;
      interrupted.push(async () => {
        halfLoaded = [];
        await loadNotes(batch, undefined);
      });
    } else if (await isLoaded(batch[0]!)) for (const note of batch) notes.set(noteIdOf(note), note);
    return end;
  };

  const importIsUnderWay = async () => (await simulation.table.list('IMPORT')).length > 0;

  const isLoaded = async (note: DeliveryNote) => {
    const record = await readNote(simulation.table, noteIdOf(note));
    return JSON.stringify(record?.value.note) === JSON.stringify(note);
  };

  const loadCustomers = async (kill: Kill) => {
    const all = [...customers.values()];
    const hash = JSON.stringify(all);
    const end = await asProcess(kill, ({ deps }) => importCustomers(all, { name: 'customers', hash }, deps));
    if (end === 'killed' && (await importIsUnderWay())) {
      interrupted.push(async () => {
        await asProcess(undefined, ({ deps }) => importCustomers(all, { name: 'customers', hash }, deps));
      });
    }
    return end;
  };

  /**
   * Records the mails whose fate nobody can know: the server's answer was lost, or the process died while
   * handing them over.
   */
  const noteUnknowable = async () => {
    for (const id of simulation.lost) unknowable.add(id);
    for (const month of ['2026-11', '2026-12']) {
      for (const { value } of await readMails(
        simulation.table,
        await listMonthMails(simulation.table, month),
      )) {
        if (value.handedOverAt && value.lease && simulation.isDead(value.lease.worker))
          unknowable.add(value.messageId);
      }
    }
  };

  /**
   * Records the delivery notes made of the lines that the tills sent, and asserts one note and one run for
   * each of their keys.
   */
  const noteTillNotes = async () => {
    let runs = 0;
    for (const id of await listRunIds(simulation.table)) {
      const order = (await readRun(simulation.table, id))?.value.order;
      for (const noteId of (order?.kind === 'instant' && order.notes) || []) {
        runs++;
        notes.set(noteId, (await readNote(simulation.table, noteId))!.value.note);
      }
    }
    assert.equal(
      runs,
      (await simulation.table.list('IDEMPOTENCY')).length,
      'an order of a key was run twice',
    );
  };

  /**
   * Lists the invoices of October's notes, whether dated by the end of the period or by their own day.
   * Cancellations are included.
   */
  const issuedInvoices = async () =>
    (
      await Promise.all(
        ['2026-10', '2026-11', '2026-12'].map((month) => listMonthInvoices(simulation.table, month)),
      )
    ).flat();

  const act = async ({ ...action }: Action, kill: Kill) => {
    if (action.do === 'import')
      return loadNotes(
        action.notes.map(({ number, customer, day, quantity }) =>
          noteOf(`L${number}`, customer, day, quantity),
        ),
        kill,
      );
    if (action.do === 'change customer') {
      customers.set(action.customer, seededCustomer(action.customer, action.byMail, action.drawable));
      return loadCustomers(kill);
    }
    if (action.do === 'sweep') return asProcess(kill, ({ deps }) => sweep(deps));
    if (action.do === 'invoice') {
      return asProcess(kill, ({ deps }) =>
        createInstantInvoice({ customer: action.customer }, deps, (id) => completeRun(id, deps)),
      );
    }
    if (action.do === 'till') {
      // A till repeats its call until it gets the answer; a receipt's key used for another customer is
      // refused.
      const { customer, receipt } = action;
      const order = { customer, lines: noteOf('any', customer, 1, receipt + 1).lines };
      return asProcess(kill, ({ deps }) =>
        createInstantInvoice({ ...order, idempotencyKey: `receipt ${receipt}` }, deps, (id) =>
          completeRun(id, deps),
        ),
      );
    }
    if (action.do === 'rest') {
      const change = action.resume ? resumeRun : pauseRun;
      const [id] = (await listRunIds(simulation.table)).slice(-1 - action.nth);
      if (id === undefined) return 'refused';
      return asProcess(kill, ({ deps }) => change(id, deps));
    }
    if (action.do === 'cancel') {
      const numbers = await issuedInvoices();
      const invoice = numbers[action.nth % numbers.length];
      if (invoice === undefined) return 'refused';
      const request = { invoice, reopenNotes: action.reopenNotes };
      return asProcess(kill, ({ deps }) => cancelInvoice(request, deps, (id) => completeRun(id, deps)));
    }
    const { until, customers: only } = action;
    const order: RunOrder = { ...OCTOBER, until, ...(only ? { customers: only } : {}) };
    return asProcess(kill, async ({ deps }) => completeRun(await startRun(order, deps), deps));
  };

  await asProcess(undefined, ({ deps }) => importSettings(SETTINGS, undefined, deps));
  await loadCustomers(undefined);
  return {
    act: async (action: Action, kill: Kill) => {
      // A clerk who was told that an import was interrupted repeats it before doing anything else.
      for (let repeat = interrupted.shift(); repeat; repeat = interrupted.shift()) await repeat();
      const end = await act(action, kill);
      await noteUnknowable();
      return end;
    },
    noteTillNotes,
    settle: async () => {
      for (const id of await listRunIds(simulation.table)) {
        await asProcess(undefined, ({ deps }) => resumeRun(id, deps));
      }
      for (let turns = 0; turns < 60; turns++) {
        for (let repeat = interrupted.shift(); repeat; repeat = interrupted.shift()) await repeat();
        if ((await oldestDue(simulation.table)) === undefined) break;
        await asProcess(undefined, ({ deps }) => sweep(deps));
        simulation.advance(3_600_000);
      }
      await noteUnknowable();
    },
    cancelled: async () => {
      const invoices = await readInvoices(simulation.table, await issuedInvoices());
      return invoices.filter(({ value }) => value.cancelledBy).length;
    },
    evidence: () => {
      const uncertain = new Set(halfLoaded.map(noteIdOf));
      return { ...simulation, notes: [...notes.values()], uncertain, unknowable };
    },
  };
}

const seededCustomer = (number: string, invoiceByMail: boolean, drawable: boolean): Customer =>
  customerOf(number, {
    ...{ name: `Kunde ${number}${drawable ? '' : ' ☃'}`, invoiceByMail, deliveryOverview: number === '9' },
  });
