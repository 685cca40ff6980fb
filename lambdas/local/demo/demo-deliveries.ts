import { addDays, type Day, weekday } from '#core/domain/calendar.ts';
import { plainDecimal } from '#core/domain/money.ts';
import { periodOf } from '#core/domain/period.ts';
import { DEMO_ARTICLES } from './demo-articles.ts';
import type { BasketItem } from './demo-baskets.ts';
import { DEMO_HABITS, type DemoHabit, type Weekdays } from './demo-habits.ts';
import { type Random, seeded } from './random.ts';

/** A row of deliveries.csv: its cells by column name. */
export type DemoRow = Readonly<Record<string, string>>;

/** Bavarian public holidays with a fixed date. */
const HOLIDAYS = ['01-01', '01-06', '05-01', '08-15', '10-03', '11-01', '12-25', '12-26'];

/** A place of delivery, with what may be returned from earlier deliveries. */
interface Stop {
  readonly customer: string;
  readonly habit: DemoHabit;
  readonly place: string;
  readonly days: Weekdays;
  /** Crates, buckets and bottles that stand there, counted by their deposit article. */
  readonly empties: Map<string, number>;
  /** Loaves of the last delivery, counted by article. */
  readonly bread: Map<string, number>;
}

/** Makes the month's delivery notes, day by day along the same tour, with one row for each line. */
export function demoDeliveries(month: string): DemoRow[] {
  const random = seeded(Number(month.replace('-', '')));
  const stops = Object.entries(DEMO_HABITS).flatMap(([customer, habit]) => stopsOf(customer, habit));
  const notes = daysOf(month).flatMap((date) =>
    stops
      .filter(({ days }) => days.includes(weekdayOf(date)))
      .map((stop) => ({ date, customer: stop.customer, lines: deliver(stop, random) })),
  );
  return notes.flatMap(({ lines, ...head }, index) => {
    const note = `L-${month.slice(2).replace('-', '')}-${String(index + 1).padStart(4, '0')}`;
    return lines.map((line, at) => ({ ...head, ...line, note, position: String(at + 1) }));
  });
}

const stopsOf = (customer: string, habit: DemoHabit): Stop[] =>
  Object.entries(typeof habit.days === 'string' ? { '': habit.days } : habit.days).map(([place, days]) => ({
    ...{ customer, habit, place, days },
    empties: new Map(),
    bread: new Map(),
  }));

function daysOf(month: string): Day[] {
  const { from, to } = periodOf('monthly', `${month}-01`);
  const days: Day[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day);
  return days;
}

const weekdayOf = (day: Day): string => (HOLIDAYS.includes(day.slice(5)) ? '7' : String(weekday(day)));

/** Makes the lines of one delivery: goods, their deposits, and returns of empties and unsold bread. */
function deliver(stop: Stop, random: Random): DemoRow[] {
  const { orders, size, returnsBread } = stop.habit;
  const goods = orders
    .filter(({ oneIn }) => random.between(1, oneIn) === 1)
    .map((item) => ({ article: item.article, quantity: quantityOf(item, size, random) }));
  const returns = [
    ...returned(stop.empties, random, (count) => random.between(Math.ceil(count / 2), count)),
    ...(returnsBread
      ? returned(stop.bread, random, (count) => Math.floor(random.between(0, count) / 3))
      : []),
  ];
  const deposits = new Map<string, number>();
  stop.bread.clear();
  for (const { article, quantity } of goods) {
    const { deposit, unit } = DEMO_ARTICLES[article]!;
    if (deposit) deposits.set(deposit, (deposits.get(deposit) ?? 0) + quantity / 1000);
    if (unit === 'loaf') stop.bread.set(article, quantity / 1000);
  }
  for (const [deposit, count] of deposits)
    stop.empties.set(deposit, (stop.empties.get(deposit) ?? 0) + count);
  const charged = [...deposits].map(([article, count]) => ({ article, quantity: count * 1000 }));
  return [...goods, ...charged, ...returns].map(({ article, quantity }) => rowOf(stop, article, quantity));
}

/** Returns a quantity in thousandths: a multiple of the pack, or a weight as scales show it. */
function quantityOf({ article, from, to }: BasketItem, size: number, random: Random): number {
  const { by } = DEMO_ARTICLES[article]!;
  const wanted = random.between(Math.round(from * size * 1000), Math.round(to * size * 1000));
  if (by === 0) return wanted + random.between(-150, 150);
  return Math.max(1, Math.round(wanted / 1000 / by)) * by * 1000;
}

/** Takes back some of the stock, at random about every third time, and reduces the stock by it. */
function returned(there: Map<string, number>, random: Random, some: (count: number) => number) {
  const back: { article: string; quantity: number }[] = [];
  for (const [article, count] of there) {
    const quantity = random.between(1, 3) === 1 ? some(count) : 0;
    if (quantity === 0) continue;
    there.set(article, count - quantity);
    back.push({ article, quantity: -quantity * 1000 });
  }
  return back;
}

function rowOf({ habit, place }: Stop, article: string, quantity: number): DemoRow {
  const { description, unit, price, vatRate } = DEMO_ARTICLES[article]!;
  const { discount, untaxed } = habit;
  const isDeposit = article.startsWith('9');
  return {
    article,
    description,
    quantity: plainDecimal(quantity, 3).replace('.', ','),
    unit,
    unit_price: price,
    vat_rate: untaxed ? '0' : vatRate,
    vat_category: untaxed ? 'K' : '',
    discount_percent: discount && !isDeposit && article.startsWith(discount.on) ? discount.percent : '',
    place,
  };
}
