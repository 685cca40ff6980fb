import { addDays, berlinDay, type Day } from '#core/domain/calendar.ts';
import { refuse } from '#core/errors.ts';
import type { Clock, Item, Table } from '#core/ports.ts';

export interface Days {
  readonly from: Day;
  readonly to: Day;
}

/** By default, a list covers the last twelve months and what is dated ahead (`DAYS_AHEAD`). */
const DAYS_BACK = 366;
const DAYS_AHEAD = 62;
/**
 * Each month is a partition of its own, and a slip of the century must not make a list walk thousands of
 * them.
 */
const MOST_YEARS = 30;

/**
 * Returns the days that a list covers, with defaults for those that are not given.
 * @throws Fault `bad-input` for days in the wrong order, or too many
 */
export function daysOf(
  { from, to }: { readonly from?: Day | undefined; readonly to?: Day | undefined },
  clock: Clock,
): Days {
  const today = berlinDay(clock.now());
  const days = {
    from: from ?? addDays(to !== undefined && to < today ? to : today, -DAYS_BACK),
    to: to ?? addDays(from !== undefined && from > today ? from : today, DAYS_AHEAD),
  };
  if (days.from > days.to) refuse(`to: ${days.to} is before ${days.from}: nothing can lie between them.`);
  if (Number(days.to.slice(0, 4)) - Number(days.from.slice(0, 4)) > MOST_YEARS) {
    refuse(`from: more than ${MOST_YEARS} years are too many for one list.`);
  }
  return days;
}

/**
 * Returns the next items of a list that has one partition per month (`INVOICES#2026-10`) and whose sort keys
 * begin with the day.
 * @param after the place of the last item that was returned, `2026-10 <sort key>`
 * @returns the items with their places; none at the end of the list
 */
export async function nextInMonths(
  table: Table,
  list: string,
  { from, to }: Days,
  after: string | undefined,
  limit: number,
): Promise<{ readonly at: string; readonly item: Item }[]> {
  const [current = '', ...rest] = after?.split(' ') ?? [];
  const isWithin = /^20\d\d-(0[1-9]|1[0-2])$/.test(current) && current >= from.slice(0, 7);
  // Every sort key of a day sorts behind the day itself, so nothing of the day `from` is left out.
  let sort = isWithin ? rest.join(' ') : from;
  for (
    let month = isWithin ? current : from.slice(0, 7);
    month <= to.slice(0, 7);
    month = monthAfter(month)
  ) {
    const items = await table.list(`${list}#${month}`, { limit, ...(sort ? { after: sort } : {}) });
    const within = items.filter(({ key }) => key.sort.slice(0, to.length) <= to);
    if (within.length > 0) return within.map((item) => ({ at: `${month} ${item.key.sort}`, item }));
    sort = '';
  }
  return [];
}

export function monthAfter(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
}
