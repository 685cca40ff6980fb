/**
 * The states of a mail, drawn by `mail-state.ts`.
 * queued: waits for its first try. sending: a process has the lease; `handedOverAt` is set before the server
 * can have the whole message. accepted: the server took it. deferred: it is tried again later. failed:
 * refused for good. held: login, TLS or sender was refused and the mailing rests, or this message is too
 * large. unknown: the answer was lost after the hand-over; it waits for a person. settled: a person counted
 * it as sent. replaced: a person had another mail sent in its place. delivered, bounced, complained: what
 * became of it after it was accepted, if the provider tells. suppressed: not sent, because an earlier mail to
 * this address bounced for good.
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
  'suppressed',
  'complained',
] as const;
export type MailState = (typeof MAIL_STATES)[number];

interface MailStateRules {
  /** The try that is still to come or under way; `none` if nothing goes on by itself. */
  readonly next: 'first try' | 'further try' | 'none';
  /**
   * `got`: the customer has the mail, as far as anybody knows. `lost`: it will not come, and the invoice is
   * offered for printing.
   */
  readonly customer: 'got' | 'lost' | 'open';
  /** Whether commands that meet such a mail end with exit code 1. */
  readonly needsAPerson: boolean;
  /**
   * What mailing the invoice again does: it is refused while this mail goes out by itself; it replaces this
   * mail, which is then never tried again; or it sends another one. The console offers a button only for the
   * value that says so.
   */
  readonly again: 'refused' | 'replaces' | 'sends another' | 'sends another, offered';
}

const GOT: MailStateRules = { next: 'none', customer: 'got', needsAPerson: false, again: 'sends another' };
const LOST: MailStateRules = {
  next: 'none',
  customer: 'lost',
  needsAPerson: true,
  again: 'sends another, offered',
};

const RULES: Readonly<Record<MailState, MailStateRules>> = {
  queued: { next: 'first try', customer: 'open', needsAPerson: false, again: 'refused' },
  sending: { next: 'first try', customer: 'open', needsAPerson: false, again: 'refused' },
  deferred: { next: 'further try', customer: 'open', needsAPerson: false, again: 'refused' },
  held: { next: 'further try', customer: 'open', needsAPerson: true, again: 'replaces' },
  unknown: { next: 'none', customer: 'open', needsAPerson: true, again: 'replaces' },
  accepted: GOT,
  settled: GOT,
  delivered: GOT,
  failed: LOST,
  bounced: LOST,
  suppressed: LOST,
  // It arrived but is not wanted there: the invoice needs no paper, but perhaps another address.
  complained: { next: 'none', customer: 'open', needsAPerson: true, again: 'sends another, offered' },
  replaced: { next: 'none', customer: 'open', needsAPerson: false, again: 'sends another' },
};

type Stated = { readonly state: MailState };

/** Decides whether nobody knows yet how the first try ends. */
export const isUntried = ({ state }: Stated): boolean => RULES[state].next === 'first try';
/** Decides whether a mail was tried and waits for its next try, or for what holds it to be mended. */
export const isBetweenTries = ({ state }: Stated): boolean => RULES[state].next === 'further try';
/** Decides whether a mail goes out by itself, so that another one would be a double. */
export const goesByItself = ({ state }: Stated): boolean => RULES[state].again === 'refused';
/** Decides whether mailing the invoice again takes this mail back. */
export const isReplacedByAnother = ({ state }: Stated): boolean => RULES[state].again === 'replaces';
/** Decides whether the customer has the mail, as far as anybody knows. */
export const reachedCustomer = ({ state }: Stated): boolean => RULES[state].customer === 'got';
/**
 * Decides whether the customer has not got the mail and will not, so that the invoice is offered for
 * printing.
 */
export const didNotArrive = ({ state }: Stated): boolean => RULES[state].customer === 'lost';
/** Decides whether a person may want to mail the invoice again. */
export const mayBeMailedAgain = ({ state }: Stated): boolean =>
  RULES[state].again === 'sends another, offered';
/** Decides whether a person has to look at the mail. */
export const mailNeedsAPerson = ({ state }: Stated): boolean => RULES[state].needsAPerson;

export const LOST_STATES = MAIL_STATES.filter((state) => didNotArrive({ state }));
export const isMailState = (text: string): text is MailState =>
  (MAIL_STATES as readonly string[]).includes(text);
