import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRun } from '#core/billing/start-run.ts';
import { importCustomers } from '#core/customers/import-customers.ts';
import type { Deps } from '#core/deps.ts';
import type { Customer } from '#core/domain/customer.ts';
import type { DeliveryNote } from '#core/domain/delivery-note.ts';
import type { Item, JsonObject, Table } from '#core/ports.ts';
import { customerKey, readCustomer } from '#core/repositories/customers.ts';
import { readInvoice } from '#core/repositories/invoices.ts';
import { completeRun } from '#core/runs/complete-run.ts';
import { dryRun } from '#core/runs/dry-run.ts';
import { runReport } from '#core/runs/run-report.ts';
import { sweep } from '#core/runs/sweep.ts';
import { importSettings } from '#core/settings/import-settings.ts';
import {
  bill,
  customerOf,
  loadDairy,
  loadNotes,
  noteOf,
  OCTOBER,
  SETTINGS,
} from '#test/support/data/dairy.ts';
import { createSimulation, Killed, type Simulation } from '#test/support/simulation/simulation.ts';

const CUSTOMERS = ['9', '10', '70'].map((number) => customerOf(number));
const NOTES = CUSTOMERS.map(({ number }) => noteOf(`L${number}`, number, 1));

/** Kills a process when it has filed its first document and before it has recorded the invoice. */
async function killBetweenFilingAndRecording(simulation: Simulation, over: Partial<Deps> = {}) {
  const old = simulation.process();
  await loadDairy({ ...old.deps, ...over }, NOTES, CUSTOMERS);
  const runId = await startRun(OCTOBER, { ...old.deps, ...over });
  const { archive } = old.deps;
  const dying: Deps['archive'] = {
    ...archive,
    async putOnce(...args) {
      await archive.putOnce(...args);
      old.end();
      throw new Killed();
    },
  };
  await assert.rejects(completeRun(runId, { ...old.deps, ...over, archive: dying }), Killed);
  return { runId, filed: await simulation.archive.list('invoices/') };
}

test('a customer who was stored before a field existed is billed with its default', async (t) => {
  const simulation = createSimulation(1);
  t.after(() => simulation.close());
  const { deps } = simulation.process();
  await loadDairy(deps, NOTES, CUSTOMERS);
  const { customer, ...rest } = (await readCustomer(deps.table, '9'))!.value;
  const { bcc: _, ...before } = customer;
  const value = JSON.parse(JSON.stringify({ ...rest, customer: before }));
  await deps.table.write([{ put: customerKey('9'), value }]);

  assert.equal((await dryRun(OCTOBER, deps)).counts.planned, 3);
  const report = await bill(deps);
  assert.equal(report.counts.issued, 3);
  assert.deepEqual(report.discrepancies, []);
});

test('a file that was billed by a program with fewer fields is unchanged when it is loaded again', async (t) => {
  const simulation = createSimulation(1);
  t.after(() => simulation.close());
  const { deps } = simulation.process();
  // The old program knew no `place` of a line: neither its records nor what it hashed had it.
  const old = { ...deps, hasher: hasherWithout(deps, ',"place":""') };
  await loadDairy(old, NOTES, CUSTOMERS);
  await bill(old);
  await stripField(simulation.table, 'NOTE#2026/L9', 'place');
  assert.deepEqual(await loadNotes(deps, NOTES), { created: 0, updated: 0, unchanged: 3 });
});

test('an invoice that was filed before an update and not recorded ends issued with the same file', async (t) => {
  const simulation = createSimulation(1);
  t.after(() => simulation.close());
  // The old program knew no `company.bic`: what it hashed had none.
  const { deps } = simulation.process();
  const { runId, filed } = await killBetweenFilingAndRecording(simulation, {
    hasher: hasherWithout(deps, '"bic":"",'),
  });
  assert.equal(filed.length, 1);

  const next = simulation.process().deps;
  await sweep(next);
  const report = await runReport(runId, next);
  assert.deepEqual([report.state, report.counts.issued], ['closed', 3]);
  assert.ok(report.customers.some(({ files }) => files?.includes(filed[0]!)));
});

const hasherWithout = ({ hasher }: Pick<Deps, 'hasher'>, field: string): Deps['hasher'] => ({
  sha256: (data) => hasher.sha256(typeof data === 'string' ? data.replaceAll(field, '') : data),
});

async function stripField(table: Table, partition: string, field: string): Promise<void> {
  const items = await table.list(partition);
  for (const { key, value } of items) {
    const stripped = JSON.parse(
      JSON.stringify(value, (name, member) => (name === field ? undefined : member)),
    );
    await table.write([{ put: key, value: stripped }]);
  }
}

/**
 * The next version of the program adds a field to these objects. What its upgrades would do is done here by the table that
 * it sees: each record that it reads has the field with its default.
 */
interface Growth {
  readonly of: string;
  /** Adds the field to the value of an item of this key. */
  readonly add: (item: Item) => JsonObject;
  /** What the new program is given from outside has the field as well. */
  readonly customers?: readonly Customer[];
  readonly notes?: readonly DeliveryNote[];
}

/** A stored value of which only some members are known. */
interface Loose {
  customer?: object;
  note?: DeliveryNote;
  settings?: Loose;
  company?: object;
  draft?: Loose;
  facts?: Loose;
  totals?: object;
}
const edit = (item: Item, change: (value: Loose) => void): JsonObject => {
  const value = structuredClone(item.value) as unknown as Loose;
  change(value);
  return value as unknown as JsonObject;
};
const FIELD = { added: '' };
const grownLines = (note: DeliveryNote) => ({
  ...note,
  lines: note.lines.map((line) => ({ ...line, ...FIELD })),
});

const GROWTHS: readonly Growth[] = [
  {
    of: 'customers, also in drafts and invoices',
    add: (item) =>
      edit(item, (value) => {
        for (const holder of [value, value.draft, value.facts]) {
          if (typeof holder?.customer === 'object') Object.assign(holder.customer, FIELD);
        }
      }),
    customers: CUSTOMERS.map((customer) => ({ ...customer, ...FIELD })),
  },
  {
    of: 'the lines of notes',
    add: (item) =>
      edit(item, (value) => {
        if (value.note) value.note = grownLines(value.note);
      }),
    notes: NOTES.map(grownLines),
  },
  {
    of: 'settings and the company in them',
    add: (item) =>
      edit(item, (value) => {
        const settings = item.key.sort === 'SETTINGS' && (value.settings ?? value);
        if (settings) Object.assign(settings, FIELD, { company: { ...settings.company, ...FIELD } });
      }),
  },
  {
    of: 'the totals of invoices and drafts',
    add: (item) =>
      edit(item, (value) => {
        for (const holder of [value.draft, value.facts])
          if (holder?.totals) Object.assign(holder.totals, FIELD);
      }),
  },
  { of: 'runs', add: (item) => (item.key.sort === 'RUN' ? { ...item.value, added: '' } : item.value) },
  { of: 'mails', add: (item) => (item.key.sort === 'MAIL' ? { ...item.value, added: '' } : item.value) },
];

/** The table as the next version reads it. */
function grownTable(table: Table, { add }: Growth): Table {
  const grown = (item: Item): Item => ({ ...item, value: add(item) });
  return {
    write: (changes) => table.write(changes),
    async get(key) {
      const item = await table.get(key);
      return item && grown(item);
    },
    getMany: async (keys) => (await table.getMany(keys)).map((item) => item && grown(item)),
    list: async (...args) => (await table.list(...args)).map(grown),
  };
}

for (const growth of GROWTHS) {
  test(`a version that adds a field to ${growth.of} goes on with a killed run and changes nothing else`, async (t) => {
    const simulation = createSimulation(1);
    t.after(() => simulation.close());
    const { runId, filed } = await killBetweenFilingAndRecording(simulation);
    const plain = simulation.process().deps;
    const deps = { ...plain, table: grownTable(plain.table, growth) };

    await sweep(deps);
    const report = await runReport(runId, deps);
    assert.deepEqual([report.state, report.counts.issued, report.discrepancies], ['closed', 3, []]);
    const first = report.customers.find(({ files }) => files?.includes(filed[0]!))!;
    const { documents } = (await readInvoice(deps.table, first.invoice!))!.value;
    const { sha256 } = (await simulation.archive.get(filed[0]!))!.file;
    assert.equal(documents.find(({ key }) => key === filed[0])?.sha256, sha256);
    assert.deepEqual([...simulation.received.values()], [1, 1], 'each mail was received once');

    const { customers = CUSTOMERS, notes = NOTES } = growth;
    const file = { name: 'customers.csv', hash: deps.hasher.sha256(JSON.stringify(customers)) };
    assert.equal((await importCustomers(customers, file, deps)).unchanged, 3);
    assert.equal((await loadNotes(deps, notes)).unchanged, 3);
    assert.deepEqual(await importSettings(SETTINGS, undefined, deps), { changed: false });
    assert.equal((await bill(deps)).counts.issued, 0);
    assert.deepEqual(await simulation.archive.list('invoices/'), await plain.archive.list('invoices/'));
  });
}
