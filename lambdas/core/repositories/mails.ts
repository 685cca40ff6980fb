import type { MailState } from '#core/domain/mail-states.ts';
import type { Lease } from '#core/lease.ts';
import type { Key, MailAddress, Table } from '#core/ports.ts';
import { read, type Stored, sinceVersion1, stored } from './stored.ts';

/** What a provider tells of a mail afterwards; it may come late, several times and in any order. */
export interface MailFeedback {
  /** The provider's own name of the event: the same event is kept once. */
  readonly id: string;
  readonly kind: 'accepted' | 'delayed' | 'delivered' | 'bounced' | 'suppressed' | 'complained' | 'rejected';
  /** Of a bounce: another mail to the same address would bounce as well. */
  readonly permanent?: true;
  /** ISO instant. */
  readonly at: string;
  /** As the provider writes them; empty for all. */
  readonly recipients: readonly string[];
  readonly detail: string;
}

export const TRIED_STATES = [
  'waiting',
  'accepted',
  'deferred',
  'failed',
  'unknown',
  'settled',
  'suppressed',
] as const;

/** One address of the envelope, and what our own tries brought: what the provider tells lies in `Mail.feedback`. */
export interface Recipient {
  readonly address: string;
  /** The header it stands in; `bcc` in none. */
  readonly kind: 'to' | 'cc' | 'bcc';
  readonly state: (typeof TRIED_STATES)[number];
  /** What the server said of it, or why it is in this state. */
  readonly reply?: string;
}

/** `MAIL#<id> / MAIL`: one outbox record, all it takes to make the message; the id is the invoice's number, a hyphen and 1, 2 … for each person's resend. */
export interface Mail {
  readonly id: string;
  readonly invoice: string;
  readonly customer: string;
  /** That made it: while it is paused, nothing is sent. Absent for what a person mails again. */
  readonly run?: string;
  /** Drawn from the recipients and the feedback, as `reason` is. */
  readonly state: MailState;
  /** The server's answer or the reason of the state. */
  readonly reason?: string;
  readonly from: MailAddress;
  readonly replyTo: string;
  /** `to` before `cc` before `bcc`, each mailbox once; at least one is `to`. */
  readonly recipients: readonly Recipient[];
  /** What the customer's addresses also held and is no address: left out. */
  readonly malformed?: readonly string[];
  /** The same on every automatic retry. */
  readonly messageId: string;
  /** Where the message lies as it is handed over. */
  readonly key: string;
  readonly queuedAt: string;
  readonly attempts: number;
  readonly lease?: Lease;
  /** When the hand-over of the current try began. */
  readonly handedOverAt?: string;
  /** What the last try brought as a whole. */
  readonly answer?: string;
  /** An answer was lost, and the settings had it sent again by itself: they do so once. */
  readonly sentAgain?: true;
  readonly feedback?: readonly MailFeedback[];
  readonly changedAt: string;
  /** When its due item is due; undefined when nothing waits. */
  readonly dueAt?: number;
}

export const upgradeMail = sinceVersion1<Mail>;
/** The items of the list of mails. */
export const upgradeMailPointer = sinceVersion1<{ readonly id: string }>;

export const addressesOf = ({ recipients }: Pick<Mail, 'recipients'>, kind: Recipient['kind']): string[] =>
  recipients.filter((recipient) => recipient.kind === kind).map(({ address }) => address);

export const mailPartition = (id: string): string => `MAIL#${id}`;
export const mailKey = (id: string): Key => ({ partition: mailPartition(id), sort: 'MAIL' });
/** `MAILS#<month> / <instant>#<id>`: the list of mails, by when they were queued. */
export const mailListKey = (queuedAt: string, id: string): Key => ({
  partition: `MAILS#${queuedAt.slice(0, 7)}`,
  sort: `${queuedAt}#${id}`,
});

/** While it stands no mail is tried: what refused one would refuse all. New settings or a success remove it. */
export const MAILING_HOLD: Key = { partition: 'MAILING', sort: 'HOLD' };
export interface MailingHold {
  readonly since: string;
  readonly reason: string;
  /** One mail may try again from here; milliseconds since 1970. */
  readonly retryAt: number;
}

export const readMail = (table: Table, id: string) => read(table, mailKey(id), upgradeMail);
export const readMailingHold = (table: Table) => read(table, MAILING_HOLD, sinceVersion1<MailingHold>);

export async function readMails(table: Table, ids: readonly string[]): Promise<Stored<Mail>[]> {
  const items = await table.getMany(ids.map(mailKey));
  return items.flatMap((item) => (item ? [stored(item, upgradeMail)] : []));
}

/** Ids of the mails queued in a month (`2026-11`, UTC), oldest first. */
export async function listMonthMails(table: Table, month: string): Promise<string[]> {
  const items = await table.list(`MAILS#${month}`);
  return items.map((item) => stored(item, upgradeMailPointer).value.id);
}
