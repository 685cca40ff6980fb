/**
 * Twelve made-up customers of a made-up wholesaler. Bank details are published examples, VAT IDs have valid check
 * digits and no owner, mail domains end in .example.
 */

export interface DemoCustomer {
  /** Cells of customers.csv; what is absent is empty. */
  readonly row: Readonly<Record<string, string>>;
  /** Delivery notes in a month. */
  readonly notes: number;
  /** Article numbers the customer orders. */
  readonly orders: readonly string[];
  /** On some articles, as customers.csv and deliveries.csv write it: `2,5`. */
  readonly discount?: string;
  /** Branches, delivered to in turn. */
  readonly places?: readonly string[];
}

const MILK = ['100', '101', '110', '120', '121', '310'];
const CHEESE = ['210', '211', '220', '230'];
const BREAD = ['400', '401', '410', '411', '420'];
const DRINKS = ['500', '501'];

export const DEMO_CUSTOMERS: readonly DemoCustomer[] = [
  {
    row: {
      number: '10001',
      name: 'Hotel Alpenblick',
      name2: 'Inh. Jörg Gößwein e.K.',
      street: 'Seestraße 1',
      zip: '87629',
      city: 'Füssen',
      email: 'info@alpenblick.example',
      invoice_email: 'rechnung@alpenblick.example',
      invoice_addressee: 'Frau Gößwein',
      invoice_by_mail: 'yes',
      delivery_overview: 'yes',
      vat_id: 'DE111111125',
      e_invoice: 'zugferd',
    },
    notes: 24,
    orders: [...MILK, ...CHEESE, ...BREAD],
    discount: '2,5',
  },
  {
    row: {
      number: '10002',
      name: 'Café "Süß & Salzig"',
      street: 'Marktplatz 3',
      zip: '87435',
      city: 'Kempten',
      email: 'kontakt@suess.example',
      invoice_by_mail: 'no',
      payment_days: '7',
    },
    notes: 22,
    orders: ['100', '310', ...BREAD, '500'],
  },
  {
    row: {
      number: '10003',
      name: 'Kindergarten St. Maria',
      street: 'Schulweg 12',
      zip: '87439',
      city: 'Kempten',
      invoice_email: 'buero@kita-st-maria.example',
      invoice_by_mail: 'yes',
      payment_days: '30',
      buyer_reference: '04011000-1234512345-06',
      e_invoice: 'xrechnung',
    },
    notes: 20,
    orders: ['100', '120', '121', '400', '410', '501'],
  },
  {
    row: {
      number: '10004',
      name: 'Dorfläden Illerwinkel eG',
      street: 'Bahnhofstraße 28',
      zip: '87527',
      city: 'Sonthofen',
      email: 'zentrale@illerwinkel.example',
      invoice_email: 'rechnungen@illerwinkel.example; lager@illerwinkel.example',
      invoice_addressee: 'Buchhaltung',
      invoice_by_mail: 'yes',
      delivery_overview: 'yes',
      payment_days: '21',
      vat_id: 'DE123456788',
      skonto_percent: '2',
      skonto_days: '8',
      order_reference: 'Rahmenvertrag 2026-7',
    },
    notes: 24,
    orders: [...MILK, ...CHEESE, ...BREAD, ...DRINKS],
    discount: '5',
    places: ['Laden Altstädten', 'Laden Bihlerdorf', 'Laden Rieden', 'Markthalle 2'],
  },
  {
    row: {
      number: '10005',
      name: 'The Highland Lodge Ltd',
      name2: 'Allgäu Branch',
      street: 'Am Skilift 4',
      zip: '87561',
      city: 'Oberstdorf',
      language: 'en',
      email: 'hello@highland-lodge.example',
      invoice_email: 'accounts@highland-lodge.example',
      invoice_addressee: 'Ms Fiona Grant',
      invoice_by_mail: 'yes',
      delivery_overview: 'yes',
      payment_days: '14',
    },
    notes: 22,
    orders: ['100', '110', '120', ...CHEESE, '400', '410', '411', ...DRINKS],
  },
  {
    row: {
      number: '10006',
      name: 'Klinik am Weiher gGmbH',
      street: 'Weiherstraße 40',
      zip: '87700',
      city: 'Memmingen',
      invoice_email: 'kreditoren@klinik-am-weiher.example',
      invoice_addressee: 'Abteilung Einkauf',
      invoice_by_mail: 'ja',
      payment_days: '30',
      cc: 'kueche@klinik-am-weiher.example',
      order_reference: '4500012345',
    },
    notes: 18,
    orders: ['101', '110', '120', '121', '220', '400', '401', '410'],
    discount: '3,25',
  },
  {
    row: {
      number: '10007',
      name: 'Gasthof Zum Löwen',
      name2: 'Familie Hörmann',
      street: 'Dorfplatz 1',
      zip: '87463',
      city: 'Dietmannsried',
      invoice_by_mail: 'no',
      delivery_overview: 'yes',
      iban: 'DE89370400440532013000',
      mandate: 'M-2024-0017',
    },
    notes: 16,
    orders: ['100', '310', '210', '230', '400', '420', '500'],
  },
  {
    row: {
      number: '10008',
      name: 'Bäckerei Straßhofer',
      street: 'Mühlgasse 9',
      zip: '87509',
      city: 'Immenstadt',
      invoice_email: 'buchhaltung@strasshofer.example',
      invoice_by_mail: 'yes',
      iban: 'DE02300209000106531065',
      mandate: 'M-2025-0003',
    },
    notes: 14,
    orders: ['101', '110', '310', '311'],
  },
  {
    row: {
      number: '10009',
      name: 'Lakeside Conference Centre',
      street: 'Uferweg 15',
      zip: '88131',
      city: 'Lindau',
      language: 'en',
      invoice_email: 'finance@lakeside-centre.example',
      invoice_by_mail: 'yes',
      payment_days: '14',
      skonto_percent: '1,5',
      skonto_days: '7',
      e_invoice: 'zugferd',
    },
    notes: 12,
    orders: ['100', '120', '210', '211', '410', '411', ...DRINKS],
  },
  {
    row: {
      number: '10010',
      name: 'Seniorenheim Abendsonne',
      street: 'Höhenweg 22',
      zip: '87474',
      city: 'Buchenberg',
      invoice_by_mail: 'nein',
    },
    notes: 12,
    orders: ['101', '120', '121', '220', '400', '401'],
  },
  {
    row: {
      number: '10011',
      name: 'Käsestüble Ölmüller',
      street: 'Kirchgasse 2',
      zip: '88316',
      city: 'Isny',
      invoice_email: 'laden@oelmueller.example',
      invoice_by_mail: 'yes',
      delivery_overview: 'yes',
      payment_days: '10',
    },
    notes: 10,
    orders: [...CHEESE, '110'],
    discount: '4',
  },
  {
    row: {
      number: '10012',
      name: 'Berghütte Falkenstein',
      street: 'Almweg 100',
      zip: '87459',
      city: 'Pfronten',
      invoice_by_mail: 'no',
      payment_days: '0',
    },
    notes: 6,
    orders: ['101', '110', '210', '400', '420', ...DRINKS],
  },
];
