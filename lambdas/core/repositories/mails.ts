import type { MailState } from '#core/domain/mail-states.ts';
import type { Lease } from '#core/lease.ts';
import type { Key, MailAddress, Table } from '#core/ports.ts';
import { read, type Stored, sinceVersion1, stored } from './stored.ts';

/**
 * What a provider reports of a mail after it was sent. Reports may come late, several times and in any order.
 */
export interface MailFeedback {
  /** The provider's own id of the event, by which an event that is reported again is kept only once. */
  readonly id: string;
  readonly kind: 'accepted' | 'delayed' | 'delivered' | 'bounced' | 'suppressed' | 'complained' | 'rejected';
  /** Set for a bounce if another mail to the same address would bounce as well. */
  readonly permanent?: true;
  /** ISO instant. */
  readonly at: string;
  /** The addresses as the provider writes them; empty if the event concerns all recipients. */
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

/**
 * One address of the envelope, and the result of our own tries; what the provider reports is kept in
 * `Mail.feedback`.
 */
export interface Recipient {
  readonly address: string;
  /** The header that names the address; a `bcc` address stands in no header. */
  readonly kind: 'to' | 'cc' | 'bcc';
  readonly state: (typeof TRIED_STATES)[number];
  /** What the server said of this recipient, or why the recipient is in this state. */
  readonly reply?: string;
}

/**
 * `MAIL#<id> / MAIL`: one outbox record, with all it takes to make the message. The id is the invoice's
 * number, a hyphen and a number that counts from 1 and goes up with each resend by a person.
 */
export interface Mail {
  readonly id: string;
  readonly invoice: string;
  readonly customer: string;
  /**
   * The run that made the mail: while it is paused, the mail is not sent. Absent if a person mailed the
   * invoice again.
   */
  readonly run?: string;
  /** Derived, as `reason` is, from the recipients and their feedback by `drawState`. */
  readonly state: MailState;
  /** The server's answer, or the reason for the state. */
  readonly reason?: string;
  readonly from: MailAddress;
  readonly replyTo: string;
  /** Recipients in the order `to`, `cc`, `bcc`, each mailbox once; at least one is `to`. */
  readonly recipients: readonly Recipient[];
  /** Texts that were entered as addresses and are none: they were left out. */
  readonly malformed?: readonly string[];
  /** The Message-ID, which stays the same on every automatic retry. */
  readonly messageId: string;
  /** The archive key of the message, exactly as it is handed over. */
  readonly key: string;
  readonly queuedAt: string;
  readonly attempts: number;
  readonly lease?: Lease;
  /** When the hand-over of the current try began. */
  readonly handedOverAt?: string;
  /** The answer to the last try as a whole, or the reason why it was not accepted. */
  readonly answer?: string;
  /**
   * Set after an answer was lost and the settings had the mail sent again automatically, which they do only
   * once.
   */
  readonly sentAgain?: true;
  readonly feedback?: readonly MailFeedback[];
  readonly changedAt: string;
  /** When the mail's due item is due; undefined if nothing waits. */
  readonly dueAt?: number;
}

export const upgradeMail = sinceVersion1<Mail>;
/** Upgrades the items of the list of mails. */
export const upgradeMailPointer = sinceVersion1<{ readonly id: string }>;

export const addressesOf = ({ recipients }: Pick<Mail, 'recipients'>, kind: Recipient['kind']): string[] =>
  recipients.filter((recipient) => recipient.kind === kind).map(({ address }) => address);

export const mailPartition = (id: string): string => `MAIL#${id}`;
export const mailKey = (id: string): Key => ({ partition: mailPartition(id), sort: 'MAIL' });
/** `MAILS#<month> / <instant>#<id>`: the list of mails, by the time when they were queued. */
export const mailListKey = (queuedAt: string, id: string): Key => ({
  partition: `MAILS#${queuedAt.slice(0, 7)}`,
  sort: `${queuedAt}#${id}`,
});

/**
 * While this item stands, no mail is tried, because what refused one mail would refuse all. New settings or a
 * success remove it.
 */
export const MAILING_HOLD: Key = { partition: 'MAILING', sort: 'HOLD' };
export interface MailingHold {
  readonly since: string;
  readonly reason: string;
  /** The instant from which one mail may try again, in milliseconds since 1970. */
  readonly retryAt: number;
}

export const readMail = (table: Table, id: string) => read(table, mailKey(id), upgradeMail);
export const readMailingHold = (table: Table) => read(table, MAILING_HOLD, sinceVersion1<MailingHold>);

export async function readMails(table: Table, ids: readonly string[]): Promise<Stored<Mail>[]> {
  const items = await table.getMany(ids.map(mailKey));
  return items.flatMap((item) => (item ? [stored(item, upgradeMail)] : []));
}

/** Lists the ids of the mails queued in a month (`2026-11`, UTC), oldest first. */
export async function listMonthMails(table: Table, month: string): Promise<string[]> {
  const items = await table.list(`MAILS#${month}`);
  return items.map((item) => stored(item, upgradeMailPointer).value.id);
}
