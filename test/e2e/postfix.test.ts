import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { basename } from 'node:path';
import { test } from 'node:test';
import PostalMime from 'postal-mime';
import { type Mail, readMail } from '#core/repositories/mails.ts';
import type { RunReport } from '#core/runs/run-report.ts';
import { sweep } from '#core/runs/sweep.ts';
import { byMail, customersCsv, deliveriesCsv, settingsJson } from '#test/support/data/import-files.ts';
import { openData } from '#test/support/data/october.ts';
import {
  CLERK,
  certificateOf,
  MAILBOXES,
  POSTFIX_MISSING,
  SENDER,
  startPostfix,
} from '#test/support/mail/postfix.ts';
import type { Delivered } from '#test/support/mail/postfix-mailboxes.ts';
import { openShop } from '#test/support/process/cli.ts';
import type { Program } from '#wiring/program.ts';

const { customer, second, copy, store, grey, greyCustomer } = MAILBOXES;
const CUSTOMERS = [
  byMail('1', {
    name: 'Bäckerei Größmann & Söhne',
    invoice_addressee: 'Käthe Größmann – Büro',
    invoice_email: `${customer}; ${second}`,
    ...{ cc: copy, bcc: store },
    delivery_overview: 'yes',
  }),
  byMail('2', { name: 'Gasthof „Zum Grünen Bären“', invoice_email: greyCustomer }),
  byMail('3', { invoice_email: grey, cc: copy }),
];

test('a run mails through Postfix with STARTTLS, a pinned certificate, a login and greylisting', {
  skip: POSTFIX_MISSING,
}, async (t) => {
  const postfix = await startPostfix();
  t.after(() => postfix.close());
  const shop = openShop(t);
  const smtp = {
    ...{ encryption: 'starttls', certificate: 'pin', ...CLERK },
    pin: new X509Certificate(certificateOf('self-signed')).fingerprint256,
  };
  const pdf = { filePrefix: 'Käserechnung' };
  const settings = settingsJson(postfix.ports.submission, { pdf, smtp });
  await shop.load('settings', settings);
  await shop.load('customers', customersCsv(CUSTOMERS));
  await shop.load(
    'deliveries',
    deliveriesCsv(
      CUSTOMERS.map(({ number = '' }) => ({ note: `L${number}`, customer: number, date: '2026-10-05' })),
    ),
  );
  /** Runs the program on the same data at another time. */
  async function at<T>(now: number, work: (local: Program) => Promise<T>): Promise<T> {
    const local = openData(shop.dataDir, 'plain');
    try {
      return await work({ ...local, clock: { ...local.clock, now: () => now } });
    } finally {
      await local.close();
    }
  }
  const mailOf = (n: number): Promise<Mail> =>
    at(Date.now(), async ({ table }) => (await readMail(table, `202600000${n}-1`))!.value);
  /** Finds the archived message and the copies of it that have arrived. */
  const travelOf = async (n: number) => {
    const { key, messageId } = await mailOf(n);
    const archived = shop.archive().get(key)!;
    const all = await postfix.delivered();
    const copies = all.filter(({ bytes }) => bytes.includes(`Message-ID: ${messageId}\r\n`));
    return { copies, whole: copies.every(({ bytes }) => bytes.equals(archived)) };
  };
  const mailboxesOf = (copies: readonly Delivered[]) => copies.map(({ mailbox }) => mailbox).sort();

  const args = ['--cycle', 'monthly', '--period', '2026-10', '--invoice-date', '2026-11-02'];
  const { value: report } = await shop.json<RunReport>('run', ...args);

  await t.test('a mail with cc, bcc and two files arrives at all recipients as it was archived', async () => {
    const { copies, whole } = await travelOf(1);
    assert.deepEqual(mailboxesOf(copies), [customer, second, copy, store].sort());
    assert.ok(whole, 'byte for byte');
    for (const { sender, trace } of copies) {
      assert.equal(sender, SENDER);
      assert.match(trace, /using TLSv1\.3 /);
      assert.match(trace, /Authenticated sender: clerk/);
    }
  });

  await t.test('the mail that arrived reads as it was written', async () => {
    const { copies } = await travelOf(1);
    const mail = await PostalMime.parse(copies[0]!.bytes);
    const name = 'Käthe Größmann – Büro';
    assert.deepEqual(mail.from, { name: 'Molkerei Wiesengrund', address: SENDER });
    assert.deepEqual(mail.to, [
      { name, address: customer },
      { name, address: second },
    ]);
    assert.deepEqual(
      mail.cc?.map(({ address }) => address),
      [copy],
    );
    assert.equal(mail.bcc, undefined);
    assert.ok(!copies[0]!.bytes.includes(store), 'nobody sees who gets a blind copy');
    assert.match(mail.text ?? '', /Guten Tag Käthe Größmann – Büro,/);

    const archive = new Map([...shop.archive()].map(([key, bytes]) => [basename(key), bytes]));
    const names = mail.attachments.map(({ filename }) => filename!);
    assert.deepEqual(
      names,
      [1, 2].map((n) => `Käserechnung-1-2026000001-2026-11-02-${n}.pdf`),
    );
    for (const { filename, content } of mail.attachments)
      assert.ok(archive.get(filename!)?.equals(new Uint8Array(content as ArrayBuffer)), filename!);
  });

  await t.test(
    'a greylisted mail is deferred, for the greylisted one alone of several recipients',
    async () => {
      assert.deepEqual(report.delivery, { accepted: 1, deferred: 2 });
      assert.match((await mailOf(2)).reason ?? '', /450 4\.2\.0 .*Greylisted/);
      assert.deepEqual((await travelOf(2)).copies, []);
      assert.deepEqual(mailboxesOf((await travelOf(3)).copies), [copy]);
      assert.deepEqual((await shop.json('sweep')).value, { taken: 0 }, 'not before the time');
    },
  );

  await t.test('a deferred mail goes out once when it is due, with the same Message-ID', async () => {
    const before = await Promise.all([2, 3].map(mailOf));
    const due = Math.max(...before.map(({ dueAt }) => dueAt!));
    assert.equal(await at(due, sweep), 2);
    const after = await Promise.all([2, 3].map(mailOf));
    for (const [index, { state, attempts, messageId }] of after.entries())
      assert.deepEqual([state, attempts, messageId], ['accepted', 2, before[index]!.messageId]);

    assert.equal(await at(due + 48 * 3_600_000, sweep), 0, 'and no further time');
    const [alone, shared] = await Promise.all([2, 3].map(travelOf));
    assert.deepEqual([mailboxesOf(alone!.copies), alone!.whole], [[greyCustomer], true]);
    assert.deepEqual([mailboxesOf(shared!.copies), shared!.whole], [[copy, grey].sort(), true]);
    assert.equal((await postfix.delivered()).length, 4 + 1 + 2);
    const { code, value } = await shop.json<RunReport>('report', report.run);
    assert.deepEqual([code, value.delivery], [0, { accepted: 3 }]);
  });
});
