import type { Context } from 'hono';
import { month as monthSchema } from '#core/domain/calendar.ts';
import { runId } from '#core/domain/identifiers.ts';
import { MAIL_STATES } from '#core/domain/mail-states.ts';
import type { MailView } from '#core/mailing/mail-month.ts';

/** Reads the view from the query; invalid values are ignored. */
export function viewOf({ req }: Context): Omit<MailView, 'month'> & { readonly month?: string } {
  const { month = '', state, run, before } = req.query();
  return {
    ...(isMonth(month) ? { month } : {}),
    state: ([...MAIL_STATES, 'partly'] as const).find((known) => known === state),
    run: runId.safeParse(run).data,
    before: before && /^[\w.:-]{1,40}#[A-Za-z0-9-]{1,60}$/.test(before) ? before : undefined,
  };
}

/** Returns the address of the page, or of a button's action on it. */
export function addressOf(query: Readonly<Record<string, string | undefined>>, path = ''): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const search = new URLSearchParams(given).toString();
  return `/mails${path}${search && `?${search}`}`;
}

const isMonth = (text: string): boolean => monthSchema.safeParse(text).data === text;
