import type { Context } from 'hono';
import { MAIL_STATES, type MailState } from '#core/repositories/mails.ts';

/** What the page shows; in its address. */
export interface MailView {
  /** `2026-11`, as the list of mails has it: by UTC. */
  readonly month: string;
  /** `partly`: it went out, but not to all. */
  readonly state?: MailState | 'partly' | undefined;
  readonly run?: string | undefined;
  /** Place in the list: only what was queued before. */
  readonly before?: string | undefined;
}

/** What the address asks for; what it asks wrongly counts as not asked. */
export function viewOf({ req }: Context): Omit<MailView, 'month'> & { readonly month?: string } {
  const { month = '', state, run, before } = req.query();
  return {
    ...(isMonth(month) ? { month } : {}),
    state: ([...MAIL_STATES, 'partly'] as const).find((known) => known === state),
    run: run && /^[a-z0-9]{1,64}$/.test(run) ? run : undefined,
    before: before && /^[\w.:-]{1,40}#[A-Za-z0-9-]{1,60}$/.test(before) ? before : undefined,
  };
}

/** Of the page, or of a button's deed on it. */
export function addressOf(query: Readonly<Record<string, string | undefined>>, path = ''): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const search = new URLSearchParams(given).toString();
  return `/mails${path}${search && `?${search}`}`;
}

const isMonth = (text: string): boolean => /^20\d\d-(0[1-9]|1[0-2])$/.test(text);
