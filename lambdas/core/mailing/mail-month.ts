import type { Deps } from '#core/deps.ts';
import { didNotArrive, MAIL_STATES, type MailState, reachedCustomer } from '#core/domain/mail-states.ts';
import type { Table } from '#core/ports.ts';
import { readInvoices } from '#core/repositories/invoices.ts';
import { type Mail, readMails, upgradeMailPointer } from '#core/repositories/mails.ts';
import { type Run, readRun } from '#core/repositories/runs.ts';
import { stored } from '#core/repositories/stored.ts';
import { mayBeTried, otherFates } from './mail-state.ts';
import { type MailingLeft, mailingLeft } from './remaining-mails.ts';

/** Says which mails of a month are looked at. */
export interface MailView {
  /** The month in UTC, such as `2026-11`, as the list of mails is kept. */
  readonly month: string;
  /** `partly` selects mails that reached the customer, but not all recipients. */
  readonly state?: MailState | 'partly' | undefined;
  readonly run?: string | undefined;
  /** A place in the list: only mails that were queued before it are looked at. */
  readonly before?: string | undefined;
}

/** This limit and those below it bound what one look at a month may cost. */
const MAILS_A_PAGE = 200;
const MOST_LOOKED_AT = 2000;
const MOST_COUNTED = 5000;
const MOST_RUNS = 10;
const BATCH = 200;
const MONTHS = 12;

/** Yields the mails of a month with their places in the list, newest first, in batches. */
async function* newestMails(table: Table, month: string, before?: string) {
  for (let after = before; ; ) {
    const list = await table.list(`MAILS#${month}`, {
      ...{ limit: BATCH, backwards: true },
      ...(after === undefined ? {} : { after }),
    });
    if (list.length === 0) return;
    after = list.at(-1)!.key.sort;
    const ids = list.map((item) => stored(item, upgradeMailPointer).value.id);
    const mails = new Map((await readMails(table, ids)).map(({ value }) => [value.id, value]));
    yield list.map(({ key }, index) => ({ at: key.sort, mail: mails.get(ids[index]!) }));
  }
}

const isPartly = (mail: Mail): boolean => reachedCustomer(mail) && otherFates(mail).length > 0;

function fits(mail: Mail, { state, run }: MailView): boolean {
  if (run !== undefined && mail.run !== run) return false;
  return state === undefined || (state === 'partly' ? isPartly(mail) : mail.state === state);
}

/**
 * Returns a page of a month's mails, newest first. A filter that hardly any mail fits gives short pages.
 * @returns `older`: the place where the next page begins; absent on the last page
 */
export async function mailPage(
  view: MailView,
  table: Table,
): Promise<{ readonly mails: readonly Mail[]; readonly older?: string }> {
  const mails: Mail[] = [];
  let place = view.before;
  let looked = 0;
  for await (const batch of newestMails(table, view.month, view.before)) {
    for (const { at, mail } of batch) {
      if (mails.length === MAILS_A_PAGE || looked === MOST_LOOKED_AT) return { mails, older: place! };
      place = at;
      looked++;
      if (mail && fits(mail, view)) mails.push(mail);
    }
  }
  return { mails };
}

export interface MonthSummary {
  readonly counts: Readonly<Record<MailState, number>>;
  readonly total: number;
  readonly partly: number;
  /**
   * Counts, by state, the mails that did not arrive and whose invoices were neither printed, mailed again nor
   * cancelled since.
   */
  readonly stranded: Readonly<Partial<Record<MailState, number>>>;
  /** Whether there are too many mails to count them all, so that older ones of the month were left out. */
  readonly isCutOff: boolean;
  readonly waiting: readonly Mail[];
}

export async function monthSummary({ month, run }: MailView, table: Table): Promise<MonthSummary> {
  const counts = Object.fromEntries(MAIL_STATES.map((state) => [state, 0])) as Record<MailState, number>;
  const stranded: Partial<Record<MailState, number>> = {};
  const waiting: Mail[] = [];
  let partly = 0;
  let looked = 0;
  for await (const batch of newestMails(table, month)) {
    looked += batch.length;
    const mails = batch.flatMap(({ mail }) => (mail && fits(mail, { month, run }) ? [mail] : []));
    for (const mail of mails) {
      counts[mail.state]++;
      if (isPartly(mail)) partly++;
      if (mayBeTried(mail)) waiting.push(mail);
    }
    for (const { state } of await strandedOf(mails, table)) stranded[state] = (stranded[state] ?? 0) + 1;
    if (looked >= MOST_COUNTED) break;
  }
  const total = MAIL_STATES.reduce((sum, state) => sum + counts[state], 0);
  return { counts, total, partly, stranded, waiting, isCutOff: looked >= MOST_COUNTED };
}

async function strandedOf(mails: readonly Mail[], table: Table): Promise<Mail[]> {
  const lost = mails.filter(didNotArrive);
  const invoices = await readInvoices(
    table,
    lost.map(({ invoice }) => invoice),
  );
  const open = new Set(
    invoices.flatMap(({ value: { delivery, cancelledBy } }) =>
      delivery.state === 'mail' && !cancelledBy ? [delivery.mailId] : [],
    ),
  );
  return lost.filter(({ id }) => open.has(id));
}

/**
 * What is left to mail of one run. Without `run` it stands for what persons mailed again and for the mails of
 * further runs.
 */
export interface Mailing {
  readonly run?: Run;
  readonly left: MailingLeft;
}

/** Returns the runs with the most waiting mails, and all other waiting mails together. */
export async function mailings(
  waiting: readonly Mail[],
  deps: Pick<Deps, 'table' | 'clock'>,
): Promise<Mailing[]> {
  const byRun = [...Map.groupBy(waiting, ({ run }) => run)];
  const largest = byRun
    .filter(([id]) => id !== undefined)
    .sort(([, one], [, other]) => other.length - one.length)
    .slice(0, MOST_RUNS);
  const found: Mailing[] = [];
  for (const [id, mails] of largest) {
    const run = (await readRun(deps.table, id!))?.value;
    const left = await mailingLeft(run ?? { id: id! }, mails, deps);
    if (left) found.push(run ? { run, left } : { left });
  }
  const named = new Set(largest.map(([id]) => id));
  const others = byRun.flatMap(([id, mails]) => (named.has(id) ? [] : mails));
  const left = await mailingLeft({ id: '' }, others, deps);
  return left ? [...found, { left }] : found;
}

/**
 * Lists the months that have mails, newest first, within one year. That year ends now, or with the month
 * `shown` if that is further back.
 */
export async function monthsWithMails(
  now: string,
  shown: string | undefined,
  table: Table,
): Promise<{ readonly months: readonly string[]; readonly earlier: string }> {
  const yearBack = monthsBack(now, MONTHS - 1);
  const window = Array.from({ length: MONTHS }, (_, back) =>
    monthsBack(shown !== undefined && shown < yearBack ? shown : now, back),
  );
  const has = await Promise.all(
    window.map(async (month) => (await table.list(`MAILS#${month}`, { limit: 1 })).length > 0),
  );
  return { months: window.filter((_, at) => has[at]), earlier: monthsBack(window.at(-1)!, 1) };
}

function monthsBack(month: string, back: number): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 - back, 1)).toISOString().slice(0, 7);
}
