import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { RunReport } from '#core/runs/run-report.ts';
import {
  byMail,
  customersCsv,
  deliveriesCsv,
  onPaper,
  settingsJson,
} from '#test/support/data/import-files.ts';
import { readPdf } from '#test/support/documents/pdf-text.ts';
import { startSmtpServer } from '#test/support/mail/smtp-server.ts';
import { openShop } from '#test/support/process/cli.ts';

const notes = (day: string) =>
  deliveriesCsv(['1', '2'].map((customer) => ({ note: `L${customer}`, customer, date: day })));

test('the command line makes instant invoices and previews', async (t) => {
  const server = await startSmtpServer();
  t.after(() => server.close());
  const shop = openShop(t);
  await shop.load('settings', settingsJson(server.port));
  await shop.load('customers', customersCsv([byMail('1', { delivery_overview: 'yes' }), onPaper('2')]));
  await shop.load('deliveries', notes('2026-10-05'));
  const invoice = async (customer: string) => {
    const date = ['--invoice-date', '2026-11-02'];
    const { code, value } = await shop.json<RunReport & { file?: string }>(
      ...['invoice', '--customer', customer, ...date],
    );
    const [line] = value.customers;
    return { code, number: line?.invoice, way: line?.delivery?.state, file: value.file };
  };

  await t.test('a preview bears a watermark and no number, and nothing is stored', async () => {
    const before = shop.rows();
    const file = shop.at('preview.pdf');
    const shown = await shop.json<{ file: string }>('preview', '--customer', '1', '--to', file);
    assert.equal(shown.value.file, file);
    const { text, pages } = await readPdf(readFileSync(file));
    assert.equal(pages.length, 1);
    assert.match(text, /ENTWURF/);
    assert.match(text, /Lieferschein L1 vom 05\.10\.2026.*1,07 €/s);
    assert.doesNotMatch(text, /20\d\d000\d{3}\b/);
    assert.deepEqual(shop.rows(), before);
    assert.equal(shop.archive().size, 0);
  });

  await t.test('with automatic PDF, customers who want mail get mail, and the others get paper', async () => {
    assert.deepEqual(await invoice('1'), { code: 0, number: '2026000001', way: 'accepted', file: undefined });
    assert.deepEqual(await invoice('2'), { code: 0, number: '2026000002', way: 'to print', file: undefined });
    assert.deepEqual(
      server.received.map(({ to }) => to),
      [['k1@kunde.example']],
    );
  });

  await t.test('an invoice without anything to bill is refused and makes no run', async () => {
    const before = shop.rows();
    const { code, error } = await shop.json('invoice', '--customer', '2');
    assert.deepEqual([code, error?.code], [2, 'nothing-to-bill']);
    assert.match(error?.message ?? '', /Customer 2 has no open delivery notes/);
    assert.deepEqual(shop.rows(), before);
  });

  await t.test('without automatic PDF the invoice is shown, and nobody gets mail', async () => {
    await shop.load(
      'settings',
      settingsJson(server.port, { ordering: { autoPdfForInstantInvoices: false } }),
    );
    await shop.load('deliveries', notes('2025-10-05')); // Numbers of another year are other notes.
    for (const [customer, number] of [
      ['1', '2026000003'],
      ['2', '2026000004'],
    ] as const) {
      const { file, ...rest } = await invoice(customer);
      assert.deepEqual(rest, { code: 0, number, way: 'filed' });
      assert.ok((await readPdf(readFileSync(file!))).text.includes(number));
    }
    assert.equal(server.received.length, 1);
  });
});
