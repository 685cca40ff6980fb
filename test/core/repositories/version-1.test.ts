import assert from 'node:assert/strict';
import { test } from 'node:test';
import { customerSchema } from '#core/domain/customer.ts';
import { deliveryNoteSchema } from '#core/domain/delivery-note.ts';
import { settingsSchema } from '#core/domain/settings.ts';
import type { Item } from '#core/ports.ts';
import { upgradeCustomer } from '#core/repositories/customers.ts';
import { type InvoiceRecord, upgradeInvoice } from '#core/repositories/invoices.ts';
import { type Mail, upgradeMail } from '#core/repositories/mails.ts';
import { upgradeNote } from '#core/repositories/notes.ts';
import { upgradeRun, upgradeRunLine } from '#core/repositories/runs.ts';
import { upgradeSettings, upgradeSettingsRecord } from '#core/repositories/settings.ts';
import { create, RECORD_VERSION, sinceVersion1, stored } from '#core/repositories/stored.ts';
import { completeRun } from '#core/runs/complete-run.ts';
import { listRuns } from '#core/runs/list-runs.ts';
import { runReport } from '#core/runs/run-report.ts';
import { bill, loadNotes } from '#test/support/data/dairy.ts';
import { fillTable, itemsOf, version1Records } from '#test/support/data/version-1.ts';
import { createSimulation } from '#test/support/simulation/simulation.ts';

/** Reads one record as the repositories do, and fails where it is not what this program expects of its type. */
type Check = (item: Item) => void;

/** Every field that this program knows of an object is there, and has a value that it accepts. */
const CHECKS: readonly (readonly [partition: RegExp, sort: RegExp, check: Check])[] = [
  [
    /^CUSTOMERS$/,
    /./,
    (item) => {
      const { customer } = stored(item, upgradeCustomer).value;
      assert.deepEqual(customerSchema.parse(asGiven(customer)), customer);
    },
  ],
  [
    /^NOTE#/,
    /^NOTE$/,
    (item) => {
      const { note } = stored(item, upgradeNote).value;
      const given = {
        ...note,
        lines: note.lines.map((line) => ({
          ...line,
          quantity: line.quantity / 1000,
          unitPrice: line.unitPrice / 10_000,
          vatRate: line.vatRate / 100,
          discount: line.discount / 100,
        })),
      };
      assert.deepEqual(deliveryNoteSchema.parse(given), note);
    },
  ],
  [
    /^RUN#/,
    /^RUN$/,
    (item) => {
      const run = stored(item, upgradeRun).value;
      assert.ok(['planning', 'sealed', 'closed'].includes(run.state));
      assert.equal('rests' in run || 'wokenAfter' in run, false, 'the names of version 1');
      assert.equal(run.timesPaused, item.value.rests);
      assert.equal(run.mailsResumedAfter, item.value.wokenAfter);
    },
  ],
  [
    /^RUN#/,
    /^LINE#/,
    (item) => {
      const { draft } = stored(item, upgradeRunLine).value;
      if (!draft) return;
      assert.equal(draft.ordinal, (item.value.draft as { place: number }).place);
      assert.deepEqual(customerSchema.parse(asGiven(draft.customer)), draft.customer);
    },
  ],
  [
    /^RUN#/,
    /^SETTINGS$/,
    (item) => {
      const settings = stored(item, upgradeSettings).value;
      assert.deepEqual(settingsSchema.parse(settings), settings);
    },
  ],
  [
    /^SETTINGS$/,
    /^SETTINGS$/,
    (item) => {
      const { settings } = stored(item, upgradeSettingsRecord).value;
      assert.deepEqual(settingsSchema.parse(settings), settings);
    },
  ],
  [
    /^INVOICE#/,
    /^INVOICE$/,
    (item) => {
      const { facts, delivery }: InvoiceRecord = stored(item, upgradeInvoice).value;
      assert.deepEqual(customerSchema.parse(asGiven(facts.customer)), facts.customer);
      assert.deepEqual(settingsSchema.shape.company.parse(facts.company), facts.company);
      assert.ok(['filed', 'printed', 'to print', 'mail'].includes(delivery.state));
    },
  ],
  [
    /^MAIL#/,
    /^MAIL$/,
    (item) => {
      const mail: Mail = stored(item, upgradeMail).value;
      assert.ok(mail.recipients.length > 0 && mail.messageId !== '');
    },
  ],
  // Pointers, counters, marks and journals: their shapes are those of version 1.
  [/^CUSTOMER#/, /^(BILLING|OPEN#.*|BILLED#.*|INVOICE#.*|FORMER|JOURNAL#\d+)$/, unchanged],
  [/^NOTE#/, /^(DOCUMENT#.*|FORMER|JOURNAL#\d+)$/, unchanged],
  [/^RUN#/, /^PAUSED$/, unchanged],
  [/^RUNS$/, /^(RUN#.*|CHAIN|JOURNAL#\d+)$/, unchanged],
  [/^(SETTINGS|TEMPLATES)$/, /^(TEMPLATES|JOURNAL#\d+)$/, unchanged],
  [/^(ACTIVE|SUPPRESSED|IDEMPOTENCY|SCHEDULE|IMPORT|DEMO|MAILING)$/, /./, unchanged],
  [/^NUMBERS/, /^(COUNTER|RESERVED#\d+|NEWEST-DATE)$/, unchanged],
  [/^INVOICE#/, /^(CANCELLATION|JOURNAL#\d+)$/, unchanged],
  [/^(INVOICES#|MAILS#|DUE#)/, /./, unchanged],
];

function unchanged(item: Item): void {
  assert.deepEqual(stored(item, sinceVersion1).value, item.value);
}

/** Money and percentages are stored as integers; a schema reads them as people write them. */
const asGiven = (customer: { readonly skontoPercent: number }) => ({
  ...customer,
  skontoPercent: customer.skontoPercent / 100,
});

for (const scenario of version1Records()) {
  test(`every record of version 1 is read: ${scenario.scenario}`, () => {
    for (const item of itemsOf(scenario)) {
      const { partition, sort } = item.key;
      const found = CHECKS.filter(
        ([inPartition, bySort]) => inPartition.test(partition) && bySort.test(sort),
      );
      assert.equal(found.length, 1, `${partition} / ${sort} is checked once`);
      try {
        found[0]![2](item);
      } catch (error) {
        throw new Error(`${partition} / ${sort}: ${(error as Error).message}`, { cause: error });
      }
    }
  });
}

test('a month of version 1 is reported, loaded again without a change, and billed on', async (t) => {
  const simulation = createSimulation(1);
  t.after(() => simulation.close());
  const { deps } = simulation.process();
  const month = version1Records().find(({ complete }) => complete)!;
  await fillTable(deps.table, month);

  const { items: runs } = await listRuns({ limit: 50 }, deps);
  assert.ok(runs.length >= 5, `${runs.length} runs`);
  for (const { id } of runs) {
    assert.deepEqual((await runReport(id, deps)).discrepancies, []);
    assert.equal((await completeRun(id, deps)).finished, true);
  }

  const notes = itemsOf(month)
    .filter(({ key }) => key.sort === 'NOTE')
    .map((item) => stored(item, upgradeNote).value.note);
  assert.deepEqual(await loadNotes(deps, notes), { created: 0, updated: 0, unchanged: notes.length });

  const open = itemsOf(month).filter(({ key }) => key.sort.startsWith('OPEN#')).length;
  const report = await bill(deps);
  assert.equal(report.counts.notes, open - countHeld(month));
  assert.deepEqual(report.discrepancies, []);
});

/** Open notes of the customer whom the month holds, and notes that are not dated in October. */
function countHeld(month: ReturnType<typeof version1Records>[number]): number {
  const opens = itemsOf(month).filter(({ key }) => key.sort.startsWith('OPEN#'));
  const held = itemsOf(month)
    .filter(({ key, value }) => key.sort.startsWith('LINE#') && value.state === 'held')
    .map(({ value }) => `CUSTOMER#${value.customer}`);
  return opens.filter(({ key }) => held.includes(key.partition) || !key.sort.startsWith('OPEN#2026-10'))
    .length;
}

test('a record of a newer program is refused with the remedy', () => {
  const key = { partition: 'NUMBERS#2026', sort: 'COUNTER' };
  const change = create(key, { next: 7 });
  assert.deepEqual('put' in change && change.value, { next: 7, v: RECORD_VERSION });
  assert.throws(
    () => stored({ key, version: '1', value: { next: 7, v: RECORD_VERSION + 1 } }, sinceVersion1),
    /written by a newer version of this program .* install that version again/,
  );
});
