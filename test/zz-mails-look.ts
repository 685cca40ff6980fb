import { writeFileSync } from 'node:fs';
import { findBrowser } from '#adapters/chrome/browser.ts';
import { launchBrowser } from '#adapters/chrome/launch.ts';
import { customerSchema } from '#core/domain/customer.ts';
import { MAILING_HOLD, type Mail, readMail, mailKey } from '#core/repositories/mails.ts';
import { suppressionKey } from '#core/repositories/suppressions.ts';
import { create, replace } from '#core/repositories/stored.ts';
import { startServer } from '#local/server.ts';
import { SETTINGS, customerOf } from '#test/support/office.ts';
import { openData } from '#test/support/october.ts';
import { fillOutbox } from '#test/support/outbox.ts';
import { makeTempFolder } from '#test/support/temp-folder.ts';
import { localConfig } from '#wiring/config.ts';
import { importCustomers } from '#core/import-customers.ts';

const folder = makeTempFolder();
const local = openData(folder.path, 'plain');
const names = ['Gasthof Zum Löwen', 'Bäckerei Käßbohrer GmbH & Co. KG', 'Kindertagesstätte Sonnenschein e. V.', 'Hotel Alpenblick', 'Café Größenwahn', 'Metzgerei Huber', 'Seniorenresidenz Am Illerufer', 'Pizzeria Da Gino'];
const pdf = new TextEncoder().encode('%PDF-1.7');
const N = Number(process.argv[2] ?? 24);
const mails = await fillOutbox(local, N, SETTINGS, pdf, (n) => ({ ...(n > 1 ? { number: String(10000 + n) } : {}), name: names[n % names.length]!, invoiceEmail: n % 5 === 0 ? `buchhaltung@kunde${n}.example; chef@kunde${n}.example` : `rechnungseingang@kunde${n}.example`, ...(n % 7 === 0 ? { cc: `steuerberatung.maier-schulze@kanzlei.example` } : {}) }) as never);
const set = async (at: number, over: Partial<Mail>, reply = '') => {
  const found = (await readMail(local.table, mails[at]!.id))!;
  const { dueAt, ...rest } = found.value;
  await local.table.write([replace(found, { ...rest, attempts: 1, recipients: rest.recipients.map((r) => ({ ...r, state: over.state === 'failed' ? 'failed' : 'accepted', reply })) as never, ...(over as object) } as Mail)]);
};
const runId = (await import('#core/repositories/invoices.ts').then((m) => m.readInvoice(local.table, mails[0]!.invoice)))!.value.runId;
for (let i = N - 3; i < N; i++) { const f = (await readMail(local.table, mails[i]!.id))!; await local.table.write([replace(f, { ...f.value, run: runId })]); }
if (N < 100) {
  for (let i = 0; i < N - 4; i++) await set(i, { state: 'accepted', reason: `250 2.0.0 Ok: queued as 4bXk${i}9zL2mz1` }, '250 ok');
  await set(2, { state: 'unknown', reason: 'The connection to mail.wiesengrund.example:587 broke after the message was handed over and before the answer came (ECONNRESET).' });
  await set(5, { state: 'bounced', reason: '550 5.1.1 <rechnungseingang@kunde6.example>: Recipient address rejected: User unknown in virtual mailbox table' });
  await set(7, { state: 'failed', reason: '554 5.7.1 Message rejected as spam by Content Filtering.' });
  await set(9, { state: 'suppressed', reason: 'An earlier mail to this address bounced.' });
  await set(11, { state: 'complained', reason: 'abuse report of the recipient' });
  await set(12, { state: 'deferred', attempts: 4, dueAt: Date.now() + 3.6e6, reason: '451 4.7.1 Greylisting in action, please come back later' });
  await set(13, { state: 'held', attempts: 1, dueAt: Date.now() + 6e5, reason: '535 5.7.8 Authentication credentials invalid' });
  const f = (await readMail(local.table, mails[14]!.id))!;
  await set(14, { state: 'accepted', reason: '250 ok', recipients: f.value.recipients.map((r, i) => ({ ...r, state: i ? 'failed' : 'accepted', reply: i ? '550 5.1.1 no such mailbox' : '250 ok' })) as never });
  await set(15, { state: 'replaced', reason: 'Sent again as 2026000016-2.' });
  await set(16, { state: 'settled', reason: '' });
  await local.table.write([create(suppressionKey('rechnungseingang@kunde10.example'), { address: 'rechnungseingang@kunde10.example', since: new Date().toISOString(), reason: '550 5.1.1 user unknown', mail: mails[9]!.id })]);
  await local.table.write([create(MAILING_HOLD, { since: new Date().toISOString(), reason: '535 5.7.8 Error: authentication failed: the user name or the password is wrong', retryAt: Date.now() + 6e5 })]);
  await importCustomers([customerOf('10008', { invoiceEmail: 'neu@kunde8.example' })], { name: 'x', hash: 'y' }, local);
}
const server = await startServer(local, localConfig({ DATA_DIR: folder.path, PORT: '0', DNS_SERVER: 'none' }));
for (let i = 0; i < 3; i++) { const t = performance.now(); const r = await fetch(`${server.url}/mails`); const b = await r.text(); console.log(r.status, b.length, Math.round(performance.now() - t), 'ms'); }
const query = process.argv[3] ?? '';
const html = await (await fetch(`${server.url}/mails${query}`)).text();
const { browser, end } = await launchBrowser(await findBrowser(process.env.CHROME_PATH), 'templates/fonts');
for (const width of [1280, 400]) {
  const page = await browser.newPage();
  await page.setViewport({ width, height: 700 });
  await page.setContent(html);
  writeFileSync(`/tmp/mails-page-${width}.png`, await page.screenshot({ type: 'png', fullPage: true }));
  for (const [n, y] of [[1, 0], [2, 2600], [3, 3400]]) writeFileSync(`/tmp/zz-part-${width}-${n}.png`, await page.screenshot({ type: 'png', captureBeyondViewport: true, clip: { x: 0, y: y!, width, height: 900 } }));
  console.log(width, await page.evaluate('document.documentElement.scrollWidth'));
}
await end();
await server.close();
await local.close();
folder.remove();
