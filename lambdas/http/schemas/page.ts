import { z } from 'zod';
import { type Day, day } from '#core/domain/calendar.ts';
import { anyPeriod } from '#core/domain/period.ts';
import { refuse } from '#core/errors.ts';

const MAX_PAGE = 200;

/** A list comes in pages: `next` of one is `after` of the following one; without it, the page was the last. */
export const pageQuery = {
  after: z.string().max(500).optional().meta({ description: 'The `next` of the page before.' }),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(50),
};

/** @param id of the page in the document: `CustomerPage` */
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

/** `true` or `false` in a query; anything else is refused. */
export const flag = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .meta({ type: 'boolean' });

/** The days that a list is about. */
export const daysQuery = {
  from: day.optional(),
  to: day.optional(),
  period: z.string().max(20).optional().meta({
    description: 'Instead of `from` and `to`: `2026-10`, `2026-W44` or `2026-10-31`.',
  }),
};

/** The query with its period as days. @throws Fault `bad-input` for a period that is none, or beside days */
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
