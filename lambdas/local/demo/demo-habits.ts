import * as basket from './demo-baskets.ts';

/** ISO weekdays: `135` is Monday, Wednesday and Friday. Public holidays count as Sundays. */
export type Weekdays = string;

export interface DemoHabit {
  readonly orders: basket.Basket;
  /** Factor on the quantities; 1 is usual. */
  readonly size: number;
  /** Days of delivery; a customer with several branches or schools has days for each. */
  readonly days: Weekdays | Readonly<Record<string, Weekdays>>;
  /** Discount on the articles whose numbers begin with `on`; the percentage as deliveries.csv writes it. */
  readonly discount?: { readonly on: string; readonly percent: string };
  /** Set if the customer returns yesterday's bread. */
  readonly returnsBread?: true;
  /** Set if the goods leave the country untaxed (intra-community supplies). */
  readonly untaxed?: true;
}

const EVERY_DAY = '1234567';
const NOT_MONDAY = '234567';
const WORKDAYS = '123456';
const SCHOOL_DAYS = '12345';
const CHEESE = '2';

/** The habits of each customer, by customer number; their addresses are in demo-customers.csv. */
export const DEMO_HABITS: Readonly<Record<string, DemoHabit>> = {
  '10001': { orders: basket.HOTEL, size: 1, days: EVERY_DAY, discount: { on: CHEESE, percent: '2,5' } },
  '10002': { orders: basket.CAFE, size: 1, days: NOT_MONDAY, returnsBread: true },
  '10003': { orders: basket.KINDERGARTEN, size: 1, days: SCHOOL_DAYS },
  '10004': {
    orders: basket.SHOP,
    size: 0.7,
    days: {
      'Laden Altstädten': WORKDAYS,
      'Laden Bihlerdorf': WORKDAYS,
      'Laden Rieden': '135',
      'Markthalle, Stand 2': '46',
    },
    discount: { on: '', percent: '5' },
    returnsBread: true,
  },
  '10005': { orders: basket.HOTEL, size: 0.7, days: EVERY_DAY },
  '10006': { orders: basket.HOSPITAL, size: 1, days: EVERY_DAY, discount: { on: '1', percent: '3,25' } },
  '10007': { orders: basket.INN, size: 0.9, days: NOT_MONDAY },
  '10008': { orders: basket.BAKERY, size: 1, days: WORKDAYS },
  '10009': { orders: basket.CANTEEN, size: 0.8, days: SCHOOL_DAYS },
  '10010': { orders: basket.HOSPITAL, size: 0.4, days: WORKDAYS },
  '10011': { orders: basket.CHEESE_SHOP, size: 1, days: '25', discount: { on: CHEESE, percent: '4' } },
  '10012': { orders: basket.HUT, size: 0.7, days: '4' },
  '10013': { orders: basket.HOTEL, size: 1.6, days: EVERY_DAY, discount: { on: CHEESE, percent: '3' } },
  '10014': { orders: basket.HOTEL, size: 1.2, days: EVERY_DAY },
  '10015': { orders: basket.HOTEL, size: 0.3, days: WORKDAYS },
  '10016': { orders: basket.CHEESE_INN, size: 1, days: '25', untaxed: true },
  '10017': { orders: basket.CAFE, size: 1.2, days: NOT_MONDAY, returnsBread: true },
  '10018': { orders: basket.CAFE, size: 0.8, days: NOT_MONDAY },
  '10019': { orders: basket.CAFE, size: 1, days: WORKDAYS },
  '10020': { orders: basket.CREAM, size: 0.7, days: '14' },
  '10021': { orders: basket.CREAM, size: 1, days: '23456', discount: { on: '112', percent: '2' } },
  '10022': { orders: basket.KINDERGARTEN, size: 0.9, days: '135' },
  '10023': { orders: basket.KINDERGARTEN, size: 1.5, days: SCHOOL_DAYS },
  '10024': {
    orders: basket.SCHOOL,
    size: 0.6,
    days: {
      'Grundschule Nord': SCHOOL_DAYS,
      'Grundschule Süd': SCHOOL_DAYS,
      'Mittelschule am Kirchberg': SCHOOL_DAYS,
      Realschule: '135',
    },
  },
  '10025': { orders: basket.SCHOOL, size: 0.5, days: SCHOOL_DAYS },
  '10026': { orders: basket.SCHOOL, size: 0.9, days: SCHOOL_DAYS },
  '10027': { orders: basket.CANTEEN, size: 0.8, days: '1234' },
  '10028': { orders: basket.SHOP, size: 0.9, days: WORKDAYS, returnsBread: true },
  '10029': { orders: basket.SHOP, size: 0.5, days: '256', returnsBread: true },
  '10030': { orders: basket.CHEESE_SHOP, size: 0.6, days: '25' },
  '10031': { orders: basket.KIOSK, size: 0.6, days: WORKDAYS },
  '10032': { orders: basket.KIOSK, size: 1, days: EVERY_DAY, returnsBread: true },
  '10033': { orders: basket.CANTEEN, size: 2, days: SCHOOL_DAYS, discount: { on: '', percent: '4' } },
  '10034': { orders: basket.CANTEEN, size: 1.4, days: SCHOOL_DAYS },
  '10035': { orders: basket.HOSPITAL, size: 0.6, days: EVERY_DAY },
  '10036': { orders: basket.HOTEL, size: 0.8, days: EVERY_DAY },
  '10037': { orders: basket.HUT, size: 0.4, days: '3' },
  '10038': { orders: basket.INN, size: 1, days: NOT_MONDAY },
  '10039': { orders: basket.INN, size: 0.8, days: '4567' },
  '10040': { orders: basket.HOSPITAL, size: 0.25, days: WORKDAYS },
};
