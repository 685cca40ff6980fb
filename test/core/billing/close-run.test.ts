import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeRun } from '#core/billing/close-run.ts';
import { planRun } from '#core/billing/plan-run.ts';
import { startRun } from '#core/billing/start-run.ts';
import { readInvoice } from '#core/repositories/invoices.ts';
import { readJournal, readRunChain } from '#core/repositories/journal.ts';
import { noteKey, readNote } from '#core/repositories/notes.ts';
import { readRun } from '#core/repositories/runs.ts';
import { needsAPerson, runReport } from '#core/runs/run-report.ts';
import { bill, loadDairy, loadNotes, noteOf, OCTOBER } from '#test/support/data/dairy.ts';
import { createSimulation } from '#test/support/simulation/simulation.ts';

test('closed runs form a chain, and a run with nothing to bill is closed, too', async () => {
  const { deps } = createSimulation(1).process();
  await loadDairy(deps, [noteOf('L1', '9', 1)]);
  const first = await bill(deps);
  const closed = (await readRun(deps.table, first.run))?.value;
  const seal = closed?.state === 'closed' ? closed.seal : undefined;
  assert.deepEqual((await readRunChain(deps.table))?.value, { entries: 1, hash: seal });
  await bill(deps);
  const head = (await readRunChain(deps.table))!.value;
  const chain = await readJournal(deps.table, deps.hasher, 'RUNS', head);
  assert.deepEqual([chain.entries.length, chain.intact], [2, true]);
});

test('books that disagree with the notes are closed, and the report names the disagreement', async () => {
  const { deps } = createSimulation(1).process();
  await loadDairy(deps, [noteOf('L1', '9', 1)]);
  // Somebody changes a billed note behind the program's back before the books are closed.
  let tampered = false;
  const table = {
    ...deps.table,
    list: async (...args: Parameters<typeof deps.table.list>) => {
      const note = await readNote(deps.table, '2026/L1');
      if (note?.value.invoice && !tampered) {
        tampered = true;
        const value = { ...note.value, note: noteOf('L1', '9', 1, 11) };
        await deps.table.write([{ put: noteKey('2026/L1'), value: JSON.parse(JSON.stringify(value)) }]);
      }
      return deps.table.list(...args);
    },
  };
  const report = await bill({ ...deps, table });
  assert.equal(report.state, 'closed');
  assert.match(
    report.discrepancies.join(),
    /invoice 2026000001 says net 1202 cents, its notes add up to 1291/,
  );
  assert.ok(needsAPerson(report));
});

test('a run that is not sealed is not closed', async () => {
  const { deps } = createSimulation(1).process();
  await loadDairy(deps, [noteOf('L1', '9', 1)]);
  const { run } = await bill(deps);
  await loadNotes(deps, [noteOf('L2', '9', 2)]);
  const open = await startRun(OCTOBER, deps);
  await planRun(open, deps);
  await closeRun(open, deps);
  assert.equal((await readRun(deps.table, open))?.value.state, 'planning');
  assert.equal((await runReport(run, deps)).state, 'closed');
});

test('a journal holds every change and shows when one of its entries was altered or dropped', async () => {
  const { deps } = createSimulation(1).process();
  await loadDairy(deps, [noteOf('L1', '9', 1)]);
  await loadNotes(deps, [noteOf('L1', '9', 1, 12)]);
  await bill(deps);
  const { journal } = (await readNote(deps.table, '2026/L1'))!.value;
  const chain = await readJournal(deps.table, deps.hasher, 'NOTE#2026/L1', journal);
  assert.deepEqual(
    chain.entries.map(({ event }) => event),
    ['note created', 'note changed', 'note billed'],
  );
  assert.ok(chain.intact);

  const second = { partition: 'NOTE#2026/L1', sort: 'JOURNAL#000002' };
  const entry = (await deps.table.get(second))!;
  await deps.table.write([{ put: second, value: { ...entry.value, event: 'nothing happened' } }]);
  assert.equal((await readJournal(deps.table, deps.hasher, 'NOTE#2026/L1', journal)).intact, false);
  await deps.table.write([{ put: second, value: entry.value }]);
  await deps.table.write([{ delete: { partition: 'NOTE#2026/L1', sort: 'JOURNAL#000003' } }]);
  assert.equal((await readJournal(deps.table, deps.hasher, 'NOTE#2026/L1', journal)).intact, false);

  const invoice = (await readInvoice(deps.table, '2026000001'))!.value;
  assert.ok((await readJournal(deps.table, deps.hasher, 'INVOICE#2026000001', invoice.journal)).intact);
});
