import { mailboxOf } from '#core/domain/mail-address.ts';
import type { MailState } from '#core/domain/mail-states.ts';
import type { MailOutcome } from '#core/ports.ts';
import { type Mail, type MailFeedback, type Recipient, TRIED_STATES } from '#core/repositories/mails.ts';

export const RECIPIENT_STATES = [...TRIED_STATES, 'delivered', 'bounced', 'complained'] as const;

/**
 * A recipient with all that is known of it: the result of our own tries, overruled by the feedback of the
 * provider.
 */
export interface KnownRecipient extends Omit<Recipient, 'state'> {
  readonly state: (typeof RECIPIENT_STATES)[number];
}

/**
 * The state that each kind of event gives a recipient. Strongest first: the first kind in this list wins,
 * because bounces and complaints arrive after 'delivered'.
 */
const TOLD = {
  complained: 'complained',
  bounced: 'bounced',
  suppressed: 'suppressed',
  rejected: 'failed',
  delivered: 'delivered',
  accepted: 'accepted',
  // A server that goes on trying has accepted the mail.
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

/** Decides whether the next try is for this recipient. */
export const isPending = ({ state }: KnownRecipient): boolean => state === 'waiting' || state === 'deferred';
const hasIt = ({ state }: KnownRecipient): boolean =>
  state === 'accepted' || state === 'delivered' || state === 'settled';

/** Lists the recipients for whom a try is still to be made. */
export const pendingRecipients = (mail: Pick<Mail, 'recipients' | 'feedback'>): readonly KnownRecipient[] =>
  knownRecipients(mail).filter(isPending);

/**
 * Decides whether a try is under way or a further one may come, even if the fate of some recipients is
 * unknown.
 */
export const mayBeTried = (mail: Mail): boolean =>
  mail.state === 'sending' || (mail.state !== 'replaced' && pendingRecipients(mail).length > 0);

/**
 * Derives the state and the reason of a mail from its recipients and their feedback. The result is the same
 * in whatever order these facts came. A mail that is `sending` keeps its state, because its try ends by
 * itself, and a mail that a person has replaced stays `replaced`.
 * @param resting the mail's state while some recipient is still to be tried
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

/**
 * Derives a mail's state from its recipients. No reason is returned if the answer of the last try already
 * tells it.
 */
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
  // Least certain first: the first state in this list wins, because the mail is only as certain as its least
  // certain recipient.
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
 * Returns the mail after a try that was made for its pending recipients.
 * @param sendAgain whether a mail whose answer was lost is sent again: the server may then get the message
 *   twice
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

/**
 * Returns the mail with its `unknown` recipients waiting again, so that the outcome of a try can judge them.
 */
export function asPending(mail: Mail): Mail {
  const recipients = mail.recipients.map(
    (recipient): Recipient =>
      recipient.state === 'unknown' ? { ...recipient, state: 'waiting' } : recipient,
  );
  return { ...mail, recipients };
}

/** Returns the mail without any further try: recipients who are still pending have failed. */
export function givenUp(mail: Mail, reason: (reply: string) => string): Mail {
  const pending = new Set(pendingRecipients(mail).map(({ address }) => address));
  const recipients = mail.recipients.map((recipient): Recipient => {
    if (!pending.has(recipient.address)) return recipient;
    return { ...recipient, state: 'failed', reply: reason(recipient.reply ?? mail.answer ?? '') };
  });
  return { ...mail, recipients };
}

const FARED_OTHERWISE = ['failed', 'bounced', 'suppressed', 'deferred', 'unknown', 'complained'] as const;

/**
 * An address whose fate differs from that of the mail as a whole, or a text that is no address and was left
 * out.
 */
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

/** Describes for reports each address that fared differently from its mail, in one sentence each. */
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
