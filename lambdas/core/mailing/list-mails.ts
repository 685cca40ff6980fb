import type { Deps } from '#core/deps.ts';
import type { Day } from '#core/domain/calendar.ts';
import type { MailState } from '#core/domain/mail-states.ts';
import { type Page, type PageQuery, readPage } from '#core/paging.ts';
import { type Mail, readMails, upgradeMailPointer } from '#core/repositories/mails.ts';
import { daysOf, nextInMonths } from '#core/repositories/month-lists.ts';
import { stored } from '#core/repositories/stored.ts';

export interface MailQuery extends PageQuery {
  /** `from` and `to` select by the day (UTC) on which a mail was queued; see `daysOf` for the defaults. */
  readonly from?: Day | undefined;
  readonly to?: Day | undefined;
  readonly state?: MailState | undefined;
  readonly customer?: string | undefined;
}

/**
 * Returns a page of mails, oldest first.
 * @throws Fault `bad-input` for a foreign cursor or impossible days
 */
export function listMails(query: MailQuery, deps: Pick<Deps, 'table' | 'clock'>): Promise<Page<Mail>> {
  const { state, customer } = query;
  const days = daysOf(query, deps.clock);
  const fits = (mail: Mail): boolean =>
    (state === undefined || mail.state === state) && (customer === undefined || mail.customer === customer);
  return readPage('mails', query, async (after, limit) => {
    const next = await nextInMonths(deps.table, 'MAILS', days, after, limit);
    const ids = next.map(({ item }) => stored(item, upgradeMailPointer).value.id);
    const mails = new Map((await readMails(deps.table, ids)).map(({ value }) => [value.id, value]));
    return next.map(({ at }, index) => {
      const mail = mails.get(ids[index]!);
      return { at, value: mail && fits(mail) ? mail : undefined };
    });
  });
}
