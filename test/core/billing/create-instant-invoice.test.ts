import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createInstantInvoice,
  instantResult,
  startInstantInvoice,
} from '#core/billing/create-instant-invoice.ts';
import { planRun } from '#core/billing/plan-run.ts';
import { previewInvoice } from '#core/billing/preview-invoice.ts';
import { startRun } from '#core/billing/start-run.ts';
import { putNote } from '#core/deliveries/put-note.ts';
import type { Deps } from '#core/deps.ts';
import { deliveryNoteSchema, noteIdOf } from '#core/domain/delivery-note.ts';
import type { InstantRequest } from '#core/domain/run-order.ts';
import type { Fault } from '#core/errors.ts';
import { listCustomerInvoices, readInvoice } from '#core/repositories/invoices.ts';
import { readJournal } from '#core/repositories/journal.ts';
import { readMail } from '#core/repositories/mails.ts';
import { listOpenNotes, readNote } from '#core/repositories/notes.ts';
import { listRunIds } from '#core/repositories/runs.ts';
import { completeRun } from '#core/runs/complete-run.ts';
import { sweep } from '#core/runs/sweep.ts';
import { bill, customerOf, loadDairy, noteOf, OCTOBER } from '#test/support/data/dairy.ts';
import { brokenPromises } from '#test/support/simulation/promises.ts';
import { createSimulation, Killed, type Simulation } from '#test/support/simulation/simulation.ts';

const notes = [noteOf('L1', '9', 1), noteOf('L2', '9', 2, 5), noteOf('L3', '9', 3), noteOf('L4', '10', 4)];
const LINES = noteOf('any', '9', 1).lines;
type Order = InstantRequest & { readonly idempotencyKey?: string };

async function openDairy(seed = 1, customers?: Parameters<typeof loadDairy>[2]) {
  const simulation = createSimulation(seed);
  const { deps } = simulation.process();
  await loadDairy(deps, notes, customers);
  return { simulation, deps };
}

async function invoiceOf(order: Order, deps: Deps) {
  const runId = await createInstantInvoice(order, deps, (id) => completeRun(id, deps));
  const result = await instantResult(runId, deps);
  assert.equal(result.state, 'issued');
  return (await readInvoice(deps.table, result.invoice))!.value;
}

const open = async (deps: Deps, customer: string) =>
  (await listOpenNotes(deps.table, customer, '2099-12-31')).map(({ noteId }) => noteId);

/** Asserts that the order and its preview are refused and that neither writes anything. */
async function assertRefused(
  order: Order,
  deps: Deps,
  expected: { code: Fault['code']; details?: string[] },
) {
  const readOnly = { ...deps, table: { ...deps.table, write: () => assert.fail('a refused order writes') } };
  await assert.rejects(startInstantInvoice(order, readOnly), expected);
  const { output: _, idempotencyKey: _key, ...previewed } = order;
  await assert.rejects(previewInvoice(previewed, readOnly), expected);
}

/** Asserts that nothing is lost, doubled or left behind. */
async function assertWhole(simulation: Simulation, more: readonly (typeof notes)[number][] = []) {
  const { received, lost: unknowable } = simulation;
  const evidence = { ...simulation, notes: [...notes, ...more], received, unknowable };
  assert.deepEqual(await brokenPromises(evidence, true), []);
}

test('only the chosen notes are billed, and the others stay open', async () => {
  const { simulation, deps } = await openDairy();
  const { noteIds, facts } = await invoiceOf(
    { customer: '9', notes: ['2026/L3', '2026/L1', '2026/L3'] },
    deps,
  );
  assert.deepEqual([noteIds, facts.totals.notes], [['2026/L1', '2026/L3'], 2]);
  assert.deepEqual(await open(deps, '9'), ['2026/L2']);
  assert.deepEqual((await invoiceOf({ customer: '9' }, deps)).noteIds, ['2026/L2']);
  await assertWhole(simulation);
});

test('all chosen notes that cannot be billed are named, and nothing is left behind', async () => {
  const { deps } = await openDairy();
  await invoiceOf({ customer: '9', notes: ['2026/L1'] }, deps);
  const run = await startRun({ ...OCTOBER, customers: ['9'] }, deps);
  await planRun(run, deps);
  await assertRefused({ customer: '9', notes: ['2026/L1', '2026/L2'] }, deps, {
    code: 'note-not-open',
    details: [
      'Delivery note 2026/L1 is billed in invoice 2026000001.',
      `Delivery note 2026/L2 is just being billed (run ${run}).`,
    ],
  });
  await assertRefused({ customer: '9', notes: ['2026/L1', '2026/L4', 'L9'] }, deps, {
    code: 'bad-input',
    details: [
      "Delivery note 2026/L4 is customer 10's, not 9's.",
      'There is no delivery note L9: name it with its year, such as 2026/L-1.',
      'Delivery note 2026/L1 is billed in invoice 2026000001.',
    ],
  });
  await assertRefused({ customer: '9' }, deps, { code: 'nothing-to-bill' });
  await assertRefused({ customer: '9', notes: [] }, deps, { code: 'bad-input' });
  await assertRefused({ customer: '9', notes: ['2026/L2'], lines: LINES }, deps, { code: 'bad-input' });
  await assertRefused({ customer: '4711' }, deps, {
    code: 'bad-input',
    details: ['Customer 4711 is not known.'],
  });
});

test('given lines become a note with a journal of its own first, and only this note is billed', async () => {
  const { simulation, deps } = await openDairy();
  const order = { customer: '9', lines: LINES.toReversed(), note: { number: 'T-1', date: '2026-11-01' } };
  const { noteIds, facts, runId } = await invoiceOf(order, deps);
  assert.deepEqual([noteIds, facts.delivered.from], [['2026/T-1'], '2026-11-01']);
  const record = (await readNote(deps.table, '2026/T-1'))!.value;
  assert.deepEqual([record.note.lines, record.invoice], [LINES, facts.number]);
  const chain = await readJournal(deps.table, deps.hasher, 'NOTE#2026/T-1', record.journal);
  assert.deepEqual(
    [chain.intact, chain.entries.map(({ event }) => event)],
    [true, ['note created', 'note billed']],
  );
  assert.deepEqual(await open(deps, '9'), ['2026/L1', '2026/L2', '2026/L3']);

  const unnamed = await invoiceOf({ customer: '9', lines: LINES }, deps);
  assert.match(unnamed.noteIds[0]!, /^2026\/I-[A-Z0-9]+$/);
  assert.equal(unnamed.facts.delivered.from, '2026-11-02', 'today');
  assert.notEqual(unnamed.runId, runId);
  const written = await Promise.all(['2026/T-1', unnamed.noteIds[0]!].map((id) => readNote(deps.table, id)));
  await assertWhole(
    simulation,
    written.map((note) => note!.value.note),
  );
});

test('lines that make no valid note, or a note number in use, are refused before anything is written', async () => {
  const { deps } = await openDairy();
  const [line] = LINES;
  const twice = /lines: hold position 1 twice/;
  await assert.rejects(invoiceOf({ customer: '9', lines: [line!, line!] }, deps), { message: twice });
  await assertRefused({ customer: '9', lines: LINES, note: { number: 'L4', date: '2026-10-30' } }, deps, {
    code: 'bad-input',
    details: ['note.number: there is a note 2026/L4 already: give another number, or none.'],
  });
  await assertRefused({ customer: '9', lines: LINES, note: { number: '../x' } }, deps, { code: 'bad-input' });
  await assertRefused({ customer: '9', note: { number: 'X' } }, deps, { code: 'bad-input' });
  const snow = [{ ...line!, description: 'Schnee ☃' }];
  await assert.rejects(invoiceOf({ customer: '9', lines: snow }, deps), { code: 'bad-input', message: /☃/ });
  assert.deepEqual(
    [await listRunIds(deps.table), await open(deps, '9')],
    [[], ['2026/L1', '2026/L2', '2026/L3']],
  );
});

test('a customer whose documents cannot be made is refused with all reasons before a number is taken', async () => {
  const { simulation, deps } = await openDairy(1, [
    customerOf('9', { name: '☃', vatId: 'DE1' }),
    customerOf('10'),
    customerOf('70'),
  ]);
  const refusal = (error: Fault) => error.code === 'bad-input' && error.details.length === 2;
  await assert.rejects(startInstantInvoice({ customer: '9' }, deps), refusal);
  await assert.rejects(startInstantInvoice({ customer: '9', lines: LINES }, deps), refusal);
  assert.deepEqual(await listRunIds(deps.table), []);
  assert.equal((await invoiceOf({ customer: '10' }, deps)).facts.number, '2026000001');
  await assertWhole(simulation);
});

test('one idempotency key gives one invoice for ever, and a different order with it is refused', async () => {
  const { simulation, deps } = await openDairy();
  const order: Order = { customer: '9', lines: LINES, idempotencyKey: 'till 1, receipt 17' };
  const first = await invoiceOf(order, deps);
  const again = await invoiceOf({ lines: LINES, ...order }, deps);
  assert.deepEqual(again, first);
  await assert.rejects(startInstantInvoice({ ...order, lines: LINES.slice(1) }, deps), {
    code: 'idempotency-mismatch',
  });
  await assert.rejects(startInstantInvoice({ ...order, output: 'screen' }, deps), {
    code: 'idempotency-mismatch',
  });
  const overOpen = { customer: '9', idempotencyKey: 'till 1, receipt 18' };
  assert.deepEqual(await invoiceOf(overOpen, deps), await invoiceOf(overOpen, deps));
  assert.equal((await listCustomerInvoices(deps.table, '9')).length, 2);
  await assertWhole(simulation, [(await readNote(deps.table, first.noteIds[0]!))!.value.note]);
});

test('two calls at once with one key, or over the same notes, make one invoice', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { simulation } = await openDairy(seed);
    const call = (order: Order) => {
      const { deps } = simulation.process();
      return invoiceOf(order, deps);
    };
    const both = (order: Order) => Promise.all([call(order), call(order)]);
    const made = [
      await both({ customer: '9', lines: LINES, idempotencyKey: 'a' }),
      await both({ customer: '9', notes: ['2026/L1', '2026/L2'] }),
      await both({ customer: '10' }),
    ];
    for (const [one, other] of made) assert.deepEqual(one, other);
    assert.equal((await listRunIds(simulation.table)).length, 3);
    await assertWhole(simulation, [(await readNote(simulation.table, made[0]![0].noteIds[0]!))!.value.note]);
  }
});

test('of two calls at once over overlapping notes or with one note number, the second is refused', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { simulation } = await openDairy(seed);
    const call = (order: Order) => {
      const { deps } = simulation.process();
      return invoiceOf(order, deps);
    };
    const notesEnds = await Promise.allSettled([
      call({ customer: '9', notes: ['2026/L1', '2026/L2'] }),
      call({ customer: '9', notes: ['2026/L2', '2026/L3'] }),
    ]);
    const named = (lines: typeof LINES): Order => ({ customer: '9', lines, note: { number: 'T-1' } });
    const lineEnds = await Promise.allSettled([call(named(LINES)), call(named(LINES.slice(1)))]);
    for (const [ends, code] of [
      [notesEnds, 'note-not-open'],
      [lineEnds, 'bad-input'],
    ] as const) {
      const refused = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
      assert.deepEqual(
        refused.map((reason) => reason.code),
        [code],
      );
    }
    assert.equal((await listRunIds(simulation.table)).length, 2);
    await assertWhole(simulation, [(await readNote(simulation.table, '2026/T-1'))!.value.note]);
  }
});

test('a call that is killed at any point is completed by repeating it or by the next sweep', async () => {
  for (const when of ['before', 'after'] as const) {
    for (let at = 1, killed = true; killed; at++) {
      const { simulation, deps } = await openDairy(at);
      const order: Order = { customer: '9', lines: LINES, idempotencyKey: 'receipt' };
      const mortal = simulation.process({ at, when });
      killed = await invoiceOf(order, mortal.deps).then(
        () => false,
        (error) => {
          assert.ok(error instanceof Killed, error);
          return true;
        },
      );
      mortal.end();
      if (at % 2 === 0) await sweep(deps);
      const { facts, noteIds } = await invoiceOf(order, deps);
      for (let turns = 0; turns < 3; turns++) {
        simulation.advance(3_600_000);
        await sweep(deps);
      }
      assert.deepEqual(await listCustomerInvoices(deps.table, '9'), [facts.number]);
      assert.equal((await listRunIds(deps.table)).length, 1);
      assert.ok(simulation.received.size <= 1, 'one mail at most');
      const unknowable = await unknown(simulation);
      const written = (await readNote(deps.table, noteIds[0]!))!.value.note;
      const evidence = { ...simulation, notes: [...notes, written], unknowable };
      assert.deepEqual(await brokenPromises(evidence, true), [], `killed ${when} call ${at}`);
    }
  }
});

/** Finds the message of the one mail if the process died between its hand-over and the answer. */
async function unknown({ table }: Simulation): Promise<Set<string>> {
  const mail = (await readMail(table, '2026000001-1'))?.value;
  return new Set(mail?.state === 'unknown' ? [mail.messageId] : []);
}

test('an open note may change between two orders, but not while its invoice is being made', async () => {
  const { deps } = await openDairy();
  const runId = await startInstantInvoice({ customer: '9', notes: ['2026/L1'] }, deps);
  assert.deepEqual(await instantResult(runId, deps), { state: 'under way' });
  await assert.rejects(putNote(noteOf('L1', '9', 1, 99), deps), { code: 'note-not-open' });
  assert.equal(await putNote(noteOf('L2', '9', 2, 99), deps), 'updated');
  await completeRun(runId, deps);
  assert.deepEqual(await instantResult(runId, deps), { state: 'issued', invoice: '2026000001' });
  await assert.rejects(instantResult('nothing', deps), { code: 'not-found' });
});

test('an invoice whose documents fail keeps its number with the reason and is made later', async () => {
  const { simulation, deps } = await openDairy();
  const render = async (documents: readonly unknown[]) =>
    documents.map(() => ({ ok: false, reason: 'no paper' }) as const);
  const broken = { ...deps, printer: { ...deps.printer, render } };
  const runId = await createInstantInvoice({ customer: '9' }, broken, (id) => completeRun(id, broken));
  const failed = await instantResult(runId, deps);
  assert.ok(failed.state === 'failed' && /no paper/.test(failed.reasons.join()), JSON.stringify(failed));
  simulation.advance(3_600_000);
  await sweep(deps);
  assert.deepEqual(await instantResult(runId, deps), { state: 'issued', invoice: '2026000001' });
});

test('a preview shows what would be billed, takes no number and stores nothing', async () => {
  const { deps } = await openDairy();
  const readOnly = { ...deps, table: { ...deps.table, write: () => assert.fail('a preview writes') } };
  const drawn = async (order: Parameters<typeof previewInvoice>[0]) =>
    JSON.parse(new TextDecoder().decode(await previewInvoice(order, readOnly)))[0];
  const over = async (order: Parameters<typeof previewInvoice>[0]) => {
    const { number, date, totals } = await drawn(order);
    return [number, date, totals.notes];
  };
  const DRAFT = 'documents.draftNumber';
  assert.deepEqual(await over({ customer: '9' }), [DRAFT, '2026-11-02', 3]);
  assert.deepEqual(await over({ customer: '9', notes: ['2026/L2'] }), [DRAFT, '2026-11-02', 1]);
  assert.deepEqual(await over({ customer: '9', lines: LINES }), [DRAFT, '2026-11-02', 1]);
  const run = await startRun({ ...OCTOBER, until: '2026-10-01' }, deps);
  await planRun(run, deps);
  assert.deepEqual(
    await over({ customer: '9' }),
    [DRAFT, '2026-11-02', 2],
    'what is just being billed is not open',
  );
  const previewed = await drawn({ customer: '10', invoiceDate: '2026-11-20' });
  await completeRun(run, deps);
  const { facts } = await invoiceOf({ customer: '10', invoiceDate: '2026-11-20' }, deps);
  assert.deepEqual([previewed.totals, previewed.date], [facts.totals, facts.date]);
});

test('an instant invoice beside a monthly run bills the notes that the run has not claimed', async () => {
  const { simulation, deps } = await openDairy();
  const [, { noteIds }] = await Promise.all([
    bill(simulation.process().deps, { ...OCTOBER, customers: ['10'] }),
    invoiceOf({ customer: '9', notes: ['2026/L2'] }, simulation.process().deps),
  ]);
  assert.deepEqual(noteIds, ['2026/L2']);
  await bill(deps);
  await assertWhole(simulation);
});

test('a note of given lines is parsed by the schema of all delivery notes', () => {
  const [line] = LINES;
  const note = deliveryNoteSchema.parse({
    ...{ number: 'T-1', date: '2026-11-01', customer: '9' },
    lines: [{ ...line, quantity: '10', unitPrice: '0.8915', vatRate: '7', discount: '0' }],
  });
  assert.deepEqual([noteIdOf(note), note.lines], ['2026/T-1', [line]]);
});
