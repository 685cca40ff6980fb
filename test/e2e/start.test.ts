import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import PostalMime from 'postal-mime';
import { readCustomers } from '#adapters/csv/customers.ts';
import { readDeliveries } from '#adapters/csv/deliveries.ts';
import { createFolderArchive } from '#adapters/folder/archive.ts';
import { openSqliteTable } from '#adapters/sqlite/table.ts';
import type { RunReport } from '#core/runs/run-report.ts';
import { demoSet } from '#local/demo/demo-set.ts';
import { customersCsv, deliveriesCsv, onPaper, settingsJson } from '#test/support/data/import-files.ts';
import { openShop, type Program, type Shop } from '#test/support/process/cli.ts';
import { descendants, isRunning } from '#test/support/process/processes.ts';
import { brokenPromises } from '#test/support/simulation/promises.ts';

const READY = /Ctrl-C ends it/;
const urlOf = async (program: Program) => (await program.says(/serves\s+(http:\/\/\S+)/))[1]!;

const mailboxOf = (shop: Shop) =>
  readdirSync(join(shop.dataDir, 'mailbox'))
    .filter((name) => name.endsWith('.eml'))
    .sort();
const invoicesOf = (shop: Shop) => [...shop.archive().keys()].filter((key) => key.startsWith('invoices/'));

const sha256 = (bytes: Uint8Array) => hash('sha256', bytes);
/** Maps keys to hashes of their bytes, because a difference of whole pages cannot be read in a report. */
const archiveOf = (shop: Shop) => new Map(Array.from(shop.archive(), ([key, bytes]) => [key, sha256(bytes)]));

/** Asks a program to end, and checks that none of its processes stays behind. */
async function end(program: Program, signal: NodeJS.Signals): Promise<void> {
  const below = descendants(program.process.pid!);
  const asked = performance.now();
  program.process.kill(signal);
  const { code, stderr } = await program.ended;
  assert.deepEqual([code, stderr], [0, '']);
  assert.ok(performance.now() - asked < 10_000, 'within seconds');
  assert.deepEqual(
    below.filter(({ pid }) => isRunning(pid)),
    [],
  );
}

/** Asserts that report, archive and mailbox of the demo name the same documents and mails. */
async function assertDemoBilled(shop: Shop, unknown = 0): Promise<RunReport> {
  const { value } = await shop.json<{ runs: { id: string }[] }>('report');
  assert.equal(value.runs.length, 1);
  const { value: report } = await shop.json<RunReport>('report', value.runs[0]!.id);
  const demo = demoSet(report.period!, { smtpPort: 2525 });
  const customers = readCustomers(Buffer.from(demo.customersCsv), ['de', 'en']).records.length;
  const notes = readDeliveries(Buffer.from(demo.deliveriesCsv)).records.length;
  assert.deepEqual(
    [report.state, report.counts.customers, report.counts.issued],
    ['closed', customers, customers],
  );
  assert.equal(report.counts.notes, notes);
  assert.deepEqual(invoicesOf(shop), report.customers.flatMap(({ files }) => files ?? []).sort());
  const { accepted = 0, unknown: lost = 0, 'to print': paper = 0 } = report.delivery;
  assert.equal(accepted + lost + paper, customers);
  assert.ok(accepted > 20 && paper > 5 && lost <= unknown, JSON.stringify(report.delivery));
  const received = await Promise.all(
    mailboxOf(shop).map((name) => PostalMime.parse(readFileSync(join(shop.dataDir, 'mailbox', name)))),
  );
  const archive = archiveOf(shop);
  for (const { delivery, invoice, files = [] } of report.customers) {
    const mails = received.filter(({ subject }) => subject?.includes(invoice!));
    if (delivery?.state === 'unknown') assert.ok(mails.length <= 1);
    else assert.equal(mails.length, delivery?.state === 'accepted' ? 1 : 0, invoice);
    for (const mail of mails) {
      // The logo belongs to the HTML and is no attached file.
      const attached = mail.attachments.filter(({ disposition }) => disposition === 'attachment');
      assert.deepEqual(
        attached.map(({ content }) => sha256(new Uint8Array(content as ArrayBuffer))),
        files.map((key) => archive.get(key)),
      );
      assert.equal(mail.attachments.length, attached.length + 1);
    }
  }
  return report;
}

test('npm start on an empty folder bills the demo month and serves it', async (t) => {
  const shop = openShop(t);
  const program = shop.start('start');
  const [printed] = (await program.says(/^.*Ctrl-C ends it/s))!;
  const url = await urlOf(program);
  const page = async (path: string) => {
    const answer = await fetch(`${url}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
  const report = await assertDemoBilled(shop);

  await t.test('npm start prints its report and the addresses', () => {
    const { accepted, 'to print': paper } = report.delivery;
    assert.match(printed, new RegExp(`Billing run monthly ${report.period} · closed .* run ${report.run}`));
    assert.match(printed, new RegExp(`Delivery: .*${accepted} accepted`));
    assert.match(printed, new RegExp(`Delivery: .*${paper} to print`));
    assert.ok(
      printed.includes(`net ${report.totals.net} + VAT ${report.totals.vat} = gross ${report.totals.gross}`),
    );
    for (const { invoice } of report.customers) assert.ok(printed.includes(invoice!));
    for (const place of ['/archive/', '/mailbox/']) assert.ok(printed.includes(`${url}${place}`));
  });

  await t.test('it tells its progress in plain lines, document by document', () => {
    const lines = printed.split('\n');
    assert.equal(lines[0], 'rechnungspost starts');
    const begins = lines.findIndex((line) => line.startsWith('Billing run'));
    const told = lines.slice(0, begins).filter((line) => !/ \(\d+ s\)$/.test(line));
    const phases = [
      'rechnungspost',
      'Settings',
      'Customers',
      'Delivery notes',
      'Planning',
      'Documents',
      'Mails',
    ];
    const found = told.map((line) => phases.findIndex((phase) => line.startsWith(phase)));
    assert.deepEqual(
      found,
      found.toSorted((a, b) => a - b),
      'nothing else, and in this order',
    );
    assert.equal(new Set(found).size, phases.length);
    const counts = told.flatMap((line) => {
      const [, done, total] = /^Documents (\d+)\/(\d+)/.exec(line) ?? [];
      assert.ok(total === undefined || Number(total) === report.counts.issued, line);
      return done === undefined ? [] : [Number(done)];
    });
    assert.deepEqual([counts[0], counts.at(-1)], [0, report.counts.issued]);
    // About a line a second, in which a machine prints some documents; told by the batch it would be 20 at once.
    const steps = counts.slice(1).map((done, index) => done - counts[index]!);
    assert.ok(
      steps.every((step) => step > 0 && step < 20),
      `${counts}`,
    );
  });

  await t.test('the pages show runs, archive and mailbox', async () => {
    assert.deepEqual(await page('/healthz'), { status: 200, text: '{"status":"ok"}' });
    assert.ok((await page('/')).text.includes(`/runs/${report.run}`));
    const { text: run } = await page(`/runs/${report.run}`);
    for (const { invoice } of report.customers) assert.ok(run.includes(invoice!));
    const { text: archive } = await page('/archive/');
    for (const key of invoicesOf(shop)) assert.ok(archive.includes(key));
    const [key, expected] = [...archiveOf(shop)][0]!;
    const file = await fetch(`${url}/archive/file/${key}`);
    assert.equal(file.headers.get('content-type'), 'application/pdf');
    assert.equal(sha256(await file.bytes()), expected);
    const { text: mailbox } = await page('/mailbox/');
    for (const name of mailboxOf(shop)) assert.ok(mailbox.includes(name));
    const mail = await page(`/mailbox/${mailboxOf(shop)[0]}`);
    assert.deepEqual([mail.status, /Ihre Rechnung|Your invoice/.test(mail.text)], [200, true]);
  });

  await t.test('a page, run, mail or file that does not exist is not found', async () => {
    for (const path of [
      ...['/nothing', '/runs/nothing', '/mailbox/nothing.eml', '/archive/file/invoices/nothing.pdf'],
      ...['/archive/file/..%2frechnungspost.sqlite', '/mailbox/..%2f..%2frechnungspost.sqlite'],
      '/archive/file/.rechnungspost%2fstaging',
    ]) {
      assert.equal((await page(path)).status, 404, path);
    }
  });

  await t.test('SIGTERM ends npm start, and none of its processes stays behind', () =>
    end(program, 'SIGTERM'),
  );

  await t.test('npm start on the billed folder bills nothing', async () => {
    const [archive, mailbox] = [archiveOf(shop), mailboxOf(shop)];
    const again = shop.start('start');
    await again.says(READY);
    await end(again, 'SIGINT');
    const { stdout } = await again.ended;
    assert.doesNotMatch(stdout, /Billing run/);
    assert.deepEqual([archiveOf(shop), mailboxOf(shop)], [archive, mailbox]);
  });
});

test('npm start that was killed in the middle of its billing completes it at the next start', async (t) => {
  const shop = openShop(t);
  const program = shop.start('start');
  await eventually('a document', () => invoicesOf(shop).length > 0);
  program.process.kill('SIGKILL');
  await program.ended;
  const again = shop.start('start');
  await again.says(READY);
  // Mails come after the documents, so that only a very late kill could lose an answer.
  await assertDemoBilled(shop, 1);
  await end(again, 'SIGTERM');
});

test('a run stopped by Ctrl-C or kill -9 is continued by the same command, or by npm run serve alone', async (t) => {
  const shop = openShop(t);
  const customers = Array.from({ length: 120 }, (_, index) => String(index + 1));
  const deliveries = deliveriesCsv(
    customers.map((customer) => ({ note: `L${customer}`, customer, date: '2026-10-05' })),
  );
  await shop.load('settings', settingsJson(1, { mail: { transport: 'off' } }));
  await shop.load('customers', customersCsv(customers.map((customer) => onPaper(customer))));
  await shop.load('deliveries', deliveries);
  const run = ['run', '--cycle', 'monthly', '--period', '2026-10', '--invoice-date', '2026-11-02'];
  const interrupt = async (signal: NodeJS.Signals) => {
    const filed = invoicesOf(shop).length;
    const program = shop.start('cli', ...run);
    await eventually('a document', () => invoicesOf(shop).length > filed);
    // The signal goes to the whole process group, as a terminal sends it.
    process.kill(-program.process.pid!, signal);
    return { ...(await program.ended), filed: invoicesOf(shop).length };
  };

  const stopped = await interrupt('SIGINT');
  assert.equal(stopped.code, 130);
  assert.match(
    stopped.stderr,
    /^Stopped\. Start the same again, or `npm run serve`: it goes on from here\.$/m,
  );
  const killed = await interrupt('SIGKILL');
  assert.ok(
    stopped.filed < killed.filed && killed.filed < 120,
    `${stopped.filed}, then ${killed.filed} of 120`,
  );

  const server = shop.start('serve');
  const url = await urlOf(server);
  const [, id] = /^RUNS RUN#(\S+)/m.exec(shop.rows().join('\n'))!;
  await eventually('the end of the run', async () => {
    return (await (await fetch(`${url}/runs/${id}`)).text()).includes('abgeschlossen');
  });
  await eventually('its last note', () => shop.rows().some((row) => row.includes('"finished":true')));
  await end(server, 'SIGTERM');
  const { code, value } = await shop.json<RunReport>('report', id!);
  assert.deepEqual([code, value.counts.issued, value.delivery], [0, 120, { 'to print': 120 }]);
  assert.equal(invoicesOf(shop).length, 120);
  await assertPromisesKept(shop, deliveries);
});

async function assertPromisesKept(shop: Shop, deliveries: string): Promise<void> {
  const table = openSqliteTable(join(shop.dataDir, 'rechnungspost.sqlite'));
  try {
    const archive = createFolderArchive(join(shop.dataDir, 'archive'));
    const notes = readDeliveries(Buffer.from(deliveries)).records;
    const evidence = { table, archive, notes, received: new Map(), unknowable: new Set<string>() };
    assert.deepEqual(await brokenPromises(evidence, true), []);
  } finally {
    table.close();
  }
}

/** Asks again and again until it holds, for at most a minute. */
async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000;
  while (!(await holds())) {
    assert.ok(performance.now() < end, `in vain for a minute: ${what}`);
    await setTimeout(5);
  }
}
