import { mailboxOf } from '#core/domain/mail-address.ts';
import type { MailState } from '#core/domain/mail-states.ts';
import type { MailOutcome } from '#core/ports.ts';
import { type Mail, type MailFeedback, type Recipient, TRIED_STATES } from '#core/repositories/mails.ts';

export const RECIPIENT_STATES = [...TRIED_STATES, 'delivered', 'bounced', 'complained'] as const;

/** A recipient with all that is known of it: what our tries brought, overruled by what the provider told. */
export interface KnownRecipient extends Omit<Recipient, 'state'> {
  readonly state: (typeof RECIPIENT_STATES)[number];
}

/**
 * The state that each kind of event gives a recipient. Strongest first: the first kind in this list wins, because bounces
 * and complaints arrive after 'delivered'.
 */
const TOLD = {
  complained: 'complained',
  bounced: 'bounced',
  suppressed: 'suppressed',
  rejected: 'failed',
  delivered: 'delivered',
  accepted: 'accepted',
  // Who goes on trying has the mail.
  delayed: 'accepted',
} as const satisfies Record<MailFeedback['kind'], KnownRecipient['state']>;

export function knownRecipients({ recipients, feedback = [] }: Pick<Mail, 'recipients' | 'feedback'>) {
  if (feedback.length === 0) return recipients as readonly KnownRecipient[];
  const told = feedback.map((event) => ({ event, mailboxes: new Set(event.recipients.map(mailboxOf)) }));
  return recipients.map((recipient): KnownRecipient => {
    const mailbox = mailboxOf(recipient.address);
    const its = told
      .filter(({ mailboxes }) => mailboxes.size === 0 || mailboxes.has(mailbox))
      .map(({ event }) => event);
    const ranked = Object.entries(TOLD).flatMap(([kind, state]) =>
      its.filter((event) => event.kind === kind).map(({ detail }) => ({ state, detail })),
    );
    if (!ranked[0]) return recipient;
    const reply = ranked.find(({ detail }) => detail !== '')?.detail ?? recipient.reply;
    return { ...recipient, state: ranked[0].state, ...(reply === undefined ? {} : { reply }) };
  });
}

/** The next try is for these. */
export const isPending = ({ state }: KnownRecipient): boolean => state === 'waiting' || state === 'deferred';
const hasIt = ({ state }: KnownRecipient): boolean =>
  state === 'accepted' || state === 'delivered' || state === 'settled';

/** Those for whom a try is still to be made. */
export const pendingRecipients = (mail: Pick<Mail, 'recipients' | 'feedback'>): readonly KnownRecipient[] =>
  knownRecipients(mail).filter(isPending);

/** A further try of it may come, also where of some recipients nobody knows. */
export const mayBeTried = (mail: Mail): boolean =>
  mail.state === 'sending' || (mail.state !== 'replaced' && pendingRecipients(mail).length > 0);

/**
 * The mail with the state and reason that its recipients and their feedback give it. The same facts give the same
 * state, in whatever order they came. A try under way ends by itself, and what a person has replaced stays so.
 * @param resting what it is while some recipient is still to be tried
 */
export function drawState(mail: Mail, resting: 'queued' | 'deferred' | 'held'): Mail {
  if (mail.state === 'sending' || mail.state === 'replaced') return mail;
  const known = knownRecipients(mail);
  const { state, reason } = stateOf(known, resting);
  return withReason({ ...mail, state }, reason ?? mail.answer);
}

function withReason({ reason: _, ...mail }: Mail, reason: string | undefined): Mail {
  return reason === undefined ? mail : { ...mail, reason };
}

/** Without a reason of its own where that of the last try tells it. */
function stateOf(
  known: readonly KnownRecipient[],
  resting: MailState,
): { readonly state: MailState; readonly reason?: string | undefined } {
  if (known.some(({ state }) => state === 'unknown')) return { state: 'unknown' };
  const deferred = known.filter(({ state }) => state === 'deferred');
  if (resting === 'deferred' && deferred.length > 0) {
    return { state: resting, reason: repliesOf(deferred, known.length) };
  }
  if (known.some(isPending)) return { state: resting };
  // A copy that only cc or bcc recipients got has not reached the customer.
  const to = known.filter(({ kind }) => kind === 'to');
  const complained = to.filter(({ state }) => state === 'complained');
  if (complained.length > 0) return { state: 'complained', reason: repliesOf(complained, to.length) };
  const reached = to.filter(hasIt);
  if (reached.length === 0) {
    const state = to.every((one) => one.state === 'suppressed')
      ? 'suppressed'
      : to.some((one) => one.state === 'bounced')
        ? 'bounced'
        : 'failed';
    return { state, reason: repliesOf(to, to.length) };
  }
  // The least certain speaks for all.
  const state = (['accepted', 'settled', 'delivered'] as const).find((one) =>
    reached.some((recipient) => recipient.state === one),
  )!;
  return { state, reason: reached.find((recipient) => recipient.state === state)?.reply };
}

function repliesOf(recipients: readonly KnownRecipient[], of: number): string {
  const replies = new Set(recipients.map(({ reply = '' }) => reply));
  if (of === 1 || (replies.size === 1 && recipients.length === of)) return [...replies].join();
  return recipients.map(({ address, reply = '' }) => `${address}: ${reply}`).join('; ');
}

/**
 * The mail after a try for those of its recipients that were pending.
 * @param sendAgain whether a lost answer is to be taken as none: the server may then get the message twice
 */
export function afterTry(mail: Mail, outcome: MailOutcome, sendAgain: boolean): Mail {
  const answer = outcome.state === 'accepted' ? outcome.reply : outcome.reason;
  if (outcome.state === 'held') return { ...mail, answer };
  const tried = new Set(pendingRecipients(mail).map(({ address }) => address));
  const refused = new Map((outcome.refused ?? []).map((one) => [one.address, one]));
  const again = outcome.state === 'unknown' && sendAgain && !mail.sentAgain;
  const recipients = mail.recipients.map((recipient): Recipient => {
    if (!tried.has(recipient.address)) return recipient;
    const no = refused.get(recipient.address);
    if (no) return { ...recipient, state: no.temporary ? 'deferred' : 'failed', reply: no.reply };
    return { ...recipient, state: again ? 'deferred' : outcome.state, reply: answer };
  });
  return { ...mail, recipients, answer, ...(again ? { sentAgain: true as const } : {}) };
}

/** Those of whom nobody knows are to be judged by a try. */
export function asPending(mail: Mail): Mail {
  const recipients = mail.recipients.map(
    (recipient): Recipient =>
      recipient.state === 'unknown' ? { ...recipient, state: 'waiting' } : recipient,
  );
  return { ...mail, recipients };
}

/** No further try: those still pending have failed. */
export function givenUp(mail: Mail, reason: (reply: string) => string): Mail {
  const pending = new Set(pendingRecipients(mail).map(({ address }) => address));
  const recipients = mail.recipients.map((recipient): Recipient => {
    if (!pending.has(recipient.address)) return recipient;
    return { ...recipient, state: 'failed', reply: reason(recipient.reply ?? mail.answer ?? '') };
  });
  return { ...mail, recipients };
}

const FARED_OTHERWISE = ['failed', 'bounced', 'suppressed', 'deferred', 'unknown', 'complained'] as const;

/** An address that did not fare as the mail as a whole, or is none at all and was left out. */
export interface OtherFate {
  readonly address: string;
  readonly fate: (typeof FARED_OTHERWISE)[number] | 'malformed';
  readonly reply?: string | undefined;
}

export const otherFates = (mail: Mail): readonly OtherFate[] => [
  ...(mail.malformed ?? []).map((address) => ({ address, fate: 'malformed' as const })),
  ...knownRecipients(mail).flatMap(({ address, state, reply }) => {
    const fate = FARED_OTHERWISE.find((one) => one === state);
    return fate && fate !== mail.state ? [{ address, fate, reply }] : [];
  }),
];

/** The same for reports; a sentence each. */
export const leftOut = (mail: Mail): string[] =>
  otherFates(mail).map(({ address, fate, reply }) => `${address} ${FATES[fate]}${reply ? `: ${reply}` : ''}`);

const FATES: Readonly<Record<OtherFate['fate'], string>> = {
  malformed: 'is malformed',
  failed: 'was refused',
  bounced: 'bounced',
  suppressed: 'is suppressed',
  deferred: 'is tried again',
  unknown: 'may have it or not',
  complained: 'complained',
};
