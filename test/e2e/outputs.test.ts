import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
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

const run = (period: string) => [
  'run',
  '--cycle',
  'monthly',
  '--period',
  period,
  '--invoice-date',
  '2026-11-02',
];
const note = (number: string, customer: string, date: string) => ({ note: number, customer, date });

test('invoices are printed, mailed, shown, and printed or mailed again', async (t) => {
  const server = await startSmtpServer();
  t.after(() => server.close());
  const shop = openShop(t);
  await shop.load('settings', settingsJson(server.port));
  await shop.load(
    'customers',
    customersCsv([
      onPaper('10', { delivery_overview: 'yes' }),
      byMail('11', { invoice_email: '', email: 'office@kunde.example' }),
      byMail('9'),
      byMail('12'),
    ]),
  );
  await shop.load(
    'deliveries',
    deliveriesCsv([
      ...['10', '11', '9'].map((customer) => note(`O${customer}`, customer, '2026-10-05')),
      ...['10', '11', '9'].map((customer) => note(`N${customer}`, customer, '2026-11-05')),
      ...[note('N12', '12', '2026-11-05'), note('D10', '10', '2026-12-05')],
    ]),
  );
  const ask = async (...args: string[]) => {
    const { code, value } = await shop.json<RunReport & { file: string }>(...args);
    const ways = value.customers.map(
      ({ customer, delivery }) => `${customer} ${delivery?.state ?? 'nothing'}`,
    );
    return { code, value, ways, reasons: value.customers.flatMap(({ delivery }) => delivery?.reason ?? []) };
  };

  await t.test(
    'output print merges all documents in natural order, counts them as printed and mails nothing',
    async () => {
      const { code, ways, value } = await ask(
        ...run('2026-10'),
        '--output',
        'print',
        '--to',
        shop.at('all.pdf'),
      );
      assert.deepEqual([code, ways], [0, ['9 printed', '10 printed', '11 printed', '12 nothing']]);
      assert.equal(value.file, shop.at('all.pdf'));
      assert.deepEqual(await documentsIn(value.file), [
        ...[
          'Rechnung 2026000001',
          'Rechnung 2026000002',
          'Lieferübersicht 2026000002',
          'Rechnung 2026000003',
        ],
      ]);
      assert.equal(server.received.length, 0);
    },
  );

  await t.test('a run of mail customers among the named ones bills only them', async () => {
    const { code, ways } = await ask(...run('2026-11'), '--mail-customers-only', '--customers', '10,9');
    assert.deepEqual([code, ways], [0, ['9 accepted']]);
    assert.equal(server.received.length, 1);
  });

  const rest = await ask(...run('2026-11'));
  await t.test(
    'a customer without an invoice address gets paper, with the reason, and no mail elsewhere',
    () => {
      assert.deepEqual(
        [rest.code, rest.ways],
        [0, ['9 nothing', '10 to print', '11 to print', '12 accepted']],
      );
      assert.equal(rest.reasons[0], 'The customer has no invoice mail address.');
      assert.deepEqual(
        server.received.flatMap(({ to }) => to),
        ['k9@kunde.example', 'k12@kunde.example'],
      );
    },
  );

  await t.test('the print file of a mailed run holds only the paper post', async () => {
    const printed = await shop.json('print-file', rest.value.run, '--to', shop.at('post.pdf'));
    assert.deepEqual(printed.value, {
      run: rest.value.run,
      invoices: ['2026000005', '2026000006'],
      file: shop.at('post.pdf'),
    });
    assert.deepEqual(await documentsIn(shop.at('post.pdf')), [
      ...['Rechnung 2026000005', 'Lieferübersicht 2026000005', 'Rechnung 2026000006'],
    ]);
    const { ways } = await ask('report', rest.value.run);
    assert.deepEqual(ways, ['9 nothing', '10 printed', '11 printed', '12 accepted']);
  });

  await t.test('output screen files and shows the invoice and mails nothing', async () => {
    const { code, ways, value } = await ask(...run('2026-12'), '--output', 'screen');
    assert.deepEqual([code, ways], [0, ['9 nothing', '10 filed', '11 nothing', '12 nothing']]);
    assert.deepEqual(await documentsIn(value.file), ['Rechnung 2026000008', 'Lieferübersicht 2026000008']);
    assert.equal(server.received.length, 2);
  });

  const archived = (...invoices: string[]) =>
    [...shop.archive()]
      .filter(
        ([key]) => key.startsWith('invoices/') && invoices.some((invoice) => key.includes(`-${invoice}-`)),
      )
      .map(([key, bytes]) => [key.split('/').at(-1), bytes]);
  const written = (folder: string) =>
    readdirSync(shop.at(folder))
      .sort()
      .map((name) => [name, readFileSync(shop.at(`${folder}/${name}`))]);

  await t.test('a reprint by number, customer or period gives the archived bytes', async () => {
    const to = (folder: string) => ['--to', `${shop.at(folder)}/`];
    await shop.json('reprint', '--number', '2026000003,2026000001', ...to('numbers'));
    assert.deepEqual(written('numbers'), archived('2026000001', '2026000003'));
    await shop.json('reprint', '--customer', '10', ...to('customer'));
    assert.deepEqual(written('customer'), archived('2026000002', '2026000005', '2026000008'));
    await shop.json('reprint', '--period', '2026-11', '--mail-customers-only', ...to('period'));
    assert.deepEqual(written('period'), archived('2026000004', '2026000006', '2026000007'));
  });

  await t.test(
    'a reprint asks before it mails, and then sends a new mail with the old documents',
    async () => {
      const again = ['reprint', '--number', '2026000004', '--output', 'pdf'];
      const before = shop.rows();
      const { code, error } = await shop.json(...again);
      assert.deepEqual([code, error?.message], [2, 'Not mailed: answer yes on the terminal, or give --yes.']);
      assert.deepEqual(shop.rows(), before);
      assert.equal(server.received.length, 2);
      assert.equal((await shop.json(...again, '--yes')).code, 0);
      assert.equal(server.received.length, 3);
      const [first, , second] = await Promise.all(
        server.received.map(({ bytes }) => PostalMime.parse(bytes)),
      );
      assert.notEqual(second?.messageId, first?.messageId);
      assert.deepEqual(second?.attachments, first?.attachments);
      assert.deepEqual(second?.to, first?.to);
      assert.deepEqual(
        Buffer.from(second?.attachments[0]?.content as ArrayBuffer),
        archived('2026000004')[0]?.[1],
      );
    },
  );
});

/** Lists the kind and number of each page's document, in the order of the pages. */
async function documentsIn(file: string): Promise<string[]> {
  const { pages } = await readPdf(readFileSync(file));
  return pages.map((lines) => {
    const text = lines.join('\n');
    return `${/Lieferübersicht/.exec(text)?.[0] ?? 'Rechnung'} ${/2026\d{6}/.exec(text)?.[0]}`;
  });
}
