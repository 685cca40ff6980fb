import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createTemplates } from '#adapters/handlebars/documents/templates.ts';
import { cancellationOf } from '#core/domain/cancellation.ts';
import type { InvoiceFacts } from '#core/domain/invoice.ts';
import type { MailContent } from '#core/ports.ts';
import { type SampleOptions, sampleInvoice } from '#test/support/data/sample-invoice.ts';

const templates = createTemplates(join(import.meta.dirname, '../../../../templates'));
const attachments = [
  { kind: 'invoice', fileName: 'Rechnung-10042-2026000123-2026-10-31-1.pdf' },
  { kind: 'delivery-overview', fileName: 'Rechnung-10042-2026000123-2026-10-31-2.pdf' },
] as const;
const write = (options: SampleOptions = {}, over: Partial<InvoiceFacts> = {}, logo?: MailContent['logo']) =>
  templates.mail({ invoice: { ...sampleInvoice(options), ...over }, attachments, logo });
/** Gives the text that a reader of the HTML sees. */
const seen = (html: string) =>
  html
    .replace(/<head>[\s\S]*<\/head>/, '')
    .replace(/<div style="display:none.*<\/div>/, '')
    .replace(/<br>|<\/td>|<\/tr>/g, ' ')
    .replace(/<[^>]*>/g, '')
    .replace(/&nbsp;|&bull;/g, ' ')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ');
const unwrapped = (text: string) => text.replace(/\s+/g, ' ');
/** The snapshots were reviewed by eye; renew them with `node --test --test-update-snapshots`. */
const snapshot = (t: TestContext, name: string, text: string) =>
  t.assert.fileSnapshot(text, join(import.meta.dirname, 'snapshots', `${name}.txt`), {
    serializers: [String],
  });
const debit = {
  by: 'direct-debit',
  due: '2026-11-14',
  iban: 'DE91100000000123456789',
  mandate: 'M-77',
  creditorId: 'DE98ZZZ09999999999',
} as const;
const returned = [
  {
    position: 1,
    description: 'Pfand Mehrwegkiste',
    quantity: '-10',
    unit: 'crate',
    unitPrice: '3',
    vatRate: '19',
  },
];

describe('the covering mail', () => {
  it('a German mail says what is due for which deliveries, by when, and to which account', () => {
    const skonto = { skontoPercent: '2', skontoDays: 7, paymentDays: 14 };
    const { subject, text, html } = write({ customer: { invoiceAddressee: 'Frau Gößwein', ...skonto } });
    assert.equal(subject, 'Ihre Rechnung 2026000123 vom 31.10.2026 – Molkerei Wiesengrund GmbH');
    for (const body of [unwrapped(text).replace(/(Rechnung|Lieferübersicht):/g, '$1'), seen(html)]) {
      for (const sentence of [
        'Guten Tag Frau Gößwein, anbei erhalten Sie unsere Rechnung über die Lieferungen vom 01.10.2026 bis 31.10.2026.',
        'bis zum 14.11.2026 und geben Sie dabei die Rechnungsnummer 2026000123 an.',
        'Wenn Sie bis zum 07.11.2026 zahlen, können Sie 2 % Skonto abziehen und zahlen nur ',
        'DE02 1203 0000 0000 2020 51',
        `Rechnung ${attachments[0].fileName}`,
        `Lieferübersicht ${attachments[1].fileName}`,
        'Dann erreichen Sie Jutta Reiter unter +49 831 555012 oder buchhaltung@wiesengrund.example.',
        'Freundliche Grüße Molkerei Wiesengrund GmbH',
        'Sitz: Kempten · Amtsgericht Kempten, HRB 4711',
        'Geschäftsführung: Ingrid Wiesner',
      ]) {
        assert.ok(body.includes(sentence), `${sentence}\n${body}`);
      }
    }
  });

  it('a customer who reads English gets the mail in English', () => {
    const { subject, text } = write({ customer: { language: 'en', invoiceAddressee: 'Ms Gosswein' } });
    assert.equal(subject, 'Your invoice 2026000123 of 31 Oct 2026 – Molkerei Wiesengrund GmbH');
    assert.match(text, /^Dear Ms Gosswein,\n/);
    assert.match(
      unwrapped(text),
      /Please transfer €[\d.,]+ by 14 Nov 2026 and quote the invoice number 2026000123\./,
    );
    assert.doesNotMatch(text, /Guten Tag|Bitte|Rechnungs|Anhang|Sitz|Grüße/);
  });

  it('the mail greets nobody by name where there is no addressee, and Herrn Müller as Herr Müller', () => {
    assert.match(write().text, /^Guten Tag,\n/);
    assert.match(write({ customer: { language: 'en' } }).text, /^Hello,\n/);
    assert.match(write({ customer: { invoiceAddressee: 'Herrn Müller' } }).text, /^Guten Tag Herr Müller,\n/);
  });

  it('the mail announces a direct debit with amount, day, mandate and creditor, and masks the account', () => {
    const { text } = write({ company: { creditorId: 'DE98ZZZ09999999999' } }, { payment: debit });
    assert.match(unwrapped(text), /ziehen den Betrag von [\d.,]+ € am 14\.11\.2026 per SEPA-Lastschrift/);
    assert.match(
      unwrapped(text),
      /Mandatsreferenz ist M-77, unsere Gläubiger-Identifikationsnummer DE98ZZZ09999999999\./,
    );
    assert.doesNotMatch(text, /überweisen|Bankverbindung|0123 ?4567/);
  });

  it('the mail of a credit promises the money without a minus sign and asks for no payment', () => {
    const { text, html } = write({ notes: [{ number: 'L-1', date: '2026-10-02', lines: returned }] });
    for (const body of [unwrapped(text), seen(html)]) {
      assert.match(body, /Das Guthaben von 35,70 € schreiben wir Ihnen gut\./);
      assert.doesNotMatch(body, / -\d|−|überweisen|Bankverbindung/);
    }
  });

  it('the mail of an instant invoice names the day of the delivery', () => {
    const { text } = write({
      period: undefined,
      notes: [{ number: 'L-1', date: '2026-10-31', lines: returned }],
    });
    assert.match(unwrapped(text), /unsere Rechnung über die Lieferung vom 31\.10\.2026\./);
  });

  it('the mail leaves out what the company settings do not say', () => {
    const bare = {
      iban: '',
      bic: '',
      bankName: '',
      phone: '',
      email: '',
      website: '',
      registration: '',
      managingDirector: '',
      vatId: '',
      contact: {},
    };
    const { text, html } = write({ company: bare });
    assert.doesNotMatch(text, /Bankverbindung|erreichen|Sitz|Geschäftsführung|USt-IdNr/);
    assert.doesNotMatch(text, /\n\n\n| · \n/);
    assert.doesNotMatch(seen(html), /Bankverbindung|erreichen/);
  });

  it('the text part has lines of at most 72 characters, however long the names are', (t) => {
    const skonto = { skontoPercent: '2', skontoDays: 7, paymentDays: 14 };
    const german = write({ lines: 60, customer: { invoiceAddressee: 'Frau Gößwein', ...skonto } }).text;
    const english = write({ customer: { language: 'en' } }, { payment: debit }).text;
    snapshot(t, 'mail-de', german);
    snapshot(t, 'mail-en', english);
    const words = (count: number) => 'Gemeinschaft '.repeat(count).trim();
    const long = write({
      customer: { invoiceAddressee: words(6) },
      company: { name: words(8), bankName: words(6), registration: words(8), managingDirector: words(9) },
    }).text;
    for (const text of [german, english, long]) {
      for (const line of text.split('\n')) assert.ok(line.length <= 72, line);
      assert.doesNotMatch(text, /<|&|\u00a0|\n\n\n/);
      assert.match(text, /\n-- \n/);
    }
  });

  it('the mail of a cancellation says that the invoice is taken back', (t) => {
    const invoice = cancellationOf(sampleInvoice(), { number: '2026000124', date: '2026-11-03' });
    const { subject, text } = templates.mail({ invoice, attachments: attachments.slice(0, 1) });
    snapshot(t, 'mail-cancellation-de', `${subject}\n\n${text}`);
    const english = { ...invoice, customer: { ...invoice.customer, language: 'en' as const } };
    assert.match(
      unwrapped(templates.mail({ invoice: english, attachments }).text),
      /we take back our invoice 2026000123 of 31 Oct 2026 in full\..*There is nothing to pay\./,
    );
  });

  it('the mail shows the attached logo no larger than it is, and fetches nothing', () => {
    const shown = (width: number, height: number) =>
      /<img [^>]*>/.exec(write({}, {}, { contentId: 'logo.1@x.example', width, height }).html)?.[0] ?? '';
    assert.match(
      shown(826, 236),
      /src="cid:logo\.1@x\.example" width="220" height="63" alt="Molkerei Wiesengrund GmbH"/,
    );
    assert.match(shown(74, 295), / width="18" height="72" /);
    assert.match(shown(100, 40), / width="100" height="40" /);
    const { html } = write({}, {}, { contentId: 'logo.1@x.example', width: 8, height: 8 });
    assert.doesNotMatch(html, /https?:|url\(|<link|<script|@import|srcset/);
    assert.equal(html.match(/\ssrc=/g)?.length, 1);
    assert.doesNotMatch(write().html, /<img|cid:/);
  });

  it('the preview text behind the subject tells the amount and the due day', () => {
    const hidden = (html: string) => /<div style="display:none[^>]*>(.*?)<\/div>/.exec(html)?.[1];
    const said = hidden(write({ lines: 60 }).html)?.replaceAll('\u00a0', ' ');
    assert.equal(said, 'Rechnungsbetrag 2.184,19 € · Zahlbar bis 14.11.2026');
    assert.match(
      hidden(write({ notes: [{ number: 'L-1', date: '2026-10-02', lines: returned }] }).html)!,
      /^Ihr Guthaben 35,70.€$/,
    );
  });

  it('data that looks like HTML, Handlebars or a mail header is printed as it stands', () => {
    const evil = '<script>alert(1)</script> {{company}} & "x" {number}';
    const { subject, text, html } = write({ company: { name: evil }, customer: { invoiceAddressee: evil } });
    assert.ok(subject.includes(evil));
    assert.ok(unwrapped(text).includes(`Guten Tag ${evil},`));
    assert.doesNotMatch(html, /<script/);
    assert.ok(
      html.includes('&lt;script&gt;alert(1)&lt;/script&gt; {{company}} &amp; &quot;x&quot; {number}'),
    );
    const broken = { ...sampleInvoice(), number: '1\r\nBcc: thief@example.org' };
    assert.doesNotMatch(templates.mail({ invoice: broken, attachments }).subject, /[\r\n]/);
  });
});
