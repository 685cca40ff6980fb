import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Mail } from '#core/repositories/mails.ts';
import type { RunReport } from '#core/runs/run-report.ts';
import { byMail, customersCsv, deliveriesCsv, settingsJson } from '#test/support/data/import-files.ts';
import { startScriptedServer } from '#test/support/mail/scripted-smtp.ts';
import { startSmtpServer } from '#test/support/mail/smtp-server.ts';
import { openShop } from '#test/support/process/cli.ts';

const messageId = (message: string) => /^Message-ID: (\S+)/im.exec(message)?.[1];

test('a mail server is down, refuses the login, or hangs up after the last byte', async (t) => {
  const gone = await startSmtpServer();
  await gone.close();
  const good = await startSmtpServer();
  t.after(() => good.close());
  const shop = openShop(t);
  await shop.load('settings', settingsJson(gone.port));
  await shop.load('customers', customersCsv([byMail('1'), byMail('2')]));
  await shop.load(
    'deliveries',
    deliveriesCsv(
      ['10', '11', '12'].flatMap((month) =>
        ['1', '2'].map((customer) => ({ note: `${month}${customer}`, customer, date: `2026-${month}-05` })),
      ),
    ),
  );
  const bill = async (period: string) => {
    const args = ['run', '--cycle', 'monthly', '--period', period, '--invoice-date', '2026-11-02'];
    const { code, value } = await shop.json<RunReport>(...args);
    return { code, value, mails: value.customers.map(({ delivery }) => delivery!) };
  };

  await t.test('a server that is down defers the mails, and nobody needs to do anything', async () => {
    const { code, mails, value } = await bill('2026-10');
    assert.deepEqual([code, value.counts.issued, value.delivery], [0, 2, { deferred: 2 }]);
    assert.match(mails[0]?.reason ?? '', /ECONNREFUSED.*check mail\.smtp\.host/);
  });

  await t.test('a refused login holds all mails until there are new settings', async () => {
    const strict = await startScriptedServer({ AUTH: '535 5.7.8 wrong password' });
    t.after(() => strict.close());
    const login = { user: 'dairy', password: 'old', allowPlainLogin: true };
    await shop.load('settings', settingsJson(strict.port, { smtp: login }));
    const { code, mails, value } = await bill('2026-11');
    assert.deepEqual([code, value.delivery], [1, { held: 2 }]);
    assert.match(
      mails[0]?.reason ?? '',
      /refuses the login of dairy: .*wrong password.*check mail\.smtp\.user/,
    );
    assert.equal(strict.connections, 1, 'the second mail is not tried');
    assert.deepEqual((await shop.json('sweep')).value, { taken: 0 });
    assert.equal(strict.connections, 1, 'nor is any of them before the time');

    await shop.load('settings', settingsJson(good.port));
    assert.deepEqual((await shop.json('sweep')).value, { taken: 2 });
    assert.deepEqual(good.received.map(({ to }) => to).sort(), [['k1@kunde.example'], ['k2@kunde.example']]);
    assert.deepEqual((await shop.json<RunReport>('report', value.run)).value.delivery, { accepted: 2 });
  });

  await t.test(
    'a server that hangs up after the last byte leaves the mails unknown until a person decides',
    async () => {
      const rude = await startScriptedServer({ dot: ['close', 'close', 'close', '250 2.0.0 taken'] });
      t.after(() => rude.close());
      await shop.load('settings', settingsJson(rude.port));
      const { code, mails, value } = await bill('2026-12');
      assert.deepEqual([code, value.delivery], [1, { unknown: 2 }]);
      assert.match(mails[0]?.reason ?? '', /had the whole message.*ask the recipient/);
      assert.deepEqual((await shop.json('sweep')).value, { taken: 0 });

      const unknown = await shop.json<{ mails: Mail[] }>('mails', '--state', 'unknown');
      const [first, second] = unknown.value.mails.map(({ id }) => id);
      assert.deepEqual([unknown.code, first, second], [1, '2026000005-1', '2026000006-1']);
      const counted = await shop.json<{ mail: Mail }>('decide', first!, 'count-as-sent');
      assert.deepEqual([counted.code, counted.value.mail.state], [0, 'settled']);
      const lost = await shop.json<{ mail: Mail }>('decide', second!, 'send-again');
      assert.deepEqual([lost.code, lost.value.mail.state], [1, 'unknown']);
      const again = await shop.json<{ mail: Mail }>('decide', lost.value.mail.id, 'send-again');
      assert.deepEqual(
        [again.code, again.value.mail.id, again.value.mail.state],
        [0, '2026000006-3', 'accepted'],
      );
      assert.equal(rude.messages.length, 4);
      assert.equal(messageId(rude.messages[3]!), again.value.mail.messageId);
      assert.equal(new Set(rude.messages.map(messageId)).size, 4);

      const refused = await shop.json('decide', first!, 'send-again');
      assert.equal(refused.code, 2);
      assert.match(refused.error?.message ?? '', /2026000005-1 is settled/);
      const { code: now, value: report } = await shop.json<RunReport>('report', value.run);
      assert.deepEqual([now, report.delivery], [0, { settled: 1, accepted: 1 }]);
    },
  );
});
