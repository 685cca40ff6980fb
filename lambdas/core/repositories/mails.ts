import type { Envelope, Key, MailAddress, Table } from '#core/ports.ts';
import type { Lease } from './runs.ts';
import { read, type Stored, stored } from './stored.ts';

/**
 * queued: waits for its first try. sending: a process has the lease; `handedOver` is set before the server can have
 * the whole message. accepted: the server took it. deferred: tried again later. failed: refused for good. held:
 * login, TLS or sender refused, the mailing stands. unknown: the answer was lost after the hand-over; it waits for
 * a person. settled: a person counted it as sent. replaced: a person had another mail sent in its place. delivered,
 * bounced, complained: what became of it after it was accepted, where the provider tells.
 */
export const MAIL_STATES = [
  'queued',
  'sending',
  'accepted',
  'deferred',
  'failed',
  'held',
  'unknown',
  'settled',
  'replaced',
  'delivered',
  'bounced',
  'complained',
] as const;
export type MailState = (typeof MAIL_STATES)[number];

/** What a provider tells of a mail afterwards; it may come late, several times and in any order. */
export interface MailFeedback {
  /** The provider's own name of the event: the same event is kept once. */
  readonly id: string;
  readonly kind: 'accepted' | 'delayed' | 'delivered' | 'bounced' | 'complained' | 'rejected';
  /** ISO instant. */
  readonly at: string;
  readonly recipients: readonly string[];
  readonly detail: string;
}

/** `MAIL#<id> / MAIL`: one outbox record, all it takes to make the message; the id is the invoice's number, a hyphen and 1, 2 … for each person's resend. */
export interface Mail {
  readonly id: string;
  readonly invoice: string;
  readonly customer: string;
  /** That made it: while it is paused, nothing is sent. Absent for what a person mails again. */
  readonly run?: string;
  readonly state: MailState;
  readonly from: MailAddress;
  readonly replyTo: string;
  readonly envelope: Envelope;
  readonly to: readonly string[];
  readonly cc: readonly string[];
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
  /** The server's answer or the reason of the state. */
  readonly reason?: string;
  readonly refused?: readonly { readonly address: string; readonly reply: string }[];
  readonly feedback?: readonly MailFeedback[];
  readonly changedAt: string;
  /** When its due item is due; undefined when nothing waits. */
  readonly dueAt?: number;
}

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

export const readMail = (table: Table, id: string) => read<Mail>(table, mailKey(id));
export const readMailingHold = (table: Table) => read<MailingHold>(table, MAILING_HOLD);

export async function readMails(table: Table, ids: readonly string[]): Promise<Stored<Mail>[]> {
  const items = await table.getMany(ids.map(mailKey));
  return items.flatMap((item) => (item ? [stored<Mail>(item)] : []));
}

/** Ids of the mails queued in a month (`2026-11`, UTC), oldest first. */
export async function listMonthMails(table: Table, month: string): Promise<string[]> {
  const items = await table.list(`MAILS#${month}`);
  return items.map((item) => stored<{ id: string }>(item).value.id);
}
