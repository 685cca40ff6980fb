import type { Deps } from '#core/deps.ts';
import type { Day } from '#core/domain/calendar.ts';
import { didNotArrive, MAIL_STATES } from '#core/domain/mail-states.ts';
import { Fault } from '#core/errors.ts';
import { type Page, type PageQuery, readPage } from '#core/paging.ts';
import { customerPartition } from '#core/repositories/customers.ts';
import {
  type Delivery,
  type InvoiceRecord,
  readInvoices,
  upgradeInvoicePointer,
} from '#core/repositories/invoices.ts';
import { type Mail, readMails } from '#core/repositories/mails.ts';
import { daysOf, nextInMonths } from '#core/repositories/month-lists.ts';
import { stored } from '#core/repositories/stored.ts';

/** The states of an invoice: cancelled, or the state of its delivery to the customer. */
export const INVOICE_STATES = [
  ...(['filed', 'to print', 'printed'] as const satisfies readonly Exclude<Delivery['state'], 'mail'>[]),
  'cancelled',
  ...MAIL_STATES,
] as const;
export type InvoiceState = (typeof INVOICE_STATES)[number];

export interface ListedInvoice {
  readonly invoice: InvoiceRecord;
  /** The invoice's newest mail; undefined if it does not go by mail. */
  readonly mail: Mail | undefined;
}

export interface InvoiceQuery extends PageQuery {
  /**
   * `from` and `to` select by the last day of the billed period, or the date of an instant invoice; see
   * `daysOf` for the defaults.
   */
  readonly from?: Day | undefined;
  readonly to?: Day | undefined;
  readonly customer?: string | undefined;
  readonly state?: string | undefined;
  /** True for only the invoices that go by mail, false for only the others. */
  readonly mail?: boolean | undefined;
}

/**
 * Returns a page of invoices by day, oldest first. The invoices of one customer are listed by number and, if
 * no days are given, all of them.
 * @throws Fault `bad-input` for a foreign cursor or impossible days
 */
export function listInvoices(
  query: InvoiceQuery,
  deps: Pick<Deps, 'table' | 'clock'>,
): Promise<Page<ListedInvoice>> {
  const { customer, state, mail } = query;
  const hasDays = query.from !== undefined || query.to !== undefined;
  const days = customer === undefined || hasDays ? daysOf(query, deps.clock) : undefined;
  const fits = (listed: ListedInvoice): boolean => {
    const { facts, delivery } = listed.invoice;
    const day = facts.period?.to ?? facts.date;
    if (days && (day < days.from || day > days.to)) return false;
    if (mail !== undefined && (delivery.state === 'mail') !== mail) return false;
    return state === undefined || stateOf(listed) === state || (state === 'to print' && isPaperPost(listed));
  };
  return readPage(
    customer === undefined ? 'invoices' : `invoices of ${customer}`,
    query,
    async (after, limit) => {
      const next =
        customer === undefined
          ? await nextInMonths(deps.table, 'INVOICES', days!, after, limit)
          : await nextOfCustomer(customer, after, limit, deps);
      const listed = await read(
        next.map(({ item }) => stored(item, upgradeInvoicePointer).value.number),
        deps,
      );
      return next.map(({ at }, index) => {
        const one = listed[index];
        return { at, value: one && fits(one) ? one : undefined };
      });
    },
  );
}

async function nextOfCustomer(
  customer: string,
  after: string | undefined,
  limit: number,
  { table }: Pick<Deps, 'table'>,
) {
  const items = await table.list(customerPartition(customer), {
    prefix: 'INVOICE#',
    limit,
    ...(after ? { after } : {}),
  });
  return items.map((item) => ({ at: item.key.sort, item }));
}

async function read(
  numbers: readonly string[],
  { table }: Pick<Deps, 'table'>,
): Promise<(ListedInvoice | undefined)[]> {
  const invoices = new Map(
    (await readInvoices(table, numbers)).map(({ value }) => [value.facts.number, value]),
  );
  const mailIds = [...invoices.values()].flatMap(({ delivery }) =>
    delivery.state === 'mail' ? [delivery.mailId] : [],
  );
  const mails = new Map((await readMails(table, mailIds)).map(({ value }) => [value.id, value]));
  return numbers.map((number) => {
    const invoice = invoices.get(number);
    if (!invoice) return undefined;
    const { delivery } = invoice;
    return { invoice, mail: delivery.state === 'mail' ? mails.get(delivery.mailId) : undefined };
  });
}

/** Decides whether an invoice is offered for printing as well, because it could not be mailed. */
const isPaperPost = ({ invoice, mail }: ListedInvoice): boolean =>
  !invoice.cancelledBy && mail !== undefined && didNotArrive(mail);

export function stateOf({ invoice, mail }: ListedInvoice): InvoiceState {
  if (invoice.cancelledBy) return 'cancelled';
  if (invoice.delivery.state !== 'mail') return invoice.delivery.state;
  if (!mail)
    throw new Fault(
      'damaged',
      `The mail ${invoice.delivery.mailId} of invoice ${invoice.facts.number} is gone.`,
    );
  return mail.state;
}
