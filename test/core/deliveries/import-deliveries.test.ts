import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planRun } from '#core/billing/plan-run.ts';
import { startRun } from '#core/billing/start-run.ts';
import { importDeliveries } from '#core/deliveries/import-deliveries.ts';
import type { Deps } from '#core/deps.ts';
import { deliveryNoteSchema } from '#core/domain/delivery-note.ts';
import { listOpenNotes, readNote } from '#core/repositories/notes.ts';
import { completeRun } from '#core/runs/complete-run.ts';
import { bill, customerOf, loadDairy, loadNotes, noteOf, OCTOBER } from '#test/support/data/dairy.ts';
import { createSimulation, Killed } from '#test/support/simulation/simulation.ts';

const open = async (deps: Deps, customer: string) =>
  (await listOpenNotes(deps.table, customer, '2026-12-31')).map(({ noteId }) => noteId);

test('an import opens new notes, leaves equal ones as they are and updates open ones', async () => {
  const { deps } = createSimulation(1).process();
  await loadDairy(deps, []);
  const notes = [noteOf('L1', '9', 1), noteOf('L2', '10', 2)];
  assert.deepEqual(await loadNotes(deps, notes), { created: 2, updated: 0, unchanged: 0 });
  assert.deepEqual(await loadNotes(deps, notes), { created: 0, updated: 0, unchanged: 2 });
  const changed = [noteOf('L1', '9', 1, 11), noteOf('L2', '10', 2)];
  assert.deepEqual(await loadNotes(deps, changed), { created: 0, updated: 1, unchanged: 1 });
  assert.equal((await readNote(deps.table, '2026/L1'))?.value.note.lines[0]?.quantity, 11_000);
  assert.deepEqual(await open(deps, '9'), ['2026/L1']);
});

test('an open note may move to another day and to another customer', async () => {
  const { deps } = createSimulation(1).process();
  await loadDairy(deps, [noteOf('L1', '9', 1)]);
  await loadNotes(deps, [noteOf('L1', '9', 20)]);
  await loadNotes(deps, [noteOf('L1', '10', 21)]);
  assert.deepEqual([await open(deps, '9'), await open(deps, '10')], [[], ['2026/L1']]);
  const { customers, totals } = await bill(deps);
  assert.deepEqual(
    customers.map(({ customer, state }) => [customer, state]),
    [
      ['9', 'nothing to bill'],
      ['10', 'issued'],
      ['70', 'nothing to bill'],
    ],
  );
  assert.equal(totals.net, '12.02');
});

test('a file with billed or claimed notes or unknown customers is refused by name and not loaded at all', async () => {
  const simulation = createSimulation(1);
  const { deps } = simulation.process();
  await loadDairy(deps, [noteOf('L1', '9', 1)]);
  await bill(deps);
  await loadNotes(deps, [noteOf('L2', '10', 2)]);
  const later = { ...OCTOBER, customers: ['10'] };
  const runId = await startRun(later, deps);
  await planRun(runId, deps);
  const file = [
    noteOf('L1', '9', 1, 99),
    noteOf('L2', '10', 2, 99),
    noteOf('L3', '9', 3),
    noteOf('L4', '4711', 3),
  ];
  await assert.rejects(loadNotes(deps, file), {
    code: 'bad-input',
    details: [
      'Customer 4711 of note L4 is not known: load the customers first.',
      'Note L1 of 2026-10-01 is billed in invoice 2026000001 and cannot change any more.',
      `Note L2 of 2026-10-02 is just being billed (run ${runId}) and cannot change any more.`,
    ],
  });
  assert.deepEqual(await open(deps, '9'), []);
  // The refusal leaves no marker behind, so that the run can be completed.
  assert.equal((await completeRun(runId, deps)).state, 'closed');
});

test('after a killed import no run starts and no other file is loaded until the import is repeated', async () => {
  const simulation = createSimulation(1);
  const { deps } = simulation.process();
  await loadDairy(deps, []);
  const many = Array.from({ length: 60 }, (_, n) => noteOf(`L${n}`, n % 2 ? '9' : '10', (n % 28) + 1));
  const killed = simulation.process({ at: 12, when: 'after' });
  await assert.rejects(loadNotes(killed.deps, many), Killed);
  const loaded = (await open(deps, '9')).length + (await open(deps, '10')).length;
  assert.ok(loaded > 0 && loaded < 60, `${loaded} of 60 notes are loaded`);

  const interrupted = { code: 'import-interrupted', message: /deliveries\.csv.*repeat it first/ };
  await assert.rejects(bill(deps), interrupted);
  await assert.rejects(loadNotes(deps, [noteOf('X', '9', 1)]), interrupted);
  const { created, unchanged } = await loadNotes(deps, many);
  assert.deepEqual([created + unchanged, unchanged], [60, loaded]);
  const { counts } = await bill(deps);
  assert.equal(counts.notes, 60);
});

test('a customer who changed is billed as he was when his notes were claimed', async () => {
  const { deps } = createSimulation(1).process();
  await loadDairy(deps, [noteOf('L1', '9', 1)]);
  const runId = await startRun(OCTOBER, deps);
  await planRun(runId, deps);
  await loadDairy(deps, [], [customerOf('9', { name: 'Neuer Name' })]);
  await completeRun(runId, deps);
  const files = await deps.archive.list('invoices/');
  const { bytes } = (await deps.archive.get(files[0]!))!;
  assert.match(new TextDecoder().decode(bytes), /Kunde 9/);
});

test('notes of any size are loaded, changed and billed within the limits of a write', async () => {
  const { deps } = createSimulation(1).process();
  await loadDairy(deps, []);
  const big = (quantity: number) =>
    Array.from({ length: 24 }, (_, n) =>
      deliveryNoteSchema.parse({
        ...{ number: `L${n}`, customer: '9', date: '2026-10-01' },
        lines: Array.from({ length: 280 }, (_, position) => ({
          position: position + 1,
          description: 'M'.repeat(1000),
          quantity,
          unitPrice: '1',
          vatRate: 7,
        })),
      }),
    );
  assert.equal((await loadNotes(deps, big(1))).created, 24);
  assert.equal((await loadNotes(deps, big(2))).updated, 24);
  const report = await bill(deps);
  assert.deepEqual([report.counts.issued, report.totals.net], [1, '13440.00']);
  assert.deepEqual(await open(deps, '9'), []);
});

test('a file that should replace an interrupted import and is refused leaves that import interrupted', async () => {
  const simulation = createSimulation(1);
  const { deps } = simulation.process();
  await loadDairy(deps, []);
  const many = Array.from({ length: 60 }, (_, n) => noteOf(`L${n}`, '9', (n % 28) + 1));
  await assert.rejects(loadNotes(simulation.process({ at: 9, when: 'after' }).deps, many), Killed);
  const other = { name: 'other.csv', hash: 'other', discardInterrupted: true };
  await assert.rejects(importDeliveries([noteOf('X', '4711', 1)], other, deps), { code: 'bad-input' });
  await assert.rejects(bill(deps), { code: 'import-interrupted', message: /deliveries\.csv/ });
  await importDeliveries([noteOf('X', '9', 1)], other, deps);
  assert.ok((await bill(deps)).counts.notes > 1);
});

test('an import whose process may still live is over when its lease ends', async () => {
  const simulation = createSimulation(1);
  const { deps } = simulation.process();
  await loadDairy(deps, []);
  const elsewhere = simulation.process({ at: 9, when: 'after' });
  const many = Array.from({ length: 60 }, (_, n) => noteOf(`L${n}`, '9', (n % 28) + 1));
  await assert.rejects(loadNotes(elsewhere.deps, many), Killed);
  const anotherHost = { ...deps, workers: { ...deps.workers, isDead: () => false } };
  const began = deps.clock.now();
  await assert.rejects(bill(anotherHost), { code: 'import-interrupted' });
  const waited = (deps.clock.now() - began) / 60_000;
  assert.ok(waited >= 4 && waited < 6, `waited ${waited} minutes`);
});
