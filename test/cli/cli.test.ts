import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byMail, customersCsv, deliveriesCsv, settingsJson } from '#test/support/data/import-files.ts';
import { startSmtpServer } from '#test/support/mail/smtp-server.ts';
import { openShop } from '#test/support/process/cli.ts';

test('the command line for people: help, texts and exit codes', async (t) => {
  const server = await startSmtpServer();
  t.after(() => server.close());
  const shop = openShop(t);

  await t.test('help names every command, and a call without a command is refused', async () => {
    const help = await shop.cli('help');
    assert.deepEqual([help.code, help.stderr], [0, '']);
    for (const command of [
      ...['import customers', 'import deliveries', 'import settings', 'run --cycle', 'invoice', 'preview'],
      ...['report', 'print-file', 'reprint', 'delivery-notes', 'mails', 'decide', 'test-mail', 'sweep'],
      ...['cancel', 'pause'],
    ]) {
      assert.ok(help.stdout.includes(`npm run cli -- ${command}`), command);
    }
    assert.equal((await shop.cli()).code, 2);
    assert.deepEqual(shop.rows(), []);
  });

  await t.test('an import tells what it did and which columns it ignored', async () => {
    await shop.load('settings', settingsJson(server.port));
    const notices = (await shop.load('customers', customersCsv([{ ...byMail('1'), fax: '0' }]))).notices;
    assert.deepEqual(notices, ['Column fax is not one of a file of customers and was ignored.']);
    await shop.load('deliveries', deliveriesCsv([{ note: 'L1', date: '2026-10-05', customer: '1' }]));
  });

  await t.test('a test mail shows the conversation', async () => {
    const { code, stdout } = await shop.cli('test-mail', 'clerk@dairy.example');
    assert.equal(code, 0);
    assert.match(
      stdout,
      /220 .*EHLO .*MAIL FROM:<rechnung@wiesengrund\.example>.*RCPT TO:<clerk@dairy\.example>.*250/s,
    );
    assert.deepEqual(
      server.received.map(({ to }) => to),
      [['clerk@dairy.example']],
    );
  });

  await t.test('a run prints its report, and report and mails print their lists', async () => {
    const args = ['--cycle', 'monthly', '--period', '2026-10', '--invoice-date', '2026-11-02'];
    const { code, stdout, stderr } = await shop.cli('run', ...args);
    assert.deepEqual([code, stderr], [0, '']);
    const [, run] = /^Billing run monthly 2026-10 · closed · invoice date 2026-11-02 · run (\S+)$/m.exec(
      stdout,
    )!;
    assert.match(stdout, /^1 +Kunde 1 +2026000001 +1\.07 +mailed to k1@kunde\.example$/m);
    assert.match(stdout, /^1 delivery notes, net 1\.00 \+ VAT 0\.07 = gross 1\.07 EUR$/m);
    assert.match((await shop.cli('report')).stdout, new RegExp(`^${run} +2026-10 +closed .* 1$`, 'm'));
    assert.match((await shop.cli('mails')).stdout, /^2026000001-1 +1 +accepted +k1@kunde\.example +250 /m);
    const paused = await shop.cli('pause', String(run));
    assert.deepEqual(
      [paused.code, paused.stderr],
      [2, `Run ${run} is finished and none of its mails waits: there is nothing left to pause.\n`],
    );
    assert.equal((await shop.cli('resume', String(run))).code, 0);
    assert.equal((await shop.cli('resume', 'nowhere')).code, 2);
  });
});
