import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInstantInvoice } from '#core/billing/create-instant-invoice.ts';
import { planRun } from '#core/billing/plan-run.ts';
import { startRun } from '#core/billing/start-run.ts';
import { listCustomers } from '#core/customers/list-customers.ts';
import { putCustomer } from '#core/customers/put-customer.ts';
import { findNote, listNotes } from '#core/deliveries/list-notes.ts';
import { putNote } from '#core/deliveries/put-note.ts';
import type { Deps } from '#core/deps.ts';
import { listInvoices, stateOf } from '#core/invoices/list-invoices.ts';
import { listMails } from '#core/mailing/list-mails.ts';
import type { Page } from '#core/paging.ts';
import type { Table } from '#core/ports.ts';
import { customerKey } from '#core/repositories/customers.ts';
import { completeRun } from '#core/runs/complete-run.ts';
import { listRuns } from '#core/runs/list-runs.ts';
import { pauseRun } from '#core/runs/pause-run.ts';
import { bill, customerOf, loadDairy, loadNotes, noteOf, OCTOBER } from '#test/support/data/dairy.ts';
import { createSimulation, type Simulation } from '#test/support/simulation/simulation.ts';

const CUSTOMERS = Array.from({ length: 25 }, (_, index) =>
  customerOf(String(index + 1), {
    invoiceByMail: index % 5 === 0,
    billingCycle: index % 2 ? 'weekly' : 'monthly',
  }),
);
const numbers = CUSTOMERS.map(({ number }) => number);

async function openDairy() {
  const simulation = createSimulation(1);
  const { deps } = simulation.process();
  const notes = CUSTOMERS.flatMap(({ number }) => [
    noteOf(`A${number}`, number, 1),
    noteOf(`B${number}`, number, 9),
  ]);
  await loadDairy(deps, notes, CUSTOMERS);
  return { simulation, deps };
}

/** Reads all pages of a list; `between` runs after each page but the last. */
async function all<T>(
  list: (query: { after?: string; limit: number }) => Promise<Page<T>>,
  limit: number,
  between: () => Promise<unknown> = async () => {},
): Promise<T[]> {
  const items: T[] = [];
  for (let after: string | undefined; ; ) {
    const page = await list({ limit, ...(after ? { after } : {}) });
    assert.ok(page.items.length <= limit);
    items.push(...page.items);
    if (page.next === undefined) return items;
    assert.ok(page.next.length <= 500 && /^[\w-]+$/.test(page.next), page.next);
    after = page.next;
    await between();
  }
}

/** Counts the items and calls with which a list reads the table. */
function counting(deps: Deps) {
  const counts = { items: 0, calls: 0 };
  const counted: Pick<Table, 'list' | 'get' | 'getMany'> = {
    list: async (...args) => {
      const items = await deps.table.list(...args);
      counts.items += items.length;
      counts.calls++;
      return items;
    },
    get: async (key) => {
      counts.calls++;
      return deps.table.get(key);
    },
    getMany: async (keys) => {
      counts.calls++;
      return deps.table.getMany(keys);
    },
  };
  return { counts, deps: { ...deps, table: { ...deps.table, ...counted } } };
}

const billOctober = async (deps: Deps) => {
  await bill(deps, { ...OCTOBER, cycle: 'monthly' });
  await bill(deps, { ...OCTOBER, cycle: 'weekly', period: '2026-W44' });
};

test('customers are listed in natural order by pages of any size, even when some are added in between', async () => {
  const { deps } = await openDairy();
  const listed = async (limit: number, query = {}, between?: () => Promise<unknown>) =>
    (await all((page) => listCustomers({ ...page, ...query }, deps), limit, between)).map(
      ({ number }) => number,
    );
  for (const limit of [1, 7, 25, 200]) assert.deepEqual(await listed(limit), numbers);
  assert.deepEqual(await listed(2, { mail: true }), ['1', '6', '11', '16', '21']);
  assert.deepEqual(await listed(3, { mail: true, cycle: 'weekly' }), ['6', '16']);
  let n = 0;
  const added = await listed(7, {}, () => putCustomer(customerOf(['0', '12a', '99'][n++ % 3]!), deps));
  assert.deepEqual(
    added.filter((number) => numbers.includes(number)),
    numbers,
  );
  assert.equal(new Set(added).size, added.length);
});

test('invoices are listed by day and filtered by days, customer, state and mail', async () => {
  const { simulation, deps } = await openDairy();
  simulation.scripts.push('failed');
  await billOctober(deps);
  await loadNotes(deps, [noteOf('C1', '1', 12), noteOf('C2', '1', 13)]);
  await createInstantInvoice({ customer: '1', notes: ['2026/C1'] }, deps, (id) => completeRun(id, deps));
  simulation.advance(40 * 86_400_000);
  await createInstantInvoice({ customer: '1' }, deps, (id) => completeRun(id, deps));
  const listed = async (limit: number, query = {}) =>
    (await all((page) => listInvoices({ ...page, ...query }, deps), limit)).map(
      ({ invoice }) => invoice.facts.number,
    );
  const every = Array.from({ length: 27 }, (_, index) => `20260000${String(index + 1).padStart(2, '0')}`);
  for (const limit of [1, 5, 27, 200]) assert.deepEqual(await listed(limit), every);
  assert.deepEqual(await listed(5, { from: '2026-11-02', to: '2026-11-02' }), ['2026000026']);
  assert.deepEqual(await listed(5, { from: '2026-11-01' }), ['2026000026', '2026000027']);
  assert.deepEqual(await listed(200, { to: '2026-10-31' }), every.slice(0, 25));
  assert.deepEqual(await listed(200, { from: '2020-01-01', to: '2025-12-31' }), []);
  assert.deepEqual(await listed(2, { customer: '1' }), ['2026000001', '2026000026', '2026000027']);
  assert.deepEqual(await listed(2, { customer: '1', from: '2026-11-01' }), ['2026000026', '2026000027']);
  assert.deepEqual(await listed(2, { customer: 'nobody' }), []);
  const toPrint = await all((page) => listInvoices({ ...page, state: 'to print' }, deps), 3);
  // The invoice whose mail failed is among them.
  assert.equal(toPrint.length, 21);
  const mailed = await all((page) => listInvoices({ ...page, mail: true }, deps), 3);
  assert.deepEqual([mailed.length, new Set(mailed.map(stateOf))], [7, new Set(['failed', 'accepted'])]);
  assert.equal((await listed(200, { state: 'failed' })).length, 1);
  await assert.rejects(listed(5, { from: '2026-11-01', to: '2026-10-01' }), { code: 'bad-input' });
});

test('mails are listed by the time at which they were queued, filtered by customer, state and days', async () => {
  const { simulation, deps } = await openDairy();
  simulation.scripts.push('failed');
  await billOctober(deps);
  const listed = (query = {}) => all((page) => listMails({ ...page, ...query }, deps), 2);
  assert.equal((await listed()).length, 5);
  assert.deepEqual(
    (await listed({ customer: '6' })).map(({ customer }) => customer),
    ['6'],
  );
  assert.equal((await listed({ state: 'failed' })).length, 1);
  assert.equal((await listed({ from: '2026-11-03' })).length, 0);
  assert.equal((await listed({ from: '2026-11-02', to: '2026-11-02' })).length, 5);
});

test('notes are listed by customer and day with their state', async () => {
  const { deps } = await openDairy();
  await bill(deps, { ...OCTOBER, until: '2026-10-05', customers: ['3', '7'] });
  const run = await startRun({ ...OCTOBER, customers: ['5'] }, deps);
  await planRun(run, deps);
  const listed = async (limit: number, query: object) =>
    (await all((page) => listNotes({ ...page, ...query }, deps), limit)).map(
      ({ id, state }) => `${id} ${state}`,
    );
  assert.deepEqual(await listed(1, { customer: '3' }), ['2026/B3 open', '2026/A3 billed']);
  assert.deepEqual(await listed(1, { customer: '5' }), ['2026/A5 billing', '2026/B5 billing']);
  const october = { from: '2026-10-01', to: '2026-10-31' };
  for (const limit of [1, 3, 200]) {
    assert.equal((await listed(limit, october)).length, 50);
    assert.equal((await listed(limit, { ...october, state: 'open' })).length, 48);
    assert.deepEqual(await listed(limit, { ...october, state: 'billed' }), [
      '2026/A3 billed',
      '2026/A7 billed',
    ]);
  }
  const first = await listed(4, { to: '2026-10-01' });
  assert.deepEqual([first.length, first[0]], [25, '2026/A1 open']);
  await assert.rejects(listNotes({ limit: 5 }, deps), {
    code: 'bad-input',
    message: /say whose delivery notes/,
  });
  const found = await findNote('2026/A3', deps);
  assert.deepEqual([found?.state, found?.invoice], ['billed', '2026000001']);
  assert.equal(await findNote('2026/none', deps), undefined);
});

test('notes that are put or billed between two pages make the list miss no other note', async () => {
  const { deps } = await openDairy();
  const list = (page: { after?: string; limit: number }) => listNotes({ ...page, from: '2026-10-01' }, deps);
  let n = 0;
  const ids = (
    await all(list, 5, async () => {
      n++;
      if (n === 2) await bill(deps, { ...OCTOBER, customers: ['3', '7', '23'] });
      else await putNote(noteOf(`X${n}`, String(n), (n % 28) + 1), deps);
    })
  ).map(({ id }) => id);
  const seen = new Set(ids);
  for (const number of numbers) {
    for (const name of ['A', 'B'])
      assert.ok(seen.has(`2026/${name}${number}`), `${name}${number} was missed`);
  }
});

test('runs are listed newest first, even when one is started in between', async () => {
  const { deps } = await openDairy();
  const ids: string[] = [];
  for (const number of ['1', '3', '5', '7', '9'])
    ids.unshift(await startRun({ ...OCTOBER, customers: [number] }, deps));
  await pauseRun(ids[0]!, deps);
  const list = (page: { after?: string; limit: number }) => listRuns(page, deps);
  const runs = await all(list, 2, () => startRun({ ...OCTOBER, customers: ['11'] }, deps));
  assert.deepEqual(
    runs.map(({ id, paused }) => [id, paused]),
    ids.map((id, index) => [id, index === 0 ? true : undefined]),
  );
});

test('a filter that fits nothing reads a bounded part in each call and comes to its end', async () => {
  const { simulation, deps } = await openDairy();
  await manyCustomers(simulation, 3000);
  for (const list of [
    (page: { after?: string; limit: number }, on: Deps) => listCustomers({ ...page, cycle: 'daily' }, on),
    (page: { after?: string; limit: number }, on: Deps) => listNotes({ ...page, from: '2026-12-01' }, on),
  ]) {
    let calls = 0;
    const found = await all(async (page) => {
      const { counts, deps: counted } = counting(deps);
      const result = await list(page, counted);
      assert.ok(counts.items <= 1200 && counts.calls <= 200, JSON.stringify(counts));
      calls++;
      return result as Page<unknown>;
    }, 50);
    assert.deepEqual([found.length, calls > 2], [0, true]);
  }
});

async function manyCustomers({ table }: Simulation, count: number) {
  for (let start = 0; start < count; start += 100) {
    await table.write(
      Array.from({ length: 100 }, (_, index) => {
        const number = `Z${start + index}`;
        const value = { customer: customerOf(number), journal: { entries: 1, hash: '' } };
        return { put: customerKey(number), value };
      }),
    );
  }
}

test('a cursor of another list, or a text that is no cursor, is refused with a sentence', async () => {
  const { deps } = await openDairy();
  await billOctober(deps);
  const { next } = await listCustomers({ limit: 2 }, deps);
  const foreign = { code: 'bad-input', message: /after: this is not the "next" of a page of this list/ };
  const lists: readonly ((after: string) => Promise<unknown>)[] = [
    (after) => listInvoices({ after, limit: 5 }, deps),
    (after) => listInvoices({ after, limit: 5, customer: '1' }, deps),
    (after) => listMails({ after, limit: 5 }, deps),
    (after) => listNotes({ after, limit: 5, customer: '1' }, deps),
    (after) => listNotes({ after, limit: 5, from: '2026-10-01' }, deps),
    (after) => listRuns({ after, limit: 5 }, deps),
  ];
  for (const list of lists) await assert.rejects(list(next!), foreign);
  for (const after of ['x', '!', 'ÄÖ', '', next!.slice(0, 6)]) {
    await assert.rejects(listCustomers({ after, limit: 5 }, deps), foreign, after);
  }
  // These cursors are made up in the form of a list, and the list must still come to its end.
  for (const text of [
    'invoices 2026-1x 5',
    'invoices  ',
    'invoices 9999-99 x',
    'mails 2026-11',
    'notes x y z',
    'runs ~',
  ]) {
    const after = btoa(text).replaceAll('=', '');
    for (const list of lists) await list(after).catch((error) => assert.equal(error.code, 'bad-input', text));
  }
});
