import assert from 'node:assert/strict';
import { test } from 'node:test';
import PostalMime from 'postal-mime';
import type { RunReport } from '#core/runs/run-report.ts';
import { byMail, customersCsv, deliveriesCsv, settingsJson } from '#test/support/data/import-files.ts';
import { readPdf } from '#test/support/documents/pdf-text.ts';
import { startSmtpServer } from '#test/support/mail/smtp-server.ts';
import { openShop } from '#test/support/process/cli.ts';

/** Data that looks like a program must be printed and mailed as it stands, and must do nothing. */
const COMPANY = 'Käse & <b>Söhne</b> {{mail.smtp.user}}';
const CUSTOMER = {
  name: '{{company.iban}} <script>alert(1)</script>',
  name2: '<img src=file:///etc/passwd>',
  street: '{{{company.iban}}} 1',
  invoice_addressee: '"Eve" <eve@evil.example>, Bcc: mallory@evil.example',
  order_reference: '</td></table><h1>free</h1>',
};
const LINE = {
  article: '{{number}}',
  description: '<iframe src="file:///etc/passwd"></iframe> {{> payment}} &amp; \\{{x}}',
  place: '<a href=x>{{#each places}}',
};

test('HTML and Handlebars in the data are printed and mailed literally', async (t) => {
  const server = await startSmtpServer();
  t.after(() => server.close());
  const shop = openShop(t);
  await shop.load('settings', settingsJson(server.port, { company: { name: COMPANY } }));
  await shop.load('customers', customersCsv([byMail('1', { ...CUSTOMER, delivery_overview: 'yes' })]));
  await shop.load('deliveries', deliveriesCsv([{ note: 'L1', date: '2026-10-05', customer: '1', ...LINE }]));
  const args = ['--cycle', 'monthly', '--period', '2026-10', '--invoice-date', '2026-11-02'];
  const { code, value } = await shop.json<RunReport>('run', ...args);
  assert.deepEqual([code, value.delivery], [0, { accepted: 1 }]);
  const [received] = server.received;
  const mail = await PostalMime.parse(received!.bytes);

  await t.test('the documents show the data as it stands', async () => {
    const [invoice = '', overview = ''] = await Promise.all(
      // A long word is broken between two lines, so that blanks and line breaks do not count.
      mail.attachments.map(async ({ content }) => squeezed((await readPdf(content as never)).text)),
    );
    const { invoice_addressee: _, ...printed } = CUSTOMER;
    for (const text of [COMPANY, ...Object.values(printed), LINE.place]) {
      assert.ok(invoice.includes(squeezed(text)), `the invoice shows ${text}`);
    }
    for (const text of [LINE.article, LINE.description]) {
      // Cells stand side by side, so that their lines mix.
      for (const word of text.split(' ')) assert.ok(mentions(invoice, word), `the invoice shows ${word}`);
      for (const word of text.split(' ')) assert.ok(mentions(overview, word), `the overview shows ${word}`);
    }
    assert.doesNotMatch(invoice + overview, /root:/);
  });

  await t.test('the mail shows the data as it stands', () => {
    assert.equal(mail.subject, `Ihre Rechnung 2026000001 vom 02.11.2026 – ${COMPANY}`);
    assert.deepEqual(received?.to, ['k1@kunde.example']);
    assert.deepEqual(mail.to, [{ name: CUSTOMER.invoice_addressee, address: 'k1@kunde.example' }]);
    assert.deepEqual([mail.cc, mail.bcc], [undefined, undefined]);
    assert.ok(mail.text?.includes(`Guten Tag ${CUSTOMER.invoice_addressee},`));
    assert.ok(mail.text?.includes(COMPANY));
    assert.doesNotMatch(mail.html ?? '', /<b>|<script|<eve/);
    assert.match(mail.html ?? '', /Käse &amp; &lt;b&gt;Söhne&lt;\/b&gt; \{\{mail\.smtp\.user\}\}/);
  });
});

const squeezed = (text: string): string => text.replace(/\s/g, '');

/** Tells whether the letters of a word are there, even if a narrow column broke some of them off. */
const mentions = (text: string, word: string): boolean =>
  (word.match(/.{1,8}/g) ?? []).every((part) => text.includes(part));
