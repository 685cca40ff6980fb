import { addDays, type Day, weekday } from '#core/domain/calendar.ts';
import { periodOf } from '#core/domain/period.ts';
import { DEMO_ARTICLES, type DemoArticle } from './demo-articles.ts';
import { DEMO_CUSTOMERS, type DemoCustomer } from './demo-customers.ts';
import { demoSettings } from './demo-settings.ts';
import { type Random, seeded } from './random.ts';

export interface DemoSet {
  /** As settings.json holds them. */
  readonly settings: object;
  readonly customersCsv: string;
  readonly deliveriesCsv: string;
}

const CUSTOMER_COLUMNS =
  'number;name;name2;street;zip;city;country;language;email;invoice_email;invoice_addressee;invoice_by_mail;billing_cycle;delivery_overview;payment_days;vat_id;e_invoice;buyer_reference;iban;mandate;skonto_percent;skonto_days;cc;order_reference'.split(
    ';',
  );
const DELIVERY_COLUMNS =
  'note;date;customer;position;article;description;quantity;unit;unit_price;vat_rate;discount_percent;place'.split(
    ';',
  );

/**
 * A small wholesaler and one month of its deliveries: 12 customers, 200 delivery notes; the same month makes the
 * same files. `smtpPort` is that of a mail server on this machine.
 * @param month `2026-10`
 */
export function demoSet(month: string, options: { readonly smtpPort: number }): DemoSet {
  const random = seeded(Number(month.replace('-', '')));
  const days = workingDays(month);
  const notes = DEMO_CUSTOMERS.flatMap((customer, index) =>
    spread(days, customer.notes, index).map((day, turn) => ({ customer, day, turn })),
  ).sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
  const deliveries = notes.flatMap(({ customer, day, turn }, index) => {
    const note = `L-${month.slice(2).replace('-', '')}-${String(index + 1).padStart(4, '0')}`;
    return linesOf(customer, turn, random).map((line, at) => ({
      ...line,
      note,
      date: day,
      customer: customer.row.number ?? '',
      position: String(at + 1),
    }));
  });
  return {
    settings: demoSettings(options.smtpPort),
    customersCsv: csv(
      CUSTOMER_COLUMNS,
      DEMO_CUSTOMERS.map(({ row }) => row),
    ),
    deliveriesCsv: csv(DELIVERY_COLUMNS, deliveries),
  };
}

/** Monday to Saturday. */
function workingDays(month: string): Day[] {
  const { from, to } = periodOf('monthly', `${month}-01`);
  const days: Day[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) if (weekday(day) !== 7) days.push(day);
  return days;
}

/** That many different days, evenly over the month and not the same for all. */
const spread = (days: readonly Day[], count: number, shift: number): Day[] =>
  Array.from({ length: count }, (_, index) => {
    const place = (Math.floor((index * days.length) / count) + shift) % days.length;
    return days[place]!;
  }).sort();

function linesOf(customer: DemoCustomer, turn: number, random: Random): Record<string, string>[] {
  const place = customer.places?.[turn % customer.places.length] ?? '';
  const count = random.between(2, Math.min(7, customer.orders.length));
  const deposits = new Map<string, number>();
  const lines = random.some(customer.orders, count).map((number) => {
    const article = articleOf(number);
    const whole = random.between(...article.usual);
    if (article.deposit) deposits.set(article.deposit, (deposits.get(article.deposit) ?? 0) + whole);
    const quantity = article.unit === 'kg' ? `${whole},${random.between(100, 999)}` : String(whole);
    return line(number, quantity, place, random.between(1, 3) === 1 ? customer.discount : undefined);
  });
  for (const [number, quantity] of deposits) lines.push(line(number, String(quantity), place));
  // What comes back: empties of earlier deliveries, and bread that was not sold.
  for (const number of [
    ...deposits.keys(),
    ...customer.orders.filter((order) => articleOf(order).returned),
  ]) {
    if (turn > 0 && random.between(1, 5) === 1) lines.push(line(number, `-${random.between(1, 3)}`, place));
  }
  return lines;
}

function line(number: string, quantity: string, place: string, discount = ''): Record<string, string> {
  const { description, unit, price, vatRate } = articleOf(number);
  return {
    article: number,
    description,
    quantity,
    unit,
    unit_price: price,
    vat_rate: vatRate,
    discount_percent: discount,
    place,
  };
}

const articleOf = (number: string): DemoArticle => DEMO_ARTICLES[number]!;

function csv(columns: readonly string[], rows: readonly Readonly<Record<string, string>>[]): string {
  const quote = (cell: string) => (/[;"\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  const lines = rows.map((row) => columns.map((column) => quote(row[column] ?? '')).join(';'));
  return [columns.join(';'), ...lines, ''].join('\n');
}
