import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInstantInvoice } from '#core/billing/create-instant-invoice.ts';
import { planRun } from '#core/billing/plan-run.ts';
import { startRun } from '#core/billing/start-run.ts';
import { listRunIds, readRun } from '#core/repositories/runs.ts';
import { completeRun } from '#core/runs/complete-run.ts';
import { dryRun } from '#core/runs/dry-run.ts';
import { runReport } from '#core/runs/run-report.ts';
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
import { createSimulation } from '#test/support/simulation/simulation.ts';

const DAY = 86_400_000;
const notes = [noteOf('L1', '9', 1), noteOf('L2', '10', 1)];

test('the same order joins an unfinished run, and a different order starts a run of its own', async () => {
  const { deps } = createSimulation(1).process();
  await loadDairy(deps, notes);
  const first = await startRun(OCTOBER, deps);
  assert.equal(await startRun(OCTOBER, deps), first);
  const other = await startRun({ ...OCTOBER, customers: ['10'] }, deps);
  assert.notEqual(other, first);
  await Promise.all([completeRun(first, deps), completeRun(first, deps), completeRun(other, deps)]);
  const reports = [await runReport(first, deps), await runReport(other, deps)];
  assert.equal(reports[0]!.counts.issued + reports[1]!.counts.issued, 2);
  assert.notEqual(await startRun(OCTOBER, deps), first, 'a finished run is not joined');
});

test('the invoice date is today or the given day, and never before the date of the newest invoice', async () => {
  const simulation = createSimulation(1);
  const { deps } = simulation.process();
  await loadDairy(deps, notes);
  const dated = { ...OCTOBER, invoiceDate: '2026-11-20', customers: ['9'] };
  assert.equal((await bill(deps, dated)).invoiceDate, '2026-11-20');
  await assert.rejects(startRun({ ...OCTOBER, invoiceDate: '2026-11-19' }, deps), {
    code: 'bad-input',
    message: /2026-11-19 is before that of the newest invoice, 2026-11-20/,
  });
  assert.equal((await bill(deps)).invoiceDate, '2026-11-20', 'today, 2 November, would be before it');
  simulation.advance(30 * DAY);
  await loadNotes(deps, [noteOf('L3', '9', 3)]);
  assert.equal((await bill(deps)).invoiceDate, '2026-12-02');
  await assert.rejects(startRun({ ...OCTOBER, invoiceDate: '2027-11-20' }, deps), /more than 62 days ahead/);
});

test('a run that is sealed after a newer run takes over its invoice date', async () => {
  const { deps } = createSimulation(1).process();
  await loadDairy(deps, notes);
  const slow = await startRun({ ...OCTOBER, customers: ['9'], invoiceDate: '2026-11-02' }, deps);
  await bill(deps, { ...OCTOBER, customers: ['10'], invoiceDate: '2026-11-05' });
  await completeRun(slow, deps);
  const { invoiceDate, customers } = await runReport(slow, deps);
  assert.deepEqual([invoiceDate, customers[0]?.invoice], ['2026-11-05', '2026000002']);
});

test('numbers begin again each year, and a format whose numbers are taken is refused before sealing', async () => {
  const simulation = createSimulation(1);
  const { deps } = simulation.process();
  await loadDairy(deps, notes);
  await bill(deps, { ...OCTOBER, customers: ['9'] });
  const shifted = { ...SETTINGS, numbering: { format: '20260{number:5}', firstNumber: 1 } };
  await importSettings(shifted, undefined, deps);
  await assert.rejects(bill(deps), { code: 'number-taken', message: /2026000001 exists already/ });
  // The remedy works: the run continues with the mended format.
  await importSettings(
    { ...SETTINGS, numbering: { format: 'R{yyyy}{number:5}', firstNumber: 1 } },
    undefined,
    deps,
  );
  assert.equal((await bill(deps)).customers[1]?.invoice, 'R202600001');

  const later = createSimulation(1);
  const next = later.process().deps;
  await loadDairy(next, [...notes, noteOf('L3', '9', 3)]);
  await bill(next, { ...OCTOBER, customers: ['10'] });
  later.advance(70 * DAY);
  assert.equal((await bill(next)).customers[0]?.invoice, '2027000001');
});

test('the first number of a range in use cannot be changed', async () => {
  const { deps } = createSimulation(1).process();
  const from = (firstNumber: number) => ({ ...SETTINGS, numbering: { ...SETTINGS.numbering, firstNumber } });
  await loadDairy(deps, notes, undefined, from(500));
  await importSettings(from(700), undefined, deps);
  assert.equal((await bill(deps)).customers[0]?.invoice, '2026000700');
  await assert.rejects(importSettings(from(1), undefined, deps), {
    code: 'bad-input',
    message: /in use, its next number is 702/,
  });
  assert.deepEqual(await importSettings(from(700), undefined, deps), { changed: false });
});

test('a dry run shows what the run would do and writes nothing', async () => {
  const { deps } = createSimulation(1).process();
  await loadDairy(
    deps,
    [...notes, noteOf('L3', '70', 3)],
    [
      customerOf('9', { name: '☃' }),
      customerOf('10'),
      customerOf('70'),
      customerOf('80', { billingCycle: 'weekly' }),
    ],
  );
  const readOnly = { ...deps, table: { ...deps.table, write: () => assert.fail('a dry run writes') } };
  const dry = await dryRun(OCTOBER, readOnly);
  assert.deepEqual([dry.state, dry.counts.held, dry.counts.planned], ['dry run', 1, 2]);
  const real = await bill(deps);
  assert.deepEqual(dry.totals, real.totals);
  assert.deepEqual(
    dry.customers.map(({ customer, net }) => [customer, net]),
    real.customers.map(({ customer, net }) => [customer, net]),
  );
});

test('named customers must exist and be billed in the cycle of the run', async () => {
  const { deps } = createSimulation(1).process();
  await loadDairy(deps, [], [customerOf('9', { billingCycle: 'weekly' })]);
  await assert.rejects(startRun({ ...OCTOBER, customers: ['9', '4711'] }, deps), {
    code: 'bad-input',
    details: [
      'Customer 9 (Kunde 9) is billed weekly, not monthly: start a weekly run, or make an instant invoice.',
      'Customer 4711 is not known.',
    ],
  });
  assert.deepEqual(await listRunIds(deps.table), []);
});

test('an instant invoice follows the ordering setting and is refused when there is nothing to bill', async () => {
  const { deps } = createSimulation(1).process();
  await loadDairy(deps, notes);
  const mailed = await createInstantInvoice({ customer: '9' }, deps, (id) => completeRun(id, deps));
  assert.equal((await runReport(mailed, deps)).customers[0]?.delivery?.state, 'accepted');
  await assert.rejects(
    createInstantInvoice({ customer: '9' }, deps, (id) => completeRun(id, deps)),
    {
      code: 'nothing-to-bill',
      message: /Customer 9 has no open delivery notes/,
    },
  );
  const off = { ...SETTINGS, ordering: { autoPdfForInstantInvoices: false } };
  await importSettings(off, undefined, deps);
  const shown = await createInstantInvoice({ customer: '10' }, deps, (id) => completeRun(id, deps));
  assert.equal((await readRun(deps.table, shown))?.value.order.output, 'screen');
  assert.equal((await runReport(shown, deps)).customers[0]?.delivery?.state, 'filed');
});

test('customers with thousands of notes each are planned within the limits of a write', async () => {
  const { deps } = createSimulation(1).process();
  const customers = Array.from({ length: 18 }, (_, n) => customerOf(String(n + 1)));
  const name = 'N'.repeat(33);
  const many = customers.flatMap(({ number }) =>
    Array.from({ length: 2500 }, (_, n) => noteOf(`${name}${number}x${n}`, number, (n % 31) + 1)),
  );
  await loadDairy(deps, many, customers);
  const runId = await startRun(OCTOBER, deps);
  await planRun(runId, deps);
  assert.equal((await readRun(deps.table, runId))?.value.planned.drafts, 18);
});

test('a customer with more open notes than one invoice takes is held', async () => {
  const { deps } = createSimulation(1).process();
  await loadDairy(
    deps,
    Array.from({ length: 5001 }, (_, n) => noteOf(`L${n}`, '9', (n % 31) + 1)),
  );
  const [line] = (await dryRun(OCTOBER, deps)).customers;
  assert.match(line?.reasons?.[0] ?? '', /Customer 9 has 5001 open notes, one invoice takes 5000/);
});

test('an invoice date more than a year ago and a period far ahead are refused', async () => {
  const { deps } = createSimulation(1).process();
  await loadDairy(deps, notes);
  await assert.rejects(startRun({ ...OCTOBER, invoiceDate: '2006-11-02' }, deps), {
    code: 'bad-input',
    message: /2006-11-02 is more than a year ago/,
  });
  const later = { ...OCTOBER, period: '2062-10', from: '2062-10-01', until: '2062-10-31' };
  await assert.rejects(startRun(later, deps), {
    code: 'bad-input',
    message: /2062-10 begins more than 62 days ahead/,
  });
  assert.deepEqual(await listRunIds(deps.table), []);
});

test('a run that is asked to stop plans no further and is completed later', async () => {
  const { deps } = createSimulation(1).process();
  await loadDairy(deps, notes);
  const runId = await startRun(OCTOBER, deps);
  await assert.rejects(completeRun(runId, { ...deps, stop: AbortSignal.abort() }), { code: 'interrupted' });
  assert.equal((await readRun(deps.table, runId))?.value.state, 'planning');
  assert.equal((await completeRun(runId, deps)).state, 'closed');
});
