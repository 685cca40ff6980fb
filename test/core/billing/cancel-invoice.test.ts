import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CancelRequest, cancelInvoice, findCancellation } from '#core/billing/cancel-invoice.ts';
import { issueLines } from '#core/billing/issue-lines.ts';
import { startRun } from '#core/billing/start-run.ts';
import { importCustomers } from '#core/customers/import-customers.ts';
import type { Deps } from '#core/deps.ts';
import type { DeliveryNote } from '#core/domain/delivery-note.ts';
import { markPrinted } from '#core/invoices/print-invoices.ts';
import type { Change } from '#core/ports.ts';
import { customerKey } from '#core/repositories/customers.ts';
import { readInvoice } from '#core/repositories/invoices.ts';
import { readJournal } from '#core/repositories/journal.ts';
import { addressesOf, readMail } from '#core/repositories/mails.ts';
import { listOpenNotes, readBilling, readNote } from '#core/repositories/notes.ts';
import { listRunIds, readRun } from '#core/repositories/runs.ts';
import { billRun, completeRun } from '#core/runs/complete-run.ts';
import { needsAPerson, runReport } from '#core/runs/run-report.ts';
import { sweep } from '#core/runs/sweep.ts';
import { createCloud } from '#test/support/aws/simulated-cloud.ts';
import { bill, customerOf, loadDairy, loadNotes, noteOf, OCTOBER } from '#test/support/data/dairy.ts';
import { brokenPromises } from '#test/support/simulation/promises.ts';
import { createSimulation, type Simulation } from '#test/support/simulation/simulation.ts';

const FIRST = '2026000001';
const SECOND = '2026000002';

/** Bills customer 9 for October, over this number of notes. */
async function billed(
  count = 2,
): Promise<{ simulation: Simulation; deps: Deps; notes: DeliveryNote[]; run: string }> {
  const simulation = createSimulation(1);
  const { deps } = simulation.process();
  const notes = Array.from({ length: count }, (_, n) => noteOf(`L${n}`, '9', 1 + (n % 28), 1 + n));
  await loadDairy(deps, notes, [customerOf('9', { deliveryOverview: true }), customerOf('10')]);
  const { run } = await bill(deps);
  return { simulation, deps, notes, run };
}

const cancel = (deps: Deps, over: Partial<CancelRequest> = {}) =>
  cancelInvoice({ invoice: FIRST, reopenNotes: false, ...over }, deps, (id) => completeRun(id, deps));

const invoiceOf = async ({ table }: Deps, number: string) => (await readInvoice(table, number))!.value;
const noteOfTable = async ({ table }: Deps, number: string) =>
  (await readNote(table, `2026/${number}`))!.value;
const promises = ({ table, archive, received }: Simulation, notes: readonly DeliveryNote[]) =>
  brokenPromises({ table, archive, notes, received, unknowable: new Set() }, true);

test('a cancellation negates the issued invoice and names the customer as the invoice does', async () => {
  const { simulation, deps, notes, run } = await billed();
  const moved = customerOf('9', { name: 'Umgezogen GmbH', invoiceEmail: 'neu@kunde.example' });
  await importCustomers([moved], { name: 'customers.csv', hash: 'moved' }, deps);
  const report = await runReport(await cancel(deps, { reason: 'Falscher Preis' }), deps);

  const [original, cancellation] = [await invoiceOf(deps, FIRST), await invoiceOf(deps, SECOND)];
  assert.deepEqual(cancellation.facts.cancels, { number: FIRST, date: original.facts.date });
  assert.deepEqual(cancellation.facts.customer, original.facts.customer);
  assert.deepEqual(cancellation.facts.period, original.facts.period);
  assert.equal(cancellation.facts.totals.gross, -original.facts.totals.gross);
  assert.deepEqual(
    cancellation.documents.map(({ key }) => key),
    ['invoices/2026/11/Rechnung-9-2026000002-2026-11-02-1.pdf'],
  );
  assert.deepEqual(addressesOf((await readMail(deps.table, `${SECOND}-1`))!.value, 'to'), [
    'neu@kunde.example',
  ]);

  assert.deepEqual(
    [report.kind, report.cancels, report.state, report.counts.issued, report.discrepancies],
    ['cancellation', FIRST, 'closed', 1, []],
  );
  const before = await runReport(run, deps);
  const [line] = before.customers;
  assert.deepEqual([line?.state, line?.cancelledBy], ['cancelled', SECOND]);
  assert.deepEqual([before.counts.issued, before.counts.cancelled], [0, 1]);
  assert.equal(before.totals.gross, report.totals.gross.replace('-', ''));
  assert.ok(!needsAPerson(before));

  assert.equal((await noteOfTable(deps, 'L0')).invoice, FIRST);
  assert.equal((await bill(deps)).counts.issued, 0, 'its notes stay billed');
  const journal = await readJournal(deps.table, deps.hasher, `INVOICE#${FIRST}`, original.journal);
  assert.deepEqual(journal.entries.at(-1)?.data, {
    ...{ by: SECOND, notesReopened: false, reason: 'Falscher Preis' },
  });
  assert.deepEqual(await promises(simulation, notes), []);
});

test('an invoice of a deleted customer can be cancelled, and the mail goes where the invoice went', async () => {
  const { simulation, deps, notes } = await billed();
  await deps.table.write([{ delete: customerKey('9') }]);
  await cancel(deps, { reopenNotes: false });
  assert.deepEqual(addressesOf((await readMail(deps.table, `${SECOND}-1`))!.value, 'to'), [
    'k9@kunde.example',
  ]);
  assert.deepEqual(await promises(simulation, notes), []);
});

test('notes that a cancellation opened again can be changed, and any later run bills them', async () => {
  const { simulation, deps, notes } = await billed(60); // This many notes are opened again in several chunks.
  const claims = await readBilling(deps.table, '9');
  await cancel(deps, { reopenNotes: true });
  assert.equal((await listOpenNotes(deps.table, '9', '2026-10-31')).length, 60);
  assert.notEqual(
    (await readBilling(deps.table, '9'))?.version,
    claims?.version,
    'open plans must look again',
  );
  const { invoice, journal } = await noteOfTable(deps, 'L59');
  assert.equal(invoice, undefined);
  const { entries } = await readJournal(deps.table, deps.hasher, 'NOTE#2026/L59', journal);
  assert.deepEqual(entries.at(-1)?.data, { invoice: FIRST, cancelledBy: SECOND });

  const changed = noteOf('L7', '9', 8, 99);
  await loadNotes(deps, [changed]);
  const again = await bill(deps);
  assert.equal(again.customers[0]?.invoice, '2026000003');
  assert.equal((await noteOfTable(deps, 'L7')).invoice, '2026000003');
  await cancel(deps, { invoice: '2026000003', reopenNotes: true });
  assert.equal((await bill(deps)).customers[0]?.invoice, '2026000005');
  assert.deepEqual(
    await promises(
      simulation,
      notes.map((note) => (note.number === 'L7' ? changed : note)),
    ),
    [],
  );
});

test('an invoice is cancelled only once, and a cancellation cannot be cancelled', async () => {
  const { deps } = await billed();
  const bad = (message: RegExp) => ({ code: 'bad-input', message });
  await assert.rejects(cancel(deps, { invoice: '2026000099' }), { code: 'not-found' });
  await assert.rejects(cancel(deps, { reason: 'a\nb' }), bad(/The reason must not contain line breaks/));
  await assert.rejects(cancel(deps, { date: '2026-11-01' }), bad(/before that of the newest invoice/));
  assert.equal((await listRunIds(deps.table)).length, 1, 'what is refused leaves nothing behind');
  assert.equal(await findCancellation(FIRST, deps), undefined);

  const runId = await cancel(deps, { date: '2026-11-05' });
  await assert.rejects(cancel(deps), bad(/Invoice 2026000001 is cancelled already, by invoice 2026000002\./));
  await assert.rejects(cancel(deps, { date: '2026-11-05' }), bad(/already, by invoice 2026000002/));
  await assert.rejects(
    cancel(deps, { invoice: SECOND }),
    bad(/itself the cancellation of invoice 2026000001/),
  );
  const found = await findCancellation(FIRST, deps);
  assert.deepEqual([found?.runId, found?.cancelledBy, found?.finished], [runId, SECOND, true]);
  assert.equal((await invoiceOf(deps, SECOND)).facts.date, '2026-11-05');
});

test('the same request joins the cancellation under way, and a different request is refused', async () => {
  const { simulation, deps, notes } = await billed();
  const request = { invoice: FIRST, reopenNotes: true };
  const runId = await cancelInvoice(request, deps, async () => {});
  const other = cancel(deps, { reopenNotes: false });
  await assert.rejects(other, {
    code: 'bad-input',
    message: new RegExp(`just being cancelled.*run ${runId}`),
  });
  assert.equal((await findCancellation(FIRST, deps))?.cancelledBy, undefined);
  assert.equal(await cancel(deps, request), runId);
  assert.equal((await invoiceOf(deps, FIRST)).cancelledBy, SECOND);

  await bill(deps);
  const two = await Promise.allSettled(
    [true, false].map((reopenNotes) =>
      cancel(simulation.process().deps, { invoice: '2026000003', reopenNotes }),
    ),
  );
  assert.deepEqual(two.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  assert.deepEqual(await promises(simulation, notes), []);
});

test('a process that still marks notes as billed stops when they are opened again', async () => {
  const simulation = createSimulation(1);
  const { deps } = simulation.process();
  const notes = Array.from({ length: 30 }, (_, n) => noteOf(`L${n}`, '9', 1 + (n % 28)));
  await loadDairy(deps, notes);
  // This process has seen that the notes are to be marked and sleeps before it reads them.
  let cancelled = false;
  const slow: Deps = {
    ...deps,
    table: {
      ...deps.table,
      getMany: async (keys) => {
        if (keys[0]?.partition.startsWith('NOTE#') && !cancelled && (await readInvoice(deps.table, FIRST))) {
          cancelled = true;
          await cancel(deps, { reopenNotes: true });
        }
        return deps.table.getMany(keys);
      },
    },
  };
  const report = await bill(slow);
  assert.ok(cancelled);
  assert.deepEqual(report.discrepancies, []);
  assert.equal((await listOpenNotes(deps.table, '9', '2026-10-31')).length, 30);
  assert.deepEqual(await promises(simulation, notes), []);
});

test('notes that were opened and billed again stay billed when the rest of the notes is opened', async () => {
  const { simulation, deps, notes } = await billed(30);
  const isOpening = (change: Change) => 'delete' in change && change.delete.sort.startsWith('BILLED#');
  let chunks = 0;
  const dying: Deps = {
    ...deps,
    table: {
      ...deps.table,
      write: async (changes) => {
        if (changes.some(isOpening) && ++chunks > 1) throw new Error('killed');
        return deps.table.write(changes);
      },
    },
  };
  await assert.rejects(cancel(dying, { reopenNotes: true }), /killed/);
  assert.equal((await bill(deps)).counts.notes, 24);
  await cancel(deps, { reopenNotes: true });
  assert.equal((await bill(deps)).counts.notes, 6);
  assert.deepEqual(await promises(simulation, notes), []);
});

test('an invoice can be cancelled before the books of its run are closed', async () => {
  const simulation = createSimulation(1);
  const { deps } = simulation.process();
  const notes = [noteOf('L1', '9', 1), noteOf('L2', '10', 2)];
  await loadDairy(deps, notes);
  const runId = await startRun(OCTOBER, deps);
  // The second document cannot be printed while the first invoice is cancelled and billed again.
  const spoilt: Deps = {
    ...deps,
    printer: {
      ...deps.printer,
      render: async (documents) => {
        if (documents.some(({ name }) => name.includes(SECOND))) throw new Error('Chrome is gone');
        return deps.printer.render(documents);
      },
    },
  };
  const only = async (customer: string) => startRun({ ...OCTOBER, customers: [customer] }, deps);
  await assert.rejects(billRun(runId, spoilt), /Chrome is gone/);
  await issueLines(runId, ['9'], deps);
  assert.equal((await readRun(deps.table, runId))?.value.state, 'sealed');
  await cancel(deps, { reopenNotes: true });
  await completeRun(await only('9'), deps);
  assert.equal((await noteOfTable(deps, 'L1')).invoice, '2026000004');
  await completeRun(runId, deps);
  assert.deepEqual((await runReport(runId, deps)).discrepancies, []);
  assert.deepEqual(await promises(simulation, notes), []);
});

test('an invoice that is marked as printed at this very moment is cancelled all the same', async () => {
  const { simulation, deps, notes } = await billed();
  let printed = 0;
  const busy: Deps = {
    ...deps,
    table: {
      ...deps.table,
      write: async (changes) => {
        const isIssue = changes.some(
          (change) => 'put' in change && change.put.partition === `INVOICE#${SECOND}`,
        );
        if (isIssue && ++printed === 1) {
          const original = (await readInvoice(deps.table, FIRST))!;
          const waiting = { ...original.value, delivery: { state: 'to print' } };
          await deps.table.write([{ put: original.key, value: JSON.parse(JSON.stringify(waiting)) }]);
          await markPrinted([original], deps);
        }
        return deps.table.write(changes);
      },
    },
  };
  const report = await runReport(await cancel(busy), deps);
  assert.equal(printed, 2);
  assert.equal(report.customers[0]?.state, 'issued');
  assert.deepEqual((await invoiceOf(deps, FIRST)).delivery, { state: 'printed' });
  assert.deepEqual(await promises(simulation, notes), []);
});

test('a cancellation whose document fails keeps its number and opens the notes when it is issued', async () => {
  const { simulation, deps, notes } = await billed();
  const spoilt: Deps = {
    ...deps,
    printer: {
      ...deps.printer,
      render: async (documents) => documents.map(() => ({ ok: false, reason: 'the page crashed' })),
    },
  };
  const report = await runReport(await cancel(spoilt, { reopenNotes: true }), deps);
  assert.deepEqual([report.customers[0]?.state, needsAPerson(report)], ['failed', true]);
  assert.equal((await noteOfTable(deps, 'L0')).invoice, FIRST);
  assert.equal((await invoiceOf(deps, FIRST)).cancelledBy, undefined);
  await assert.rejects(cancel(deps), { code: 'bad-input' });
  simulation.advance(6 * 60_000);
  await sweep(deps);
  assert.equal((await invoiceOf(deps, FIRST)).cancelledBy, SECOND);
  assert.equal((await bill(deps)).customers[0]?.invoice, '2026000003');
  simulation.advance(60 * 60_000);
  assert.equal(await sweep(deps), 0, 'nothing is left to do');
  assert.deepEqual(await promises(simulation, notes), []);
});

test('a cancellation ends in the same way when functions do the work', async () => {
  const { simulation, deps, notes } = await billed();
  const cloud = createCloud(simulation);
  const wake = (id: string) => cloud.queue.wake([{ kind: 'run', id, turn: 0 }]);
  const runId = await cancelInvoice({ invoice: FIRST, reopenNotes: true }, deps, wake);
  await cloud.run();
  const report = await runReport(runId, deps);
  assert.deepEqual([report.state, report.customers[0]?.delivery?.state], ['closed', 'accepted']);
  assert.equal((await bill(deps)).customers[0]?.invoice, '2026000003');
  assert.deepEqual(await promises(simulation, notes), []);
});
