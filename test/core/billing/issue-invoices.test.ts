import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Deps } from '#core/deps.ts';
import { Fault } from '#core/errors.ts';
import { readInvoice } from '#core/repositories/invoices.ts';
import { readJournal, readRunChain } from '#core/repositories/journal.ts';
import { readBilling } from '#core/repositories/notes.ts';
import { listRunIds } from '#core/repositories/runs.ts';
import { needsAPerson, runReport } from '#core/runs/run-report.ts';
import { sweep } from '#core/runs/sweep.ts';
import { bill, customerOf, loadDairy, loadNotes, noteOf } from '#test/support/data/dairy.ts';
import { createSimulation } from '#test/support/simulation/simulation.ts';

const MINUTE = 60_000;
const notes = [noteOf('L1', '9', 1), noteOf('L2', '10', 1), noteOf('L3', '70', 1)];

/** Replaces the printer by one that fails for every document whose name contains the word. */
const spoiling = (deps: Deps, word: string): Deps => ({
  ...deps,
  printer: {
    ...deps.printer,
    render: async (documents) => {
      const results = await deps.printer.render(documents);
      return results.map((result, index) =>
        documents[index]!.name.includes(word) ? { ok: false, reason: 'the page crashed' } : result,
      );
    },
  },
});

test('a document that fails keeps its number and stops no other document, and sweep makes it later', async () => {
  const simulation = createSimulation(1);
  const { deps } = simulation.process();
  await loadDairy(deps, notes);
  const report = await bill(spoiling(deps, '2026000002'));
  assert.equal(report.state, 'closed');
  assert.deepEqual(
    report.customers.map(({ customer, state, invoice }) => [customer, state, invoice]),
    [
      ['9', 'issued', '2026000001'],
      ['10', 'failed', undefined],
      ['70', 'issued', '2026000003'],
    ],
  );
  assert.match(report.customers[1]?.reasons?.[0] ?? '', /could not be printed: the page crashed/);
  assert.ok(needsAPerson(report));

  // Meanwhile its note is neither billed elsewhere nor changed, and new notes of the customer are billed as
  // usual.
  await assert.rejects(loadNotes(deps, [noteOf('L2', '10', 1, 99)]), { code: 'bad-input' });
  await loadNotes(deps, [noteOf('L4', '10', 2)]);
  assert.equal((await bill(deps)).customers[1]?.invoice, '2026000004');

  simulation.advance(4 * MINUTE);
  assert.equal(await sweep(deps), 0);
  simulation.advance(2 * MINUTE);
  await sweep(deps);
  const { customers } = await runReport(report.run, deps);
  assert.deepEqual([customers[1]?.state, customers[1]?.invoice], ['issued', '2026000002']);
  assert.equal(customers[1]?.delivery?.state, 'accepted');
  assert.deepEqual((await readBilling(deps.table, '10'))?.value.claims, []);
  const chain = await readJournal(deps.table, deps.hasher, 'RUNS', (await readRunChain(deps.table))!.value);
  assert.deepEqual(
    [chain.intact, chain.entries.map(({ event }) => event)],
    [true, ['run closed', 'run closed', 'invoice issued after its run was closed']],
  );
  simulation.advance(60 * MINUTE);
  assert.equal(await sweep(deps), 0, 'nothing is left to do');
});

test('a foreign file under the key holds the invoice', async () => {
  const simulation = createSimulation(1);
  const { deps } = simulation.process();
  await loadDairy(deps, notes);
  const key = 'invoices/2026/11/Rechnung-9-2026000001-2026-11-02-1.pdf';
  const foreign = { contentType: 'application/pdf', metadata: {} };
  await deps.archive.putOnce(key, new TextEncoder().encode('foreign'), foreign);
  const report = await bill(deps);
  const [line] = report.customers;
  assert.deepEqual([line?.state, line?.invoice], ['held', undefined]);
  assert.match(line?.reasons?.[0] ?? '', new RegExp(`Another file lies in the archive as ${key}`));
  assert.equal(report.counts.issued, 2);
  assert.equal(report.discrepancies.length, 0);
});

test('a file that an interrupted run filed is adopted instead of being made again', async () => {
  const simulation = createSimulation(1);
  const { deps } = simulation.process();
  await loadDairy(deps, notes);
  // The table breaks down right after the first document was filed.
  let filed = false;
  const breaking: Deps = {
    ...deps,
    archive: {
      ...deps.archive,
      putOnce: async (...args) => {
        const result = await deps.archive.putOnce(...args);
        filed = true;
        return result;
      },
    },
    table: {
      ...deps.table,
      write: async (changes) => {
        if (filed) throw new Error('the disk is full');
        return deps.table.write(changes);
      },
    },
  };
  await assert.rejects(bill(breaking), /the disk is full/);
  const [key = ''] = await deps.archive.list('invoices/');
  const before = (await deps.archive.get(key))!.file.version;
  simulation.advance(11 * MINUTE);
  const openTemplates: Deps['openTemplates'] = async (set) => ({
    ...(await deps.openTemplates(set)),
    invoice: () => ({ html: 'another layout' }),
  });
  await sweep({ ...deps, openTemplates });
  const record = (await readInvoice(deps.table, '2026000001'))!.value;
  assert.equal(record.documents[0]?.version, before);
});

test('a customer with a fault is held before a number is taken, and billed when the fault is mended', async () => {
  const { deps } = createSimulation(1).process();
  const faulty = [
    customerOf('9', { name: 'Schnee ☃' }),
    customerOf('10', { vatId: 'DE123' }),
    customerOf('70'),
  ];
  await loadDairy(deps, notes, faulty);
  const report = await bill(deps);
  assert.deepEqual(
    report.customers.map(({ state, invoice }) => [state, invoice]),
    [
      ['held', undefined],
      ['held', undefined],
      ['issued', '2026000001'],
    ],
  );
  assert.match(report.customers[0]?.reasons?.[0] ?? '', /☃.*U\+2603/);
  assert.match(report.customers[1]?.reasons?.[0] ?? '', /DE123/);
  await loadDairy(deps, [], [customerOf('9'), customerOf('10')]);
  const { counts, totals } = await bill(deps);
  assert.deepEqual([counts.issued, counts['nothing to bill'], totals.net], [2, 1, '24.04']);
});

test('a printer that cannot work at all leaves the drafts free, so that the next start continues at once', async () => {
  const { deps } = createSimulation(1).process();
  await loadDairy(deps, notes);
  const render = async () => {
    throw new Fault('unavailable', 'the browser does not start');
  };
  const broken = { ...deps, printer: { ...deps.printer, render } };
  await assert.rejects(bill(broken), /the browser does not start/);
  const before = deps.clock.now();
  const report = await bill(deps);
  assert.deepEqual([report.counts.issued, deps.clock.now() - before < MINUTE], [3, true]);
  assert.equal((await listRunIds(deps.table)).length, 1);
});
