import assert from 'node:assert/strict';
import { test } from 'node:test';
import PostalMime from 'postal-mime';
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

const DATE = ['--invoice-date', '2026-11-02'];

test('an invoice is cancelled and its notes are billed again', async (t) => {
  const server = await startSmtpServer();
  t.after(() => server.close());
  const shop = openShop(t);
  await shop.load('settings', settingsJson(server.port));
  await shop.load('customers', customersCsv([byMail('1', { delivery_overview: 'yes' }), onPaper('2')]));
  const notes = (...quantities: [customer: string, quantity: string][]) =>
    deliveriesCsv(
      quantities.flatMap(([customer, quantity]) => {
        const row = { note: `L${customer}`, customer, date: '2026-10-05' };
        return [
          { ...row, quantity, unit_price: '2,50' },
          { ...row, position: '2', description: 'Pfandkiste' },
        ];
      }),
    );
  await shop.load('deliveries', notes(['1', '40'], ['2', '7']));
  const invoice = (customer: string) => shop.json<RunReport>('invoice', '--customer', customer, ...DATE);
  const cancel = (...args: string[]) => shop.json<RunReport & { file?: string }>('cancel', ...args, ...DATE);
  const original = (await invoice('1')).value.run;
  await invoice('2');

  await t.test('without a yes nothing is cancelled', async () => {
    const before = shop.rows();
    const { code, error } = await cancel('2026000001', '--reopen');
    assert.deepEqual([code, error?.code], [2, 'bad-input']);
    assert.match(error?.message ?? '', /Not cancelled: answer yes on the terminal, or give --yes/);
    assert.equal((await cancel('2026000009', '--yes')).error?.code, 'not-found');
    assert.deepEqual(shop.rows(), before);
  });

  await t.test(
    'the cancellation says what it is, what it takes back, and the figures with the opposite sign',
    async () => {
      const { code, value } = await cancel('2026000001', '--reopen', '--reason', 'Falsche Menge', '--yes');
      assert.deepEqual([code, value.kind, value.cancels], [0, 'cancellation', '2026000001']);
      const [line] = value.customers;
      assert.deepEqual(
        [line?.invoice, line?.gross, line?.delivery?.state],
        ['2026000003', '-108.07', 'accepted'],
      );
      assert.deepEqual(line?.files, ['invoices/2026/11/02/Rechnung-1-2026000003-2026-11-02-1.pdf']);
      const { text, pages } = await readPdf(shop.archive().get(line!.files![0]!)!);
      assert.equal(pages.length, 1);
      for (const part of [
        'Stornorechnung',
        'Stornonummer 2026000003',
        'Storno unserer Rechnung 2026000001 vom 02.11.2026',
        'Lieferschein L1 vom 05.10.2026',
        '-40',
        '-101,00 €',
        '-7,07 €',
        'Stornobetrag -108,07 €',
        'hebt unsere Rechnung 2026000001 vom 02.11.2026 vollständig auf',
      ]) {
        assert.ok(text.includes(part), `${part} is missing:\n${text}`);
      }
      assert.doesNotMatch(text, /Falsche Menge|überweisen|Zahlbar/);
      const { to, bytes } = server.received.at(-1)!;
      assert.deepEqual(to, ['k1@kunde.example']);
      const { subject, text: words } = await PostalMime.parse(bytes);
      assert.match(subject ?? '', /^Stornorechnung 2026000003 zu Ihrer Rechnung 2026000001 – Molkerei/);
      assert.match(
        words?.replace(/\s+/g, ' ') ?? '',
        /heben wir unsere Rechnung 2026000001 vom 02\.11\.2026 vollständig auf/,
      );
    },
  );

  await t.test(
    'an invoice is cancelled only once, and the report of its run names the cancellation',
    async () => {
      const { code, error } = await cancel('2026000001', '--yes');
      assert.deepEqual(
        [code, error?.message],
        [2, 'Invoice 2026000001 is cancelled already, by invoice 2026000003.'],
      );
      const { stdout } = await shop.cli('report', original);
      assert.match(stdout, /cancelled by 2026000003/);
      assert.match(stdout, /1 customers: 1 cancelled/);
    },
  );

  await t.test('the notes are corrected and billed again', async () => {
    await shop.load('deliveries', notes(['1', '4']));
    const [line] = (await invoice('1')).value.customers;
    assert.deepEqual([line?.invoice, line?.gross, line?.notes], ['2026000004', '11.77', 1]);
  });

  await t.test(
    'a cancellation can be printed, and the notes stay billed unless they are opened again',
    async () => {
      const file = shop.at('storno.pdf');
      const { value } = await cancel('2026000002', '--output', 'print', '--to', file, '--yes');
      assert.deepEqual([value.file, value.customers[0]?.delivery?.state], [file, 'printed']);
      assert.equal((await invoice('2')).error?.code, 'nothing-to-bill');
      assert.match((await shop.cli('report')).stdout, /cancellation +closed/);
    },
  );
});
