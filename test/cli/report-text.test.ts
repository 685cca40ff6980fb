import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportText } from '#cli/report-text.ts';
import type { Preflight } from '#core/mailing/preflight.ts';
import { dryRun } from '#core/runs/dry-run.ts';
import type { RunReport } from '#core/runs/run-report.ts';
import { bill, customerOf, loadDairy, noteOf, OCTOBER } from '#test/support/data/dairy.ts';
import { createSimulation } from '#test/support/simulation/simulation.ts';

test('a dry run says below the table what would become of the mails', async () => {
  const { deps } = createSimulation(1).process();
  await loadDairy(
    deps,
    ['9', '10', '70'].map((number) => noteOf(`L${number}`, number, 1)),
  );
  const report = await dryRun(OCTOBER, deps);
  const shown = (over: Partial<Preflight>) =>
    reportText({ ...report, preflight: { ...report.preflight!, ...over } })
      .split('\n')
      .slice(8);
  assert.deepEqual(shown({}), [
    '3 delivery notes, net 36.06 + VAT 3.63 = gross 39.69 EUR',
    '',
    'The run would send 2 mails to 2 recipients in 1 second, and 1 invoice would be printed.',
    'Note: SPF, DKIM and DMARC of molkerei.example: not checked, as there is no name server here, or it does not answer.',
  ]);
  const findings = [{ level: 'warning', text: 'Mail is switched off.' }] as const;
  assert.deepEqual(shown({ mails: 0, recipients: 0, printed: 3, seconds: 0, findings }).slice(2), [
    'The run would send no mail, and 3 invoices would be printed.',
    'WARNING: Mail is switched off.',
  ]);
  const month = { mails: 800, recipients: 900, printed: 0, seconds: 7200, findings: [] };
  assert.deepEqual(shown(month).slice(2), [
    'The run would send 800 mails to 900 recipients in about 2 hours, and 0 invoices would be printed.',
  ]);
});

test('the closing report names every customer with its state, the counts and the totals', async () => {
  const simulation = createSimulation(1);
  simulation.scripts.push('lost after receipt');
  const { deps } = simulation.process();
  const customers = [
    customerOf('9'),
    customerOf('10', { invoiceEmail: '' }),
    customerOf('70'),
    customerOf('80', { vatId: 'DE1' }),
    customerOf('81'),
  ];
  const notes = ['9', '10', '70', '80'].map((number, index) => noteOf(`L${index}`, number, 1));
  await loadDairy(deps, notes, customers);
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

test('while mails wait, the report says how many, and for how long or why', async () => {
  const { deps } = createSimulation(1).process();
  await loadDairy(deps, [noteOf('L9', '9', 1)]);
  const report = await bill(deps);
  const line = (mailing: RunReport['mailing']) =>
    reportText({ ...report, ...(mailing ? { mailing } : {}) }).match(/^Mails: .*$/m)?.[0];
  assert.equal(line(undefined), undefined);
  assert.equal(line({ waiting: 120, secondsLeft: 4200 }), 'Mails: 120 wait, about 70 minutes left');
  assert.equal(line({ waiting: 1, secondsLeft: 1 }), 'Mails: 1 waits, 1 second left');
  assert.equal(line({ waiting: 3, paused: true }), 'Mails: 3 wait, paused');
  assert.equal(line({ waiting: 3, held: '535 no' }), 'Mails: 3 wait, none is sent: 535 no');
});
