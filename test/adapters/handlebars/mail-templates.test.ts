import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createMailTemplates } from '#adapters/handlebars/mail-templates.ts';
import type { InvoiceFacts } from '#core/domain/invoice.ts';
import { type SampleOptions, sampleInvoice } from '#test/support/sample-invoice.ts';

const templates = createMailTemplates(join(import.meta.dirname, '../../../templates'));
const attachments = [
  'Rechnung-10042-2026000123-2026-10-31-1.pdf',
  'Rechnung-10042-2026000123-2026-10-31-2.pdf',
];
const write = (options: SampleOptions = {}, over: Partial<InvoiceFacts> = {}) =>
  templates.mail({ invoice: { ...sampleInvoice(options), ...over }, attachments });
/** What a reader sees of the HTML. */
const seen = (html: string) =>
  html
    .replace(/<head>[\s\S]*<\/head>/, '')
    .replace(/<br>|<\/td>|<\/tr>/g, ' ')
    .replace(/<[^>]*>/g, '')
    .replace(/&nbsp;|&bull;/g, ' ')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ');
const unwrapped = (text: string) => text.replace(/\s+/g, ' ');
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
  it('says in German what is due, with what, until when and to whom', () => {
    const skonto = { skontoPercent: '2', skontoDays: 7, paymentDays: 14 };
    const { subject, text, html } = write({ customer: { invoiceAddressee: 'Frau Gößwein', ...skonto } });
    assert.equal(subject, 'Ihre Rechnung 2026000123 vom 31.10.2026 – Molkerei Wiesengrund GmbH');
    for (const body of [unwrapped(text), seen(html)]) {
      for (const sentence of [
        'Guten Tag Frau Gößwein, anbei erhalten Sie unsere Rechnung über die Lieferungen vom 01.10.2026 bis 31.10.2026.',
        'bis zum 14.11.2026 und geben Sie dabei die Rechnungsnummer 2026000123 an.',
        'Wenn Sie bis zum 07.11.2026 zahlen, können Sie 2 % Skonto abziehen und zahlen nur ',
        'DE02 1203 0000 0000 2020 51',
        attachments[0]!,
        attachments[1]!,
        'Dann erreichen Sie Jutta Reiter unter +49 831 555012 oder buchhaltung@wiesengrund.example.',
        'Freundliche Grüße Molkerei Wiesengrund GmbH',
        'Sitz: Kempten · Amtsgericht Kempten, HRB 4711',
        'Geschäftsführung: Ingrid Wiesner',
      ]) {
        assert.ok(body.includes(sentence), `${sentence}\n${body}`);
      }
    }
  });

  it('says it in English to those who read English', () => {
    const { subject, text } = write({ customer: { language: 'en', invoiceAddressee: 'Ms Gosswein' } });
    assert.equal(subject, 'Your invoice 2026000123 of 31 Oct 2026 – Molkerei Wiesengrund GmbH');
    assert.match(text, /^Dear Ms Gosswein,\n/);
    assert.match(
      unwrapped(text),
      /Please transfer €[\d.,]+ by 14 Nov 2026 and quote the invoice number 2026000123\./,
    );
    assert.doesNotMatch(text, /Guten Tag|Bitte|Rechnungs|Anhang|Sitz|Grüße/);
  });

  it('greets nobody by name where none is given, and Herrn Müller as Herr Müller', () => {
    assert.match(write().text, /^Guten Tag,\n/);
    assert.match(write({ customer: { language: 'en' } }).text, /^Hello,\n/);
    assert.match(write({ customer: { invoiceAddressee: 'Herrn Müller' } }).text, /^Guten Tag Herr Müller,\n/);
  });

  it('announces a direct debit with amount, day, mandate and creditor, and hides most of the account', () => {
    const { text } = write(
      { company: { creditorId: 'DE98ZZZ09999999999' } },
      {
        payment: {
          by: 'direct-debit',
          due: '2026-11-14',
          iban: 'DE91100000000123456789',
          mandate: 'M-77',
          creditorId: 'DE98ZZZ09999999999',
        },
      },
    );
    assert.match(unwrapped(text), /ziehen den Betrag von [\d.,]+ € am 14\.11\.2026 per SEPA-Lastschrift/);
    assert.match(
      unwrapped(text),
      /Mandatsreferenz ist M-77, unsere Gläubiger-Identifikationsnummer DE98ZZZ09999999999\./,
    );
    assert.doesNotMatch(text, /überweisen|Bankverbindung|0123 ?4567/);
  });

  it('promises money back without a minus sign, and asks for none', () => {
    const { text, html } = write({ notes: [{ number: 'L-1', date: '2026-10-02', lines: returned }] });
    for (const body of [unwrapped(text), seen(html)]) {
      assert.match(body, /Das Guthaben von 35,70 € schreiben wir Ihnen gut\./);
      assert.doesNotMatch(body, / -\d|−|überweisen|Bankverbindung/);
    }
  });

  it('names the day of an instant invoice', () => {
    const { text } = write({
      period: undefined,
      notes: [{ number: 'L-1', date: '2026-10-31', lines: returned }],
    });
    assert.match(unwrapped(text), /unsere Rechnung über die Lieferung vom 31\.10\.2026\./);
  });

  it('leaves out what the company has not told', () => {
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

  it('has short lines in its text', () => {
    const { text } = write({ customer: { invoiceAddressee: 'Frau Gößwein' } });
    for (const line of text.split('\n')) assert.ok(line.length <= 72, line);
    assert.match(text, /\n-- \nMolkerei Wiesengrund GmbH\n/);
  });

  it('prints what looks like HTML, Handlebars or a header as it stands', () => {
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
