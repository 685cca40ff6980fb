import type { Context } from 'hono';
import { month as monthSchema } from '#core/domain/calendar.ts';
import { runId } from '#core/domain/identifiers.ts';
import { MAIL_STATES, type MailState } from '#core/domain/mail-states.ts';

/** What the page shows; it is kept in the page's address. */
export interface MailView {
  /** The month by UTC, as in the list of mails: `2026-11`. */
  readonly month: string;
  /** `partly`: the mail went out, but not to all recipients. */
  readonly state?: MailState | 'partly' | undefined;
  readonly run?: string | undefined;
  /** Position in the list: only mails queued before it are shown. */
  readonly before?: string | undefined;
}

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
