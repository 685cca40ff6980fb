/**
 * Cells of a row by column name. These helpers make files as users import them; a cell that a test leaves out
 * takes a usual value.
 */

type Cells = Readonly<Record<string, string>>;

const CUSTOMER: Cells = {
  number: '',
  name: '',
  name2: '',
  street: 'Weg 1',
  zip: '87435',
  city: 'Kempten',
  country: 'DE',
  language: 'de',
  email: '',
  invoice_email: '',
  invoice_addressee: '',
  invoice_by_mail: 'no',
  billing_cycle: 'monthly',
  delivery_overview: 'no',
  payment_days: '14',
  vat_id: '',
  e_invoice: 'none',
  buyer_reference: '',
  iban: '',
  mandate: '',
};
const LINE: Cells = {
  note: '',
  date: '',
  customer: '',
  position: '1',
  article: '100',
  description: 'Milch',
  quantity: '1',
  unit: 'piece',
  unit_price: '1,00',
  vat_rate: '7',
  discount_percent: '',
};

export const customersCsv = (rows: readonly Cells[]): string => csv(CUSTOMER, rows);
export const deliveriesCsv = (rows: readonly Cells[]): string => csv(LINE, rows);

/** Makes a customer who wants invoices by mail. */
export const byMail = (number: string, more: Cells = {}): Cells => ({
  ...{ number, name: `Kunde ${number}`, invoice_by_mail: 'yes', invoice_email: `k${number}@kunde.example` },
  ...more,
});

export const onPaper = (number: string, more: Cells = {}): Cells => ({
  ...{ number, name: `Kunde ${number}` },
  ...more,
});

interface SettingsChanges {
  readonly company?: object;
  readonly pdf?: object;
  readonly mail?: object;
  readonly smtp?: object;
  readonly ordering?: object;
}

/** Makes the settings of a dairy that mails through a server on the loopback, one mail after the other. */
export function settingsJson(smtpPort: number, changes: SettingsChanges = {}): string {
  return JSON.stringify({
    company: {
      name: 'Molkerei Wiesengrund GmbH',
      street: 'Am Mühlbach 7',
      zip: '87435',
      city: 'Kempten',
      vatId: 'DE123456788',
      iban: 'DE02120300000000202051',
      ...changes.company,
    },
    pdf: { folders: 'day', filePrefix: 'Rechnung', ...changes.pdf },
    mail: {
      transport: 'smtp',
      sender: { name: 'Molkerei Wiesengrund', address: 'rechnung@wiesengrund.example' },
      pace: { perSecond: 1000, connections: 1 },
      ...changes.mail,
      smtp: { host: '127.0.0.1', port: smtpPort, encryption: 'none', ...changes.smtp },
    },
    ordering: { ...changes.ordering },
  });
}

/** Writes a CSV file with every column of the usual row, and with those that only some rows have. */
function csv(usual: Cells, rows: readonly Cells[]): string {
  const columns = [...new Set([usual, ...rows].flatMap((row) => Object.keys(row)))];
  const lines = rows.map((row) => columns.map((column) => quoted(row[column] ?? usual[column] ?? '')));
  return [columns, ...lines].map((cells) => `${cells.join(';')}\n`).join('');
}

const quoted = (cell: string): string => (/[;"\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
