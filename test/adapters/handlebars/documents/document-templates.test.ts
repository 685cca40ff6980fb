import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createTemplates } from '#adapters/handlebars/documents/templates.ts';
import { cancellationOf } from '#core/domain/cancellation.ts';
import { deliveryOverview } from '#core/domain/delivery-overview.ts';
import { TEMPLATES } from '#test/adapters/handlebars/templates-folder.ts';
import { PLAIN, type SampleOptions, sampleInvoice } from '#test/support/data/sample-invoice.ts';
import { type SampleNoteOptions, sampleNote } from '#test/support/data/sample-note.ts';

const templates = createTemplates(TEMPLATES);
const invoiceHtml = (options: SampleOptions = {}, draft = false) =>
  templates.invoice(sampleInvoice(options), { ...PLAIN, draft }).html;
const overviewHtml = (options: SampleOptions = {}) => {
  const invoice = sampleInvoice(options);
  return templates.deliveryOverview(invoice, deliveryOverview(invoice), PLAIN).html;
};

/** Gives what a reader sees of the body: each element on a line, the cells of a row side by side. */
const textOf = (html: string) =>
  html
    .slice(html.indexOf('<body>'))
    .replace(/<\/t[dh]>\s*<t[dh][^>]*>/g, ' | ')
    .replace(/<[^>]+>/g, '\n')
    .replace(/&#x([0-9A-F]+);/g, (_, code) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('\u00a0', ' ')
    .replace(/\s*\n\s*/g, '\n')
    .trim();
const says = (html: string, ...sentences: string[]) => {
  const text = textOf(html).replaceAll(' | ', ' ').replace(/\s+/g, ' ');
  for (const sentence of sentences) assert.ok(text.includes(sentence), `"${sentence}" in:\n${text}`);
};
const untaxed = (vatCategory: string) => () => ({ vatRate: '0', vatCategory });
const abroad = { name: 'Gasthof Adler', country: 'AT', city: 'Reutte', zip: '6600', vatId: 'ATU12345675' };

/** The snapshots were reviewed by eye; renew them with `node --test --test-update-snapshots`. */
const snapshot = (t: TestContext, name: string, html: string) =>
  t.assert.fileSnapshot(
    `${textOf(html)}\n`,
    fileURLToPath(new URL(`snapshots/${name}.txt`, import.meta.url)),
    {
      serializers: [(text) => String(text)],
    },
  );

describe('the invoice template', () => {
  test('a German invoice shows places, discount and returns', (t) => {
    const notes = [
      {
        number: 'L-1',
        date: '2026-10-02',
        lines: [
          {
            position: 1,
            article: '1001',
            description: 'Vollmilch 3,8 %',
            quantity: '24',
            unit: 'l',
            unitPrice: '0.8915',
            vatRate: '7',
            place: 'Filiale Nord',
          },
          {
            position: 2,
            article: '3100',
            description: 'Trinkjoghurt\nErdbeere',
            quantity: '6',
            unit: 'bottle',
            unitPrice: '1.15',
            vatRate: '19',
            discount: '2.5',
          },
        ],
      },
      {
        number: 'L-2',
        date: '2026-10-05',
        lines: [
          {
            position: 1,
            article: '9001',
            description: 'Pfandkiste zurück',
            quantity: '-4',
            unit: 'crate',
            unitPrice: '3',
            vatRate: '19',
            place: 'Filiale Nord',
          },
        ],
      },
    ];
    snapshot(t, 'invoice-de', invoiceHtml({ notes, customer: { skontoPercent: '2', skontoDays: 7 } }));
  });

  test('an English invoice by direct debit shows all references', (t) => {
    const customer = {
      ...abroad,
      language: 'en',
      iban: 'AT611904300234573201',
      mandate: 'M-77',
      orderReference: 'PO-4711',
      buyerReference: '04011000-12345-35',
    };
    const company = { creditorId: 'DE98ZZZ09999999999' };
    snapshot(t, 'invoice-en', invoiceHtml({ customer, company, lines: 2, line: untaxed('K') }));
  });

  test('an invoice says who owes what to whom, with everything that § 14 (4) UStG asks for', () => {
    const html = invoiceHtml({ lines: 5 });
    const wanted = [
      ...[
        'Molkerei Wiesengrund GmbH · Am Mühlbach 7 · 87435 Kempten',
        'Hotel Alpenblick Inh. Maria Huber Seestraße 12 87629 Füssen',
      ],
      ...['Rechnungsnummer 2026000123', 'Rechnungsdatum 31.10.2026', 'Kundennummer 10042'],
      ...['Lieferzeitraum 01.10.2026 – 02.10.2026', 'Abrechnungszeitraum 01.10.2026 – 31.10.2026'],
      ...[
        'Lieferschein L-2610-0001 vom 01.10.2026',
        '2 1014 Süßrahmbutter, mild gesäuert 2,275 kg 6,45 7 14,67',
      ],
      ...[
        'Summe netto 83,96 €',
        '7 % Umsatzsteuer auf 64,36 € 4,51 €',
        '19 % Umsatzsteuer auf 19,60 € 3,72 €',
      ],
      ...['Umsatzsteuer gesamt 8,23 €', 'Rechnungsbetrag 92,19 €'],
    ];
    says(html, ...wanted);
    // The boxes of the page margins show the issuer's tax and bank data and the page number.
    for (const printed of [
      'USt-IdNr. DE123456788',
      'Steuernummer 127\\2f 123\\2f 45678"',
      'IBAN DE02 1203 0000 0000 2020 51',
      '"Amtsgericht Kempten, HRB 4711',
      '"Seite " counter(page) " von " counter(pages)',
    ]) {
      assert.ok(html.includes(printed), printed);
    }
  });

  test('an invoice says how it is paid: by transfer, with Skonto, by direct debit, or not at all', () => {
    says(
      invoiceHtml(),
      'Bitte überweisen Sie',
      'bis zum 14.11.2026 unter Angabe der Rechnungsnummer 2026000123.',
      'Unser Konto: IBAN DE02 1203 0000 0000 2020 51, BIC BYLADEM1001, Sparkasse Allgäu.',
    );
    says(
      invoiceHtml({ customer: { skontoPercent: '2', skontoDays: 7 } }),
      'Bei Zahlung bis zum 07.11.2026 gewähren wir 2 % Skonto: 1,38 €. Zu zahlen sind dann 67,49 €.',
    );
    const debit = { iban: 'DE02120300000000202051', mandate: 'M-77' };
    says(
      invoiceHtml({ customer: debit, company: { creditorId: 'DE98ZZZ09999999999' } }),
      'Den Betrag von 68,87 € ziehen wir am 14.11.2026 per SEPA-Lastschrift von Ihrem Konto DE02 **** **** **** **20 51 ein (Mandat M-77).',
      'Unsere Gläubiger-ID: DE98ZZZ09999999999.',
    );
    assert.doesNotMatch(textOf(invoiceHtml({ customer: debit })), /Gläubiger-ID|überweisen/);
    says(
      invoiceHtml({ line: () => ({ quantity: '-2' }) }),
      'Rechnungsbetrag -47,59 €',
      'Das Guthaben von 47,59 € schreiben wir Ihnen gut. Sie haben nichts zu zahlen.',
    );
    says(
      invoiceHtml({ line: () => ({ quantity: '0' }) }),
      'Rechnungsbetrag 0,00 €',
      'Diese Rechnung ist ausgeglichen.',
    );
    assert.doesNotMatch(textOf(invoiceHtml({ company: { iban: '', bic: '', bankName: '' } })), /Konto/);
  });

  test('an invoice has a GiroCode only when money is to be transferred', () => {
    const hasCode = (html: string) => html.includes('<svg') && textOf(html).includes('GiroCode');
    assert.ok(hasCode(invoiceHtml()));
    const debit = { iban: 'DE02120300000000202051', mandate: 'M-77' };
    for (const without of [
      invoiceHtml({ customer: debit, company: { creditorId: 'DE98ZZZ09999999999' } }),
      invoiceHtml({ line: () => ({ quantity: '-2' }) }),
      invoiceHtml({ line: () => ({ quantity: '0' }) }),
      invoiceHtml({ company: { iban: '' } }),
      invoiceHtml({}, true),
      templates.invoice(sampleInvoice(), { ...PLAIN, pdf: { ...PLAIN.pdf, giroCode: false } }).html,
    ]) {
      assert.ok(!without.includes('<svg') && !textOf(without).includes('GiroCode'));
    }
  });

  test('a cancellation says which invoice it takes back and asks for no payment', (t) => {
    const invoice = sampleInvoice({ lines: 2, customer: { skontoPercent: '2', skontoDays: 7 } });
    const cancellation = cancellationOf(invoice, { number: '2026000130', date: '2026-11-05' });
    const { html } = templates.invoice(cancellation, PLAIN);
    snapshot(t, 'cancellation-de', html);
    assert.doesNotMatch(textOf(html), /überweisen|Skonto|GiroCode|Guthaben/);
  });

  test('the template gives the sum to be carried over after each item', () => {
    const { carried } = templates.invoice(sampleInvoice({ lines: 3 }), PLAIN);
    assert.deepEqual(
      carried?.map(({ foot }) => foot),
      ['Übertrag 0,89', 'Übertrag 15,56', 'Übertrag 64,36'],
    );
    assert.match(templates.invoice(sampleInvoice(), PLAIN).html, /<tr id="row-2">/);
  });

  test('an invoice says why no VAT is charged', () => {
    says(
      invoiceHtml({ customer: abroad, line: untaxed('K') }),
      'Steuerfreie innergemeinschaftliche Lieferung (§ 4 Nr. 1b UStG).',
      'Unsere USt-IdNr.: DE123456788. Ihre USt-IdNr.: ATU12345675.',
      'ÖSTERREICH',
    );
    says(
      invoiceHtml({ customer: abroad, line: untaxed('AE') }),
      'Steuerschuldnerschaft des Leistungsempfängers.',
      'Ihre USt-IdNr.: ATU12345675.',
    );
    says(invoiceHtml({ line: untaxed('E') }), 'Steuerfrei nach § 4 UStG.');
    says(
      invoiceHtml({ line: untaxed('E'), company: { exemptionReason: 'Steuerfrei nach § 4 Nr. 28 UStG.' } }),
      'Steuerfrei nach § 4 Nr. 28 UStG.',
    );
    const small = invoiceHtml({ company: { smallBusiness: true }, line: untaxed('E') });
    says(small, 'Gemäß § 19 UStG wird keine Umsatzsteuer berechnet.');
    assert.doesNotMatch(textOf(small), /§ 4 UStG|USt\. %|Summe netto/);
    const english = { ...abroad, language: 'en' };
    says(
      invoiceHtml({ customer: english, line: untaxed('AE') }),
      'Reverse charge: VAT is to be accounted for by the recipient',
    );
    assert.doesNotMatch(textOf(invoiceHtml()), /§/);
  });

  test('columns that no line needs are left out', () => {
    const plain = textOf(invoiceHtml({ line: () => ({ article: '' }) }));
    assert.doesNotMatch(plain, /Rabatt|Artikel|Direkt an Sie/);
    says(
      invoiceHtml({ line: (index) => ({ discount: index === 0 ? '2.5' : '0' }) }),
      'Rabatt %',
      '0,8915 2,5 7',
    );
  });

  test('a draft is marked as a draft, and an invoice is not', () => {
    assert.match(textOf(invoiceHtml({}, true)), /^ENTWURF\n/);
    assert.doesNotMatch(textOf(invoiceHtml()), /ENTWURF/);
    assert.match(textOf(invoiceHtml({ customer: { language: 'en' } }, true)), /^DRAFT\n/);
  });

  test('HTML, CSS and Handlebars in the data are printed as they stand', () => {
    const nasty = '<b>{{number}}</b></style><script>alert(1)</script>"\\a } @page { size: A5';
    const html = invoiceHtml({
      customer: { name: nasty },
      company: { name: nasty },
      line: () => ({ description: nasty }),
    });
    assert.doesNotMatch(html, /<script|<b>\{\{/);
    assert.equal(html.match(/<\/style>/g)?.length, 2);
    says(html, `${nasty} · Am Mühlbach 7`, `${nasty} Inh. Maria Huber`, `1001 ${nasty} 1 l`);
  });

  test('line breaks of a description are kept', () => {
    assert.match(invoiceHtml({ line: () => ({ description: 'eins\nzwei' }) }), /class="lines">eins\nzwei</);
  });

  test('a document fetches nothing and runs no script', () => {
    for (const html of [invoiceHtml(), overviewHtml()]) {
      assert.match(
        html,
        /Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"/,
      );
      assert.doesNotMatch(html, /<script|https?:|url\(|@import|@font-face/);
    }
  });
});

describe('the delivery overview template', () => {
  test('an overview shows a week of deliveries', (t) =>
    snapshot(t, 'overview-de', overviewHtml({ lines: 12 })));

  test('a month of short figures stands in one table, and long figures are split into even tables', () => {
    const count = (html: string) => html.match(/<table class="days">/g)?.length;
    const month = { lines: 31, linesPerNote: 1 };
    assert.equal(count(overviewHtml({ ...month, line: () => ({ unit: 'piece', quantity: '12' }) })), 1);
    const long = overviewHtml({ ...month, line: () => ({ unit: 'kg', quantity: '1234.567' }) });
    assert.equal(count(long), 2);
    says(long, 'Teil 1 von 2: 01.10.2026 – 16.10.2026', 'Teil 2 von 2: 17.10.2026 – 31.10.2026');
    // 1,234.567 kg are delivered a day, and article 1001 comes every fifth day: 7 days.
    says(long, '8.641,969');
  });

  test('an overview is written in English for a customer who reads English', () => {
    const html = overviewHtml({ customer: { language: 'en' }, lines: 2 });
    says(html, 'Delivery overview for invoice 2026000123 of 31 Oct 2026', 'Date of delivery 1 Oct 2026');
  });
});

describe('the delivery note template', () => {
  const noteHtml = (options: SampleNoteOptions) => templates.deliveryNote(...sampleNote(options)).html;
  const toPlaces = (index: number) => ({
    ...(index === 1 ? { quantity: '-2', discount: '2.5' } : {}),
    place: index === 2 ? 'Filiale Nord' : '',
  });

  test('a delivery note without prices shows several places', (t) =>
    snapshot(t, 'delivery-note-de', noteHtml({ line: toPlaces })));

  test('a delivery note with prices is written in English', (t) =>
    snapshot(
      t,
      'delivery-note-prices-en',
      noteHtml({ prices: true, customer: { language: 'en' }, line: toPlaces }),
    ));

  test('columns and remarks that say nothing are left out', () => {
    const bare = { line: () => ({ article: '' }) };
    says(noteHtml(bare), 'Pos. Bezeichnung Menge Einheit 1 Frische Vollmilch');
    says(noteHtml({ ...bare, prices: true }), 'Einheit Preis Netto € 1', 'Alle Preise sind Nettopreise');
    assert.doesNotMatch(noteHtml({ ...bare, line: toPlaces }), /€|0,8915|2,5|Summe/);
    const untaxedBy19 = { company: { smallBusiness: true }, line: untaxed('E'), prices: true };
    assert.doesNotMatch(noteHtml(untaxedBy19), /Nettopreise/);
  });
});
