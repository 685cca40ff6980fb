import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type NoteSelection, selectNotes } from '#core/deliveries/select-notes.ts';
import type { DeliveryNote } from '#core/domain/delivery-note.ts';
import { bill, loadDairy, loadNotes, noteOf } from '#test/support/data/dairy.ts';
import { createSimulation } from '#test/support/simulation/simulation.ts';

const dated = (number: string, customer: string, date: string): DeliveryNote => ({
  ...noteOf(number, customer, 1),
  date,
});

async function dairy() {
  const { deps } = createSimulation(1).process();
  await loadDairy(deps, [
    noteOf('L10', '10', 2),
    noteOf('L9', '10', 2),
    noteOf('L1', '9', 31),
    noteOf('L2', '70', 5),
  ]);
  await bill(deps);
  await loadNotes(deps, [
    dated('L1', '9', '2027-01-01'),
    dated('L3', '9', '2026-11-01'),
    dated('L4', '70', '2026-11-02'),
  ]);
  const ids = async (selection: NoteSelection) =>
    (await selectNotes(selection, deps)).map(({ id, customer }) => `${customer.number} ${id}`);
  return { deps, ids };
}

test('open and billed notes are found by customer, period and number, in natural order', async () => {
  const { ids } = await dairy();
  const month = { from: '2026-10-01', to: '2026-10-31' };
  assert.deepEqual(await ids({ period: month }), ['9 2026/L1', '10 2026/L9', '10 2026/L10', '70 2026/L2']);
  const week = { from: '2026-10-26', to: '2026-11-01' };
  assert.deepEqual(await ids({ period: week }), ['9 2026/L1', '9 2026/L3']);
  const day = { from: '2026-11-02', to: '2026-11-02' };
  assert.deepEqual(await ids({ period: day }), ['70 2026/L4']);
  assert.deepEqual(await ids({ customer: '9' }), ['9 2026/L1', '9 2026/L3', '9 2027/L1']);
  assert.deepEqual(await ids({ customer: '9', period: month }), ['9 2026/L1']);
  assert.deepEqual(await ids({ numbers: ['L4', 'L10', 'L10'] }), ['10 2026/L10', '70 2026/L4']);
  assert.deepEqual(await ids({ period: week, mailCustomersOnly: true }), ['9 2026/L1', '9 2026/L3']);
  const both = { period: { from: '2026-10-01', to: '2026-12-31' }, mailCustomersOnly: true };
  assert.deepEqual(await ids(both), ['9 2026/L1', '9 2026/L3', '10 2026/L9', '10 2026/L10']);
});

test('a number that notes of several years share is refused unless the year is given', async () => {
  const { ids } = await dairy();
  await assert.rejects(ids({ numbers: ['L2', 'L1'] }), {
    code: 'bad-input',
    message: 'There are several delivery notes L1: say which one, 2026/L1 or 2027/L1, or its year.',
  });
  assert.deepEqual(await ids({ numbers: ['2027/L1'] }), ['9 2027/L1']);
  const year = { from: '2026-01-01', to: '2026-12-31' };
  assert.deepEqual(await ids({ numbers: ['L1'], period: year }), ['9 2026/L1']);
});

test('a selection that finds nothing is refused with its reason', async () => {
  const { ids } = await dairy();
  const refused = (selection: NoteSelection, message: RegExp) =>
    assert.rejects(ids(selection), { code: 'bad-input', message });
  await refused({}, /by number, by customer or by period/);
  await refused({ numbers: ['L99'] }, /^There is no delivery note L99\.$/);
  const year = { from: '2027-01-01', to: '2027-12-31' };
  await refused({ numbers: ['L2'], period: year }, /^There is no delivery note L2 in 2027\.$/);
  await refused({ customer: '4711' }, /^Customer 4711 is not known\.$/);
  await refused({ numbers: ['L2'], mailCustomersOnly: true }, /^No delivery note fits/);
});

test('an open note that moved is found only at its new customer and day', async () => {
  const { deps, ids } = await dairy();
  await loadNotes(deps, [dated('L3', '10', '2026-12-24')]);
  assert.deepEqual(await ids({ period: { from: '2026-11-01', to: '2026-11-01' } }).catch(() => []), []);
  assert.deepEqual(await ids({ customer: '10', period: { from: '2026-12-01', to: '2026-12-31' } }), [
    '10 2026/L3',
  ]);
});
