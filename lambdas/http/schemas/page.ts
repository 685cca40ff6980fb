import { z } from 'zod';
import { type Day, day } from '#core/domain/calendar.ts';
import { anyPeriod } from '#core/domain/period.ts';
import { refuse } from '#core/errors.ts';

const MAX_PAGE = 200;

/**
 * The query of a list, which is answered in pages: `next` of one page is `after` for the following one; the
 * last page has none.
 */
export const pageQuery = {
  after: z.string().max(500).optional().meta({ description: 'The `next` of the page before.' }),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(50),
};

/**
 * Makes the schema of a page.
 * @param id name of the page in the API's document: `CustomerPage`
 */
export const pageOf = <S extends z.ZodType>(items: S, id: string) =>
  z
    .object({
      items: z.array(items),
      next: z.string().optional().meta({
        description:
          'Of the next page; there is none after a page without it. A page may hold fewer items than asked for.',
      }),
    })
    .meta({ id });

/** Reads `true` or `false` in a query and refuses anything else. */
export const flag = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .meta({ type: 'boolean' });

/** Restricts a list to some days. */
export const daysQuery = {
  from: day.optional(),
  to: day.optional(),
  period: z.string().max(20).optional().meta({
    description: 'Instead of `from` and `to`: `2026-10`, `2026-W44` or `2026-10-31`.',
  }),
};

/**
 * Replaces the period in a query by its days.
 * @throws Fault `bad-input` for an invalid period, or one given together with days
 */
export function withDays<
  Q extends {
    readonly from?: Day | undefined;
    readonly to?: Day | undefined;
    readonly period?: string | undefined;
  },
>({ period, ...query }: Q): Omit<Q, 'period'> {
  if (period === undefined) return query;
  if (query.from !== undefined || query.to !== undefined) {
    refuse('period: give either a period, or from and to.');
  }
  const { from, to } = anyPeriod(period);
  return { ...query, from, to };
}
