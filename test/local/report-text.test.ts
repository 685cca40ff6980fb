import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportText } from '#local/report-text.ts';
import { bill, customerOf, loadOffice, noteOf } from '#test/support/office.ts';
import { createWorld } from '#test/support/world.ts';

test('the closing report names every customer with its state, the counts and the totals', async () => {
  const world = createWorld(1);
  world.scripts.push('lost after receipt');
  const { deps } = world.process();
  const customers = [
    customerOf('9'),
    customerOf('10', { invoiceEmail: '' }),
    customerOf('70'),
    customerOf('80', { vatId: 'DE1' }),
    customerOf('81'),
  ];
  const notes = ['9', '10', '70', '80'].map((number, index) => noteOf(`L${index}`, number, 1));
  await loadOffice(deps, notes, customers);
  const report = await bill(deps);
  const lines = reportText(report).replace(report.run, 'RUN').split('\n');
  assert.equal(lines[0], 'Billing run monthly 2026-10 · closed · invoice date 2026-11-02 · run RUN');
  assert.deepEqual(lines.slice(2, 6), [
    'Customer  Name      Invoice     Gross EUR  State',
    '9         Kunde 9   2026000001      13.23  issued, unknown for k9@kunde.example: scripted: lost',
    '10        Kunde 10  2026000002      13.23  issued, to print: The customer has no invoice mail address.',
    '70        Kunde 70  2026000003      13.23  issued, to print',
  ]);
  assert.match(lines[6] ?? '', /^80 +Kunde 80 +held: .*DE1/);
  assert.match(lines[7] ?? '', /^81 +Kunde 81 +nothing to bill$/);
  assert.deepEqual(lines.slice(9), [
    '5 customers: 3 issued, 1 held, 1 nothing to bill',
    'Delivery: 1 unknown, 2 to print',
    '3 delivery notes, net 36.06 + VAT 3.63 = gross 39.69 EUR',
  ]);
});
