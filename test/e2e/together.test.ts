import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readDeliveries } from '#adapters/csv/deliveries.ts';
import { createFolderArchive } from '#adapters/folder/archive.ts';
import { openSqliteTable } from '#adapters/sqlite/table.ts';
import type { RunReport } from '#core/runs/run-report.ts';
import {
  byMail,
  customersCsv,
  deliveriesCsv,
  onPaper,
  settingsJson,
} from '#test/support/data/import-files.ts';
import { type MailCounter, startMailCounter } from '#test/support/mail/mail-counter.ts';
import { startChild } from '#test/support/process/child.ts';
import { openShop, type Shop } from '#test/support/process/cli.ts';
import { brokenPromises } from '#test/support/simulation/promises.ts';

/**
 * Several real processes share one data folder. A run plans 40 customers in a write, so that this one takes
 * two writes.
 */
const CUSTOMERS = Array.from({ length: 45 }, (_, index) => String(index + 1));
const RUN = ['run', '--cycle', 'monthly', '--period', '2026-10', '--invoice-date', '2026-11-02'];
const CHILD = join(import.meta.dirname, 'paused-child.ts');

const noteOf = (customer: string, quantity: string) => ({
  ...{ note: `L${customer}`, date: '2026-10-05', customer, quantity },
});
const DELIVERIES = deliveriesCsv(CUSTOMERS.map((customer) => noteOf(customer, '1')));
const notesOf = (csv: string) => readDeliveries(Buffer.from(csv)).records;

let server: MailCounter;
const seed = openShop({ after });
before(async () => {
  server = await startMailCounter();
  await seed.load('settings', settingsJson(server.port));
  const everyThird = (customer: string, index: number) =>
    index % 3 === 0 ? byMail(customer) : onPaper(customer);
  await seed.load('customers', customersCsv(CUSTOMERS.map(everyThird)));
  await seed.load('deliveries', DELIVERIES);
});
after(() => server.close());

async function assertPromisesKept(shop: Shop, notes = notesOf(DELIVERIES)): Promise<void> {
  const table = openSqliteTable(join(shop.dataDir, 'rechnungspost.sqlite'));
  try {
    const archive = createFolderArchive(join(shop.dataDir, 'archive'));
    const evidence = { table, archive, notes, received: server.received, unknowable: new Set<string>() };
    assert.deepEqual(await brokenPromises(evidence, true), []);
  } finally {
    table.close();
  }
}

test('a run that is started twice at the same moment is one run', async (t) => {
  const shop = openShop(t, seed);
  const received = server.received.size;
  const [one, other] = await Promise.all([shop.json<RunReport>(...RUN), shop.json<RunReport>(...RUN)]);
  assert.deepEqual([one.code, other.code], [0, 0]);
  const runs = (await shop.json<{ runs: { planned: { drafts: number } }[] }>('report')).value.runs;
  // The second run may begin after the first has ended, and then it finds nothing to bill.
  assert.equal(
    runs.reduce((sum, { planned }) => sum + planned.drafts, 0),
    CUSTOMERS.length,
  );
  const invoices = new Set(
    [one, other].flatMap(({ value }) => value.customers.flatMap(({ invoice }) => invoice ?? [])),
  );
  assert.equal(invoices.size, CUSTOMERS.length);
  assert.deepEqual([...invoices].sort().at(-1), '2026000045');
  assert.equal(server.received.size - received, 15);
  await assertPromisesKept(shop);
});

// Customer 3 is planned in the first write, and customer 43 in the second.
const CLAIMED_AT: [string, (customer: string) => boolean][] = [
  ['before 1', () => false],
  ['after 1', (customer) => customer === '3'],
  ['before 2', (customer) => customer === '3'],
  ['after 2', () => true],
];

for (const [place, isClaimed] of CLAIMED_AT) {
  test(`an instant invoice ${place} of the writes that plan a run bills only notes that are not claimed`, async (t) => {
    const shop = openShop(t, seed);
    const run = startChild(t, CHILD, shop.dataDir, place);
    await run.ask('begin');
    await Promise.all(
      ['3', '43'].map(async (customer) => {
        const date = ['--invoice-date', '2026-11-02'];
        const { code, value, error } = await shop.json<RunReport>('invoice', '--customer', customer, ...date);
        if (isClaimed(customer)) assert.deepEqual([code, error?.code], [2, 'nothing-to-bill']);
        else assert.deepEqual([code, value.counts.notes, value.state], [0, 1, 'closed']);
      }),
    );
    await run.ask('go on');
    await assertPromisesKept(shop);
    assert.equal(await billedByRuns(shop), CUSTOMERS.length);
  });

  test(`an import ${place} of the writes that plan a run is refused only for claimed notes`, async (t) => {
    const shop = openShop(t, seed);
    const run = startChild(t, CHILD, shop.dataDir, place);
    await run.ask('begin');
    const changed = deliveriesCsv([noteOf('3', '2')]);
    const late = deliveriesCsv([noteOf('43', '2'), { ...noteOf('43', '1'), note: 'L43late' }]);
    const notes = notesOf(DELIVERIES).filter(({ customer }) => customer !== '3' && customer !== '43');
    for (const [customer, file] of [
      ['3', changed],
      ['43', late],
    ] as const) {
      if (isClaimed(customer)) {
        assert.match(
          await shop.refused('deliveries', file),
          new RegExp(`Note L${customer} .* just being billed`),
        );
        notes.push(...notesOf(deliveriesCsv([noteOf(customer, '1')])));
      } else {
        await shop.load('deliveries', file);
        notes.push(...notesOf(file));
      }
    }
    await run.ask('go on');
    await assertPromisesKept(shop, notes);
    assert.equal(await billedByRuns(shop), notes.length);
  });
}

test('after an import was killed half way, no run starts until the same file was loaded again', async (t) => {
  const shop = openShop(t, seed);
  const late = deliveriesCsv(
    CUSTOMERS.map((customer) => ({ ...noteOf(customer, '1'), note: `late${customer}` })),
  );
  writeFileSync(shop.at('late.csv'), late);
  const loading = startChild(t, CHILD, shop.dataDir, 'after 9', shop.at('late.csv'));
  await loading.ask('begin');
  loading.process.kill('SIGKILL');
  await loading.ended;
  const before = shop.rows();
  const { code, error } = await shop.json(...RUN);
  assert.deepEqual([code, error?.code], [2, 'import-interrupted']);
  assert.match(error?.message ?? '', /The import of deliveries\.csv, begun .* was interrupted: repeat it/);
  assert.deepEqual(shop.rows(), before);
  const again = await shop.load('deliveries', late);
  assert.deepEqual([again.created, again.unchanged], [36, 9]);
  assert.equal((await shop.json<RunReport>(...RUN)).value.counts.notes, 90);
  await assertPromisesKept(shop, notesOf(DELIVERIES).concat(notesOf(late)));
});

/** Counts the notes that are marked as billed. */
const billedByRuns = async (shop: Shop): Promise<number> =>
  shop.rows().filter((row) => /^NOTE#\S+ NOTE .*"invoice":"2026/.test(row)).length;
