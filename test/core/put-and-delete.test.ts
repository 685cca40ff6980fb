import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cancelInvoice } from '#core/billing/cancel-invoice.ts';
import { createInstantInvoice } from '#core/billing/create-instant-invoice.ts';
import { planRun } from '#core/billing/plan-run.ts';
import { startRun } from '#core/billing/start-run.ts';
import { deleteCustomer } from '#core/customers/delete-customer.ts';
import { importCustomers } from '#core/customers/import-customers.ts';
import { putCustomer } from '#core/customers/put-customer.ts';
import { deleteNote } from '#core/deliveries/delete-note.ts';
import { putNote } from '#core/deliveries/put-note.ts';
import type { Deps } from '#core/deps.ts';
import { customerPartition, readCustomer } from '#core/repositories/customers.ts';
import { readInvoice } from '#core/repositories/invoices.ts';
import { type JournalHead, readJournal } from '#core/repositories/journal.ts';
import { listOpenNotes, notePartition, readNote } from '#core/repositories/notes.ts';
import { listRunIds } from '#core/repositories/runs.ts';
import { completeRun } from '#core/runs/complete-run.ts';
import { bill, customerOf, loadDairy, loadNotes, noteOf, OCTOBER } from '#test/support/data/dairy.ts';
import { brokenPromises } from '#test/support/simulation/promises.ts';
import { createSimulation, Killed, type Simulation } from '#test/support/simulation/simulation.ts';

async function openDairy(seed = 1, notes = [noteOf('L1', '9', 1)]) {
  const simulation = createSimulation(seed);
  const { deps } = simulation.process();
  await loadDairy(deps, notes);
  return { simulation, deps };
}

const open = async (deps: Deps, customer: string) =>
  (await listOpenNotes(deps.table, customer, '2099-12-31')).map(({ noteId }) => noteId);

async function eventsOf(deps: Deps, partition: string, head: JournalHead): Promise<string[]> {
  const { entries, intact } = await readJournal(deps.table, deps.hasher, partition, head);
  assert.ok(intact, `the journal of ${partition} is broken`);
  return entries.map(({ event }) => event);
}
const customerEvents = async (deps: Deps, number: string) =>
  eventsOf(deps, customerPartition(number), (await readCustomer(deps.table, number))!.value.journal);
const noteEvents = async (deps: Deps, id: string) =>
  eventsOf(deps, notePartition(id), (await readNote(deps.table, id))!.value.journal);

/** Runs the works at once, each in a process of its own. */
const race = (simulation: Simulation, ...works: ((deps: Deps) => Promise<unknown>)[]) =>
  Promise.allSettled(works.map((work) => work(simulation.process().deps)));
const codes = (ends: readonly PromiseSettledResult<unknown>[]) =>
  ends.map((end) => (end.status === 'rejected' ? (end.reason.code ?? end.reason) : end.value));

test('a customer is created, changed or left as is, and each change gets a journal entry', async () => {
  const { deps } = await openDairy();
  assert.equal(await putCustomer(customerOf('200'), deps), 'created');
  assert.equal(await putCustomer(customerOf('200'), deps), 'unchanged');
  assert.equal(await putCustomer(customerOf('200', { city: 'Sonthofen' }), deps), 'updated');
  assert.deepEqual(await customerEvents(deps, '200'), ['customer created', 'customer changed']);
  await assert.rejects(putCustomer(customerOf('201', { language: 'xx' }), deps), {
    code: 'bad-input',
    message: /The language "xx" has no labels: choose one of de, en/,
  });
  assert.equal(await readCustomer(deps.table, '201'), undefined);
});

test('a note is opened, changed, moved or left as is, and each change gets a journal entry', async () => {
  const { deps } = await openDairy(1, []);
  assert.equal(await putNote(noteOf('L1', '9', 1), deps), 'created');
  assert.equal(await putNote(noteOf('L1', '9', 1), deps), 'unchanged');
  assert.equal(await putNote(noteOf('L1', '9', 1, 11), deps), 'updated');
  assert.equal(await putNote(noteOf('L1', '10', 2, 11), deps), 'updated');
  assert.deepEqual([await open(deps, '9'), await open(deps, '10')], [[], ['2026/L1']]);
  assert.deepEqual(await noteEvents(deps, '2026/L1'), ['note created', 'note changed', 'note changed']);
  await assert.rejects(putNote(noteOf('L2', '4711', 1), deps), {
    code: 'bad-input',
    message: 'Customer 4711 of note L2 is not known: create the customer first.',
  });
});

test('a note that is billed or just being billed can be neither changed nor deleted', async () => {
  const { deps } = await openDairy(1, [noteOf('L1', '9', 1), noteOf('L2', '10', 1)]);
  await bill(deps, { ...OCTOBER, customers: ['9'] });
  const run = await startRun(OCTOBER, deps);
  await planRun(run, deps);
  for (const [note, message] of [
    [noteOf('L1', '9', 1, 99), /Note L1 of 2026-10-01 is billed in invoice 2026000001/],
    [noteOf('L2', '10', 1, 99), new RegExp(`Note L2 of 2026-10-01 is just being billed \\(run ${run}\\)`)],
  ] as const) {
    await assert.rejects(putNote(note, deps), { code: 'note-not-open', message });
    await assert.rejects(deleteNote(`2026/${note.number}`, deps), { code: 'note-not-open', message });
  }
  assert.equal(await putNote(noteOf('L1', '9', 1), deps), 'unchanged', 'the same again is no change');
  await completeRun(run, deps);
});

test('a deleted note is never billed, and its journal continues when the number is used again', async () => {
  const { simulation, deps } = await openDairy(1, [noteOf('L1', '9', 1), noteOf('L2', '9', 1)]);
  await deleteNote('2026/L1', deps);
  assert.deepEqual(await open(deps, '9'), ['2026/L2']);
  await assert.rejects(deleteNote('2026/L1', deps), { code: 'not-found' });
  assert.equal(await putNote(noteOf('L1', '9', 3), deps), 'created');
  await deleteNote('2026/L1', deps);
  await loadNotes(deps, [noteOf('L1', '10', 4)]);
  const twice = ['note created', 'note deleted', 'note created', 'note deleted', 'note created'];
  assert.deepEqual(await noteEvents(deps, '2026/L1'), twice);
  await deleteNote('2026/L2', deps);
  const lines = noteOf('any', '9', 1).lines;
  const order = { customer: '9', lines, note: { number: 'L2', date: '2026-10-09' } };
  await createInstantInvoice(order, deps, (id) => completeRun(id, deps));
  assert.deepEqual(await noteEvents(deps, '2026/L2'), [...twice.slice(0, 3), 'note billed']);
  await bill(deps);
  const notes = [noteOf('L1', '10', 4), { ...noteOf('L2', '9', 9), lines }];
  assert.deepEqual(await brokenPromises({ ...simulation, notes, unknowable: new Set() }, true), []);
});

test('a customer can be deleted only when there is nothing left to bill', async () => {
  const { deps } = await openDairy();
  await assert.rejects(deleteCustomer('9', deps), {
    code: 'customer-in-use',
    message: 'Customer 9 has open delivery notes, such as 2026/L1: bill or delete them first.',
  });
  const run = await startRun(OCTOBER, deps);
  await planRun(run, deps);
  await assert.rejects(deleteCustomer('9', deps), { code: 'customer-in-use', message: /just being billed/ });
  await completeRun(run, deps);
  await deleteCustomer('9', deps);
  await assert.rejects(deleteCustomer('9', deps), { code: 'not-found' });
  assert.equal((await readInvoice(deps.table, '2026000001'))?.value.facts.customer.name, 'Kunde 9');
  await assert.rejects(putNote(noteOf('L5', '9', 1), deps), { code: 'bad-input' });

  assert.equal(await putCustomer(customerOf('9', { name: 'Neu' }), deps), 'created');
  await deleteCustomer('9', deps);
  const all = Array.from({ length: 45 }, (_, index) => customerOf(String(index + 1)));
  await importCustomers(all, { name: 'customers.csv', hash: 'again' }, deps);
  const deleted = ['customer created', 'customer deleted'];
  assert.deepEqual(await customerEvents(deps, '9'), [...deleted, ...deleted, 'customer created']);
});

test('the notes of an invoice cannot be opened again for a customer who is deleted', async () => {
  const { simulation, deps } = await openDairy();
  await bill(deps);
  await deleteCustomer('9', deps);
  const cancel = (reopenNotes: boolean) =>
    cancelInvoice({ invoice: '2026000001', reopenNotes }, deps, (id) => completeRun(id, deps));
  await assert.rejects(cancel(true), { code: 'bad-input', message: /Customer 9 is deleted/ });
  await cancel(false);
  const notes = [noteOf('L1', '9', 1)];
  assert.deepEqual(await brokenPromises({ ...simulation, notes, unknowable: new Set() }, true), []);
});

test('a file of customers who had all been deleted is loaded within the limits of a write', async () => {
  const { deps } = await openDairy(1, []);
  const all = Array.from({ length: 45 }, (_, index) => customerOf(String(index + 100)));
  for (const customer of all) await putCustomer(customer, deps);
  for (const { number } of all) await deleteCustomer(number, deps);
  const result = await importCustomers(all, { name: 'customers.csv', hash: 'all' }, deps);
  assert.deepEqual(result, { created: 45, updated: 0, unchanged: 0 });
});

test('of two changes at once one wins, and the other sees the result of the first', async () => {
  for (let seed = 1; seed <= 30; seed++) {
    const { simulation, deps } = await openDairy(seed);
    await deleteNote('2026/L1', deps);
    const put = (quantity: number) => (one: Deps) => putNote(noteOf('L1', '10', 1, quantity), one);
    assert.deepEqual(codes(await race(simulation, put(1), put(2))).sort(), ['created', 'updated']);
    assert.deepEqual(codes(await race(simulation, put(3), put(3))).sort(), ['unchanged', 'updated']);
    const gone = (one: Deps) => deleteNote('2026/L1', one);
    assert.deepEqual(codes(await race(simulation, gone, gone)).sort(), ['not-found', undefined]);
    const noCustomer = (one: Deps) => deleteCustomer('70', one);
    assert.deepEqual(codes(await race(simulation, noCustomer, noCustomer)).sort(), ['not-found', undefined]);
  }
});

/** Starts the work after the others had this many turns. */
const late = (turns: number, work: (deps: Deps) => Promise<unknown>) => async (deps: Deps) => {
  for (let turn = 0; turn < turns; turn++) await deps.clock.wait(0);
  return work(deps);
};

test('no note comes to a customer who is being deleted, and no deleted note or customer is billed', async () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= 60; seed++) {
    const { simulation, deps } = await openDairy(seed);
    const lines = noteOf('any', '9', 1).lines;
    const ends = codes(
      await race(
        simulation,
        late(seed % 8, (one) => deleteCustomer('70', one)),
        (one) => putNote(noteOf('L7', '70', 1), one),
      ),
    );
    seen.add(String(ends));
    assert.ok(['customer-in-use,created', ',bad-input'].includes(String(ends)), String(ends));
    let runsThen: number | undefined;
    const instant = codes(
      await race(
        simulation,
        late(seed % 36, async (one) => {
          await deleteCustomer('10', one);
          runsThen = (await listRunIds(simulation.table)).length;
        }),
        (one) =>
          createInstantInvoice({ customer: '10', lines }, one, (id) => completeRun(id, one)).then(
            () => 'billed',
          ),
      ),
    );
    seen.add(String(instant));
    assert.ok(runsThen !== 0 || instant[1] !== 'billed', 'billed after the customer was gone');
    // Both may also succeed, because nothing keeps the customer once the invoice is started.
    assert.ok(['customer-in-use,billed', ',bad-input', ',billed'].includes(String(instant)), String(instant));
    const billed = codes(
      await race(
        simulation,
        late(seed % 36, (one) => deleteNote('2026/L1', one)),
        (one) => bill(one, { ...OCTOBER, customers: ['9'] }).then(({ customers }) => customers[0]?.state),
      ),
    );
    seen.add(String(billed));
    assert.ok([',nothing to bill', 'note-not-open,issued'].includes(String(billed)), String(billed));
    assert.equal((await open(deps, '70')).length > 0, ends[1] === 'created');
  }
  assert.equal(seen.size, 6, `each ending came about: ${[...seen]}`);
});

test('a kill at any call leaves the whole change or nothing of it', async () => {
  const works: readonly ((deps: Deps) => Promise<unknown>)[] = [
    (deps) => putNote(noteOf('L1', '10', 1, 5), deps),
    (deps) => deleteNote('2026/L1', deps),
    (deps) => deleteCustomer('70', deps),
    (deps) => putCustomer(customerOf('70', { name: 'Neu' }), deps),
  ];
  for (const work of works) {
    for (let at = 1, killed = true; killed; at++) {
      for (const when of ['before', 'after'] as const) {
        const { simulation, deps } = await openDairy(at);
        killed = await work(simulation.process({ at, when }).deps).then(
          () => false,
          (error) => error instanceof Killed,
        );
        const note = await readNote(deps.table, '2026/L1');
        const notes = note ? [note.value.note] : [];
        assert.deepEqual(
          [...(await open(deps, '9')), ...(await open(deps, '10'))],
          notes.length ? ['2026/L1'] : [],
        );
        await work(deps).catch((error) => assert.equal(error.code, 'not-found'));
        await bill(deps);
        const end = await readNote(deps.table, '2026/L1');
        const evidence = { ...simulation, notes: end ? [end.value.note] : [], unknowable: new Set<string>() };
        assert.deepEqual(await brokenPromises(evidence, true), []);
        if (await readCustomer(deps.table, '70')) await customerEvents(deps, '70');
      }
    }
  }
});
