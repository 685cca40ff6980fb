import type { Content, TDocumentDefinitions } from 'pdfmake/interfaces.js';
import { giroCodePayload } from '#core/domain/giro-code.ts';
import type { Invoice } from '#core/domain/invoice.ts';
import type { Formats } from './formats.ts';
import { items, mm, plain, THIN, totals } from './pdfmake-tables.ts';

/**
 * Defines our invoice for pdfmake, with its text and as a letter by DIN 5008 form B, as far as the bench set
 * needs it.
 */
export function invoiceDefinition(invoice: Invoice, formats: Formats): TDocumentDefinitions {
  const { label } = formats;
  const { company, customer, number } = invoice;
  const title = `${label('documents.invoice')} ${number}`;
  const place = `${company.zip} ${company.city}`;
  return {
    pageSize: 'A4',
    pageMargins: [mm(25), mm(32), mm(15), mm(36)],
    // Source Sans 3 asks for lines of 1.42 times its size.
    defaultStyle: { font: 'Source Sans 3', fontSize: 9.5, lineHeight: 0.88 },
    info: { title },
    background: (page) => (page === 1 ? foldMarks() : null),
    header: (page) =>
      page === 1
        ? null
        : { text: `${company.name} · ${title}`, fontSize: 8, margin: [mm(25), mm(12), mm(15), 0] },
    footer: (page, pages) => footer(invoice, formats, page, pages),
    content: [
      {
        stack: [
          { text: company.name, fontSize: 15, bold: true },
          { text: `${company.street} · ${place}`, fontSize: 8.5, margin: [0, mm(1), 0, 0] },
        ],
        absolutePosition: { x: mm(25), y: mm(12) },
      },
      {
        text: `${company.name} · ${company.street} · ${place}`,
        fontSize: 7,
        absolutePosition: { x: mm(25), y: mm(58.5) },
      },
      {
        text: [customer.name, customer.street, `${customer.zip} ${customer.city}`].join('\n'),
        fontSize: 10.5,
        absolutePosition: { x: mm(25), y: mm(62.7) },
      },
      { ...facts(invoice, formats), absolutePosition: { x: mm(125), y: mm(50) } },
      // The window ends 98.5 mm below the upper edge of the sheet, and the margin ends at 32 mm.
      { text: title, fontSize: 14, bold: true, margin: [0, mm(66.5), 0, mm(1)] },
      ...(invoice.period ? [{ text: billingPeriod(invoice.period, formats) }] : []),
      items(invoice, formats),
      {
        unbreakable: true,
        stack: [
          {
            columns: [
              { stack: [giroCode(invoice, formats)], width: '*' },
              { stack: [totals(invoice, formats)], width: mm(105) },
            ],
            margin: [0, mm(3), 0, mm(5)],
          },
          { text: payment(invoice, formats) },
        ],
      },
    ],
  };
}

function foldMarks(): Content {
  const marks = [
    { y: mm(105), length: mm(4) },
    { y: mm(148.5), length: mm(6) },
    { y: mm(210), length: mm(4) },
  ];
  return {
    canvas: marks.map(({ y, length }) => ({
      ...{ type: 'line', x1: mm(5), x2: mm(5) + length, y1: y, y2: y, lineWidth: mm(0.15) },
    })),
  };
}

function facts({ number, date, customer, company, delivered }: Invoice, { label, day }: Formats) {
  const { contact } = company;
  const oneDay = delivered.from === delivered.to;
  const rows: [string, string][] = [
    ['invoiceDate', day(date)],
    ['customerNumber', customer.number],
    oneDay
      ? ['deliveryDay', day(delivered.from)]
      : ['deliveryPeriod', label('documents.from', { from: day(delivered.from), to: day(delivered.to) })],
    ['contact', contact.name],
    ['phone', contact.phone],
    ['email', contact.email],
  ];
  const shown = rows
    .filter(([, value]) => value !== '')
    .map(([name, value]) => [label(`documents.${name}`), value]);
  return {
    table: {
      widths: [mm(30), mm(38)],
      body: [[label('documents.invoiceNumber'), { text: number, bold: true }], ...shown],
    },
    fontSize: 9,
    layout: { ...plain, paddingTop: () => mm(0.25), paddingBottom: () => mm(0.25) },
  };
}

const billingPeriod = ({ from, to }: NonNullable<Invoice['period']>, { label, day }: Formats) =>
  `${label('documents.billingPeriod')} ${label('documents.from', { from: day(from), to: day(to) })}`;

function giroCode(invoice: Invoice, { label }: Formats): Content {
  const payload = giroCodePayload(invoice);
  if (payload === undefined) return '';
  return {
    columns: [
      { qr: payload, eccLevel: 'M', fit: mm(36), width: mm(34) },
      {
        text: [{ text: label('documents.giroCode'), bold: true }, `\n${label('documents.giroCodeHint')}`],
        fontSize: 8,
      },
    ],
  };
}

function payment({ number, company, totals, payment }: Invoice, { label, euro, day, iban }: Formats): string {
  if (payment.by !== 'transfer') throw new RangeError('the bench set pays by transfer');
  return [
    label('documents.pay.transfer', { amount: euro(totals.gross), day: day(payment.due), number }),
    `${label('documents.pay.account', { iban: iban(company.iban) })}, ${company.bankName}.`,
  ].join('\n');
}

function footer({ company }: Invoice, { label, iban }: Formats, page: number, pages: number): Content {
  const columns = [
    [company.name, company.street, `${company.zip} ${company.city}`],
    [company.bankName, label('documents.footer.iban', { iban: iban(company.iban) })],
    [label('documents.footer.vatId', { id: company.vatId })],
  ];
  return {
    margin: [mm(25), mm(2), mm(15), 0],
    stack: [
      {
        text: `${label('documents.footer.page')} ${page} ${label('documents.footer.of')} ${pages}`,
        fontSize: 8,
      },
      {
        canvas: [{ type: 'line', x1: 0, x2: mm(170), y1: 0, y2: 0, lineWidth: THIN }],
        margin: [0, mm(2), 0, mm(1.5)],
      },
      { columns: columns.map((lines) => ({ text: lines.join('\n') })), fontSize: 7 },
    ],
  };
}
