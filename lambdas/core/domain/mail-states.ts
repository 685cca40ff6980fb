/**
 * queued: waits for its first try. sending: a process has the lease; `handedOverAt` is set before the server can have
 * the whole message. accepted: the server took it. deferred: tried again later. failed: refused for good. held:
 * login, TLS or sender refused, the mailing stands; or this message is too large. unknown: the answer was lost after the
 * hand-over; it waits for a person. settled: a person counted it as sent. replaced: a person had another mail sent in
 * its place. delivered, bounced, complained: what became of it after it was accepted, where the provider tells.
 * suppressed: not sent, as an earlier mail to the same address bounced for good. Drawn by `mail-state.ts`.
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
  /** Which try is still to come or under way; `none` where nothing goes on by itself. */
  readonly next: 'first try' | 'further try' | 'none';
  /** `got`: the customer has it, as far as anybody knows. `lost`: it will not come, and the invoice is offered to be printed. */
  readonly customer: 'got' | 'lost' | 'open';
  /** Commands that meet it end with exit code 1. */
  readonly needsAPerson: boolean;
  /**
   * What mailing the invoice again does: it is refused while this mail goes out by itself; it replaces this mail, which
   * is then never tried again; or it sends a further one. The console offers it only where it says so.
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
  // It arrived, and nobody wants it there: the invoice needs no paper, but perhaps another address.
  complained: { next: 'none', customer: 'open', needsAPerson: true, again: 'sends another, offered' },
  replaced: { next: 'none', customer: 'open', needsAPerson: false, again: 'sends another' },
};

type Stated = { readonly state: MailState };

/** Nobody knows yet how the first try ends. */
export const isUntried = ({ state }: Stated): boolean => RULES[state].next === 'first try';
/** It was tried, and waits for its next try or for what holds it. */
export const isBetweenTries = ({ state }: Stated): boolean => RULES[state].next === 'further try';
/** It goes out by itself, so a second one would be a double. */
export const goesByItself = ({ state }: Stated): boolean => RULES[state].again === 'refused';
/** A person who mails the invoice again takes this mail back. */
export const isReplacedByAnother = ({ state }: Stated): boolean => RULES[state].again === 'replaces';
/** The customer has it, as far as anybody knows. */
export const reachedCustomer = ({ state }: Stated): boolean => RULES[state].customer === 'got';
/** The customer has not got it by mail and will not: the invoice is offered to be printed. */
export const didNotArrive = ({ state }: Stated): boolean => RULES[state].customer === 'lost';
/** A person may want to mail the invoice again. */
export const mayBeMailedAgain = ({ state }: Stated): boolean =>
  RULES[state].again === 'sends another, offered';
/** A person has to look at it. */
export const mailNeedsAPerson = ({ state }: Stated): boolean => RULES[state].needsAPerson;

export const LOST_STATES = MAIL_STATES.filter((state) => didNotArrive({ state }));
export const isMailState = (text: string): text is MailState =>
  (MAIL_STATES as readonly string[]).includes(text);
