/** An article that a kind of customer orders. */
export interface BasketItem {
  readonly article: string;
  /** Smallest quantity in one delivery to a customer of the usual size; `to` is the largest. */
  readonly from: number;
  readonly to: number;
  /** The article is in one of this many deliveries, at random; 1: in every delivery. */
  readonly oneIn: number;
}
export type Basket = readonly BasketItem[];

/**
 * Reads a basket: `410:60-100` is 60 to 100 of article 410 in every delivery, `420:1-2/3` is in every third
 * one on average. Items are sorted by article.
 */
const basket = (text: string): Basket =>
  Array.from(text.matchAll(/(\d+):(\d+)-(\d+)(?:\/(\d+))?/g), ([, article = '', from, to, oneIn = 1]) => ({
    article,
    from: Number(from),
    to: Number(to),
    oneIn: Number(oneIn),
  })).sort((a, b) => a.article.localeCompare(b.article));

/** A hotel: breakfast for about a hundred guests, half of whom also have dinner. */
export const HOTEL = basket(`
  410:60-100 411:15-30 413:15-30/2 414:15-30 400:3-6 401:1-3/4 404:2-4/6 420:1-1/6 421:1-1/6 100:24-48/3 103:12-12/8
  111:1-2/4 123:1-2/5 121:20-40/6 130:6-12/4 210:1-3/4 211:1-3/6 213:1-1/12 230:1-1/16 222:1-1/8 240:2-4/4
  450:1-1/16 451:1-1/14 452:2-4/9 500:1-3/9 501:2-6/7 503:2-4/9
`);
export const CAFE = basket(`
  100:12-36/2 130:6-12/4 110:10-10/6 410:20-40 411:10-20 414:10-25 423:10-15/3 416:2-6/5 420:1-1/4 421:1-1/4
  422:1-1/6 424:1-1/5 425:1-1/8 510:6-6/5 211:1-1/8 222:1-1/9 452:2-4/7 500:1-2/9 501:1-3/8
`);
/** A café that bakes its own cakes or makes its own ice cream. */
export const CREAM = basket(
  '100:24-48 131:1-3 110:10-20/2 112:1-1/5 123:1-1/4 220:1-2/3 240:2-4/2 222:1-1/4',
);
export const BAKERY = basket('101:1-3 112:1-1/3 131:1-2/2 134:1-1/4 220:1-2/3 240:2-4/3 212:1-2/6');
export const KINDERGARTEN = basket(`
  100:12-12/2 410:10-20 400:1-2/2 401:1-1/3 120:20-20/3 121:20-20/5 110:10-10/9 221:1-1/7 211:1-1/6 501:1-1/6
`);
/** A school: milk for the breaks, and what its canteen cooks with. */
export const SCHOOL = basket(`
  105:40-80 106:40-100 410:20-40 411:20-40 413:10-20/2 121:20-40/3 124:20-20/4 415:5-10/5 501:1-2/5
`);
export const CANTEEN = basket(`
  101:1-2/3 410:40-80 411:20-40 413:10-20/3 400:2-5 415:10-20/4 416:4-10/5 121:20-60/4 124:20-40/5 131:1-2/3 132:1-1/6
  212:1-3/5 214:2-5/8 220:1-2/5 221:1-2/6 111:1-1/7 133:1-2/8 420:1-2/5 422:1-1/7 500:2-4/6 501:2-6/5
`);
export const HOSPITAL = basket(`
  410:120-180 412:20-40/3 402:8-14 401:4-8/2 101:2-4 104:12-24/4 111:2-4/4 120:40-80/3 121:40-80/3 124:40-60/4
  220:1-3/3 221:1-2/5 211:2-4/4 421:2-3/5 404:4-8/8 133:1-1/8 451:1-2/8 501:4-10/5
`);
export const SHOP = basket(`
  400:5-10 401:2-5/2 402:2-5/3 403:2-4/3 404:2-4/7 410:40-80 411:15-30 412:10-15/3 413:10-20/3 415:5-10/3 423:5-10/4
  100:12-24/3 102:6-18/4 103:12-12/6 110:10-10/4 120:20-20/6 121:20-20/6 122:20-20/7 130:6-6/8 210:1-3/5
  211:1-2/8 231:6-6/10 233:1-1/10 240:2-4/4 510:6-6/8 520:1-1/30 502:1-1/14
`);
export const CHEESE_SHOP = basket(`
  210:4-8 211:5-9 213:1-3/2 214:2-4/2 230:1-2/2 231:6-12 232:1-2 233:1-3 215:1-1/6 110:10-20/2 102:6-12/2
`);
/** A kiosk that sells sandwiches from six in the morning. */
export const KIOSK = basket(`
  410:20-40 411:30-50 414:15-25 415:10-15 423:5-10/2 211:1-1/4 110:10-10/8 100:12-12/2 106:20-20/6 452:2-3/8
  500:1-2/6 501:2-4/5
`);
export const INN = basket(`
  400:3-6 410:20-40 411:10-30/2 131:1-1/2 132:1-1/6 214:2-5/3 210:1-2/4 230:1-1/8 110:10-10/5 240:1-2/4 421:1-1/3
  420:1-1/4 133:1-1/8 503:2-5/3 500:1-3/4 501:1-3/4
`);
/** An inn that has its own cheese cellar. */
export const CHEESE_INN = basket(`
  101:2-4 110:10-20 131:1-2 132:1-1/3 210:2-4 211:2-3/2 213:1-2/3 214:3-6 230:1-1/2 400:6-10 402:3-5 421:1-2/2
`);
/** A mountain hut a day's walk from the road: stock for a week. */
export const HUT = basket(`
  101:1-2 110:10-10 210:2-4 230:1-1/2 240:2-3 400:8-14 402:3-6 421:1-2 420:1-1/2 452:1-2/2 500:3-5 501:2-4 503:4-7
`);
