import assert from 'node:assert/strict';
import { test } from 'node:test';
import PostalMime, { type Email } from 'postal-mime';
import type { RunReport } from '#core/runs/run-report.ts';
import { readPdf } from '#test/support/documents/pdf-text.ts';
import { startSmtpServer, type TestSmtpServer } from '#test/support/mail/smtp-server.ts';
import { openShop, type Shop } from '#test/support/process/cli.ts';

/** The files of a small dairy as a clerk would write them; the command line bills them. */
const SETTINGS = (smtpPort: number, pdf = { folders: 'day', filePrefix: 'Rechnung' }) =>
  JSON.stringify({
    company: {
      name: 'Molkerei Wiesengrund GmbH',
      street: 'Am Mühlbach 7',
      zip: '87435',
      city: 'Kempten',
      country: 'DE',
      phone: '+49 831 555010',
      email: 'office@wiesengrund.example',
      vatId: 'DE123456788',
      taxNumber: '127/123/45678',
      registration: 'Amtsgericht Kempten, HRB 4711',
      managingDirector: 'Ingrid Wiesner',
      bankName: 'Sparkasse Allgäu',
      iban: 'DE02120300000000202051',
      bic: 'BYLADEM1001',
      smallBusiness: false,
      contact: { name: 'Jutta Reiter', phone: '+49 831 555012', email: 'buchhaltung@wiesengrund.example' },
    },
    pdf: { ...pdf, deliveryNotePrefix: 'Lieferschein' },
    mail: {
      transport: 'smtp',
      sender: { name: 'Molkerei Wiesengrund', address: 'rechnung@wiesengrund.example' },
      replyTo: 'buchhaltung@wiesengrund.example',
      bcc: [],
      smtp: {
        host: '127.0.0.1',
        port: smtpPort,
        encryption: 'none',
        certificate: 'verify',
        user: '',
        allowPlainLogin: false,
      },
      pace: { perSecond: 50, perHour: 100_000, connections: 4 },
    },
    ordering: { autoPdfForInstantInvoices: true },
    numbering: { format: '{yyyy}{number:6}', firstNumber: 1 },
    edition: 'CE',
  });
const CUSTOMERS = `number;name;name2;street;zip;city;country;language;email;invoice_email;invoice_addressee;invoice_by_mail;billing_cycle;delivery_overview;payment_days;vat_id;e_invoice;buyer_reference;iban;mandate
10001;Hotel Alpenblick;Inh. Jörg Gößwein e.K.;Seestraße 1;87629;Füssen;DE;de;info@alpenblick.example;rechnung@alpenblick.example;Frau Gößwein;yes;monthly;yes;14;DE111111125;zugferd;;;
10002;Café "Süß & Salzig";;Marktplatz 3;87435;Kempten;DE;de;kontakt@suess.example;;;no;monthly;no;7;;none;;;
10003;Kindergarten St. Maria;;Schulweg 12;87439;Kempten;DE;de;;buero@kita.example;;yes;monthly;no;30;;xrechnung;04011000-1234512345-06;;
`;
const HEADER =
  'note;date;customer;position;article;description;quantity;unit;unit_price;vat_rate;discount_percent\n';
const DELIVERIES = `${HEADER}L-2610-0001;2026-10-01;10001;1;100;Vollmilch 3,8 % 1 l;120;piece;0,8915;7;
L-2610-0001;2026-10-01;10001;2;900;Pfandkiste;6;piece;3,10;19;
L-2610-0002;2026-10-02;10001;1;100;Vollmilch 3,8 % 1 l;-4;piece;0,8915;7;
L-2610-0002;2026-10-02;10001;2;210;Bergkäse am Stück;3,275;kg;14,9000;7;2,5
L-2610-0003;2026-10-02;10002;1;310;Sahne 30 % 5 l;2;bucket;13,4500;7;
L-2610-0004;02.10.2026;10003;1;120;Naturjoghurt 150 g;45;piece;0,3825;7;
`;

/**
 * The figures were calculated by hand. 10001: 106.98 − 3.57 + 47.58 = 150.99 at 7 % (10.57) and 18.60 at 19 %
 * (3.53); 10002: 26.90 at 7 % (1.88); 10003: 17.21 at 7 % (1.20).
 */
const FIGURES = [
  { customer: '10001', notes: 2, net: '169.59', vat: '14.10', gross: '183.69' },
  { customer: '10002', notes: 1, net: '26.90', vat: '1.88', gross: '28.78' },
  { customer: '10003', notes: 1, net: '17.21', vat: '1.20', gross: '18.41' },
];
const TOTALS = { net: '213.70', vat: '17.18', gross: '230.88' };
const DATE = '2026-11-02';
const RUN = ['run', '--cycle', 'monthly', '--period', '2026-10', '--invoice-date', DATE];

const invoicesOf = (shop: Shop) => [...shop.archive().keys()].filter((key) => key.startsWith('invoices/'));
const filesOf = (report: RunReport) => report.customers.flatMap(({ files }) => files ?? []).sort();

test('the month of a small dairy goes from its files to the archive and the mailbox', async (t) => {
  const server = await startSmtpServer();
  t.after(() => server.close());
  const shop = openShop(t);

  await t.test('the files are accepted as they are', async () => {
    const settings = await shop.load('settings', SETTINGS(server.port));
    assert.deepEqual(settings, { changed: true, notices: [] });
    const created = (count: number) => ({ created: count, updated: 0, unchanged: 0, notices: [] });
    assert.deepEqual(await shop.load('customers', CUSTOMERS), created(3));
    assert.deepEqual(await shop.load('deliveries', DELIVERIES), created(4));
  });

  await t.test('a dry run shows the run and changes nothing', async () => {
    const before = shop.rows();
    const { code, value } = await shop.json<RunReport>(...RUN, '--dry-run');
    assert.equal(code, 0);
    assert.equal(value.state, 'dry run');
    assert.deepEqual(
      value.customers.map(({ name: _, ...rest }) => rest),
      FIGURES.map((figures) => ({ ...figures, state: 'planned' })),
    );
    assert.deepEqual(value.totals, TOTALS);
    assert.deepEqual(shop.rows(), before);
    assert.equal(shop.archive().size, 0);
  });

  const { code, value: report } = await shop.json<RunReport>(...RUN);
  const archive = shop.archive();
  const mails = await Promise.all(server.received.map(({ bytes }) => PostalMime.parse(bytes)));

  await t.test('the report agrees with the notes', () => {
    assert.equal(code, 0);
    assert.deepEqual(
      report.customers.map(({ customer, notes, net, vat, gross }) => ({ customer, notes, net, vat, gross })),
      FIGURES,
    );
    assert.deepEqual(report.totals, TOTALS);
    assert.deepEqual(report.counts, {
      customers: 3,
      notes: 4,
      issued: 3,
      held: 0,
      planned: 0,
      failed: 0,
      cancelled: 0,
      'nothing to bill': 0,
    });
    assert.deepEqual([report.state, report.invoiceDate, report.discrepancies], ['closed', DATE, []]);
    assert.deepEqual(report.delivery, { accepted: 2, 'to print': 1 });
  });

  await t.test('the archive holds the files that the report names, under the fixed names', () => {
    const stem = 'invoices/2026/11/02/Rechnung';
    assert.deepEqual(filesOf(report), [
      `${stem}-10001-2026000001-2026-11-02-1.pdf`,
      `${stem}-10001-2026000001-2026-11-02-2.pdf`,
      `${stem}-10002-2026000002-2026-11-02-1.pdf`,
      `${stem}-10003-2026000003-2026-11-02-1.pdf`,
    ]);
    assert.deepEqual(invoicesOf(shop), filesOf(report));
  });

  await t.test('the mail server got the mails that the report names, with the archived files', () => {
    const accepted = report.customers.filter(({ delivery }) => delivery?.state === 'accepted');
    assert.deepEqual(
      server.received.map(({ to }) => to).sort(),
      accepted.map(({ delivery }) => delivery?.to).sort(),
    );
    for (const { invoice, files = [], delivery } of accepted) {
      const mail = mails.find((one) => one.subject?.includes(invoice!))!;
      assert.deepEqual(
        mail.to?.map(({ address }) => address),
        delivery?.to,
      );
      assert.deepEqual(
        attached(mail),
        files.map((key) => [key.split('/').at(-1), archive.get(key)]),
      );
    }
    assertFiledAsHandedOver(archive, server);
  });

  await t.test('the documents show the figures', async () => {
    const [invoice, overview, second] = await Promise.all(
      invoicesOf(shop).map(async (key) => (await readPdf(archive.get(key)!)).text),
    );
    for (const part of [
      ...['Hotel Alpenblick', 'Inh. Jörg Gößwein e.K.', 'Seestraße 1', '87629 Füssen', '2026000001'],
      ...[
        '02.11.2026',
        '01.10.2026 – 02.10.2026',
        'DE111111125',
        'USt-IdNr. DE123456788',
        'Vollmilch 3,8 % 1 l',
      ],
      ...['106,98', '18,60', '-3,57', '47,58', '169,59 €', '7 % Umsatzsteuer auf 150,99 €', '10,57 €'],
      ...['19 % Umsatzsteuer auf 18,60 €', '3,53 €', '183,69 €', '16.11.2026', 'DE02 1203 0000 0000 2020 51'],
    ]) {
      assert.ok(invoice?.includes(part), `the invoice shows ${part}:\n${invoice}`);
    }
    for (const part of ['Lieferübersicht', '2026000001', '116', '3,275', '169,59']) {
      assert.ok(overview?.includes(part), `the overview shows ${part}:\n${overview}`);
    }
    assert.match(second ?? '', /Café "Süß & Salzig".*26,90 €.*1,88 €.*28,78 €/s);
  });

  await t.test('the same run again has nothing to bill', async () => {
    const { code: again, value } = await shop.json<RunReport>(...RUN);
    assert.deepEqual([again, value.counts['nothing to bill'], value.totals.net], [0, 3, '0.00']);
    assert.notEqual(value.run, report.run);
    assert.deepEqual(shop.archive(), archive);
    assert.equal(server.received.length, 2);
  });

  await t.test('the same files again change nothing', async () => {
    const before = shop.rows();
    const unchanged = (count: number) => ({ created: 0, updated: 0, unchanged: count, notices: [] });
    assert.deepEqual(await shop.load('settings', SETTINGS(server.port)), {
      changed: false,
      notices: [],
    });
    assert.deepEqual(await shop.load('customers', CUSTOMERS), unchanged(3));
    assert.deepEqual(await shop.load('deliveries', DELIVERIES), unchanged(4));
    assert.deepEqual(shop.rows(), before);
  });

  const note = (number: string, quantity: string) =>
    `${number};2026-10-30;10002;1;310;Sahne 30 % 5 l;${quantity};bucket;13,45;7;\n`;

  await t.test(
    'an open note is updated, and a file with a billed note is refused by name and not loaded',
    async () => {
      assert.equal((await shop.load('deliveries', HEADER + note('L-2610-0005', '2'))).created, 1);
      assert.equal((await shop.load('deliveries', HEADER + note('L-2610-0005', '3'))).updated, 1);
      const before = shop.rows();
      const changed = `${note('L-2610-0006', '1')}L-2610-0003;2026-10-02;10002;1;310;Sahne;9;bucket;13,45;7;\n`;
      assert.match(
        await shop.refused('deliveries', HEADER + note('L-2610-0005', '4') + changed),
        /L-2610-0003 .* billed in invoice 2026000002/,
      );
      assert.deepEqual(shop.rows(), before);
    },
  );

  await t.test('without folders and prefix the late note is filed under its bare name', async () => {
    await shop.load('settings', SETTINGS(server.port, { folders: 'none', filePrefix: '' }));
    const { value } = await shop.json<RunReport>(...RUN);
    assert.deepEqual(value.totals, { net: '40.35', vat: '2.82', gross: '43.17' });
    assert.deepEqual(filesOf(value), ['invoices/10002-2026000004-2026-11-02-1.pdf']);
    assert.ok(shop.archive().has('invoices/10002-2026000004-2026-11-02-1.pdf'));
  });

  await t.test('with month folders and another prefix an instant invoice lies in its month', async () => {
    await shop.load('settings', SETTINGS(server.port, { folders: 'month', filePrefix: 'RE_Molkerei' }));
    await shop.load('deliveries', HEADER + note('L-2610-0006', '1'));
    const { value } = await shop.json<RunReport>('invoice', '--customer', '10002', '--invoice-date', DATE);
    assert.deepEqual(filesOf(value), ['invoices/2026/11/RE_Molkerei-10002-2026000005-2026-11-02-1.pdf']);
    assert.equal(invoicesOf(shop).length, 6);
  });
});

const attached = (mail: Email) =>
  mail.attachments.map(({ filename, content }) => [filename, Buffer.from(content as ArrayBuffer)]);

/** Asserts that each received message lies in the archive, byte for byte. */
function assertFiledAsHandedOver(archive: ReadonlyMap<string, Buffer>, server: TestSmtpServer): void {
  const filed = [...archive].filter(([key]) => key.startsWith('mail/'));
  const sorted = (messages: readonly Buffer[]) => messages.map((bytes) => bytes.toString('latin1')).sort();
  assert.ok(filed.every(([key]) => /^mail\/2026\/11\/02\/.*\.eml$/.test(key)));
  assert.deepEqual(
    sorted(filed.map(([, bytes]) => bytes)),
    sorted(server.received.map(({ bytes }) => bytes)),
  );
}
