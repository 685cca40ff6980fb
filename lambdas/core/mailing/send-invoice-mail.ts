import type { Deps } from '#core/deps.ts';
import { instant } from '#core/deps.ts';
import { mailboxOf } from '#core/domain/mail-address.ts';
import type { MailState } from '#core/domain/mail-states.ts';
import type { Settings } from '#core/domain/settings.ts';
import { ConflictError, Fault } from '#core/errors.ts';
import { isFree } from '#core/lease.ts';
import type { Change, Mailer, MailOutcome } from '#core/ports.ts';
import { addDue, removeDue } from '#core/repositories/due.ts';
import {
  MAILING_HOLD,
  type Mail,
  type Recipient,
  readMail,
  readMailingHold,
} from '#core/repositories/mails.ts';
import { isPaused, PAUSE_LOOK_MS } from '#core/repositories/runs.ts';
import { createOrReplace, remove, replace, type Stored } from '#core/repositories/stored.ts';
import { readSuppressions } from '#core/repositories/suppressions.ts';
import { retryOnConflict } from '#core/retry.ts';
import type { ComposeInvoiceMail } from './compose-invoice-mail.ts';
import {
  afterTry,
  asPending,
  drawState,
  givenUp,
  knownRecipients,
  mayBeTried,
  pendingRecipients,
} from './mail-state.ts';

export type SendDeps = Pick<Deps, 'table' | 'clock' | 'workers' | 'log'> & {
  /** Called with each state that a try ends in, so that a caller can count them. */
  readonly onMailState?: (state: MailState) => void;
};

/** What the mails of one call share. The settings are those with which the mailer was opened. */
export interface Mailing {
  readonly settings: Settings;
  readonly compose: ComposeInvoiceMail;
  readonly mailer: Pick<Mailer, 'send'>;
}

export interface Tried {
  /** Whether other mails would fare no better: then none may be tried before this outcome is on record. */
  readonly refusesAll: boolean;
  /**
   * Writes the outcome down.
   * @returns the mail's state after it; undefined if another process has judged the mail since
   */
  readonly keep: () => Promise<MailState | undefined>;
}

/** How long the lease of one try lasts, in milliseconds: longer than the overall deadline of one message. */
export const MAIL_LEASE_MS = 3 * 60_000;
const HOLD_MS = 15 * 60_000;
/**
 * A message that is too large is looked at again after this many milliseconds, because the limit may have
 * been raised.
 */
const TOO_LARGE_MS = 60 * 60_000;
/**
 * Minutes between the tries of a deferred mail; the last pause repeats until the mail is given up (RFC 5321
 * section 4.5.4.1).
 */
const PAUSES = [1, 5, 15, 30, 60, 120, 240];
const GIVE_UP_MS = 48 * 3_600_000;

/** Decides whether a try may begin, or an abandoned one must be judged. */
export function isWaiting(mail: Mail, deps: Pick<Deps, 'clock' | 'workers'>): boolean {
  if (mail.state === 'sending') return isFree(mail.lease, deps);
  if (!mayBeTried(mail)) return false;
  return mail.state === 'queued' || (mail.dueAt ?? 0) <= deps.clock.now();
}

/**
 * Tries one outbox record once, for those of its recipients who do not have it yet, in three writes: the
 * lease (this process works on it), the hand-over (from here on the server may have the message), and the
 * outcome. A process that dies before the second write has sent nothing, and the mail is simply tried again;
 * one that dies after it leaves `unknown`. Safe to call for any id at any time.
 * @returns the outcome, which `keep` has yet to write down; undefined if no try was made
 */
export async function sendInvoiceMail(
  mailId: string,
  mailing: Mailing,
  deps: SendDeps,
): Promise<Tried | undefined> {
  const leased = await retryOnConflict(() => takeLease(mailId, mailing, deps));
  if (!leased) return undefined;
  let outcome: MailOutcome | TooLarge;
  try {
    const message = await mailing.compose(leased.value);
    const envelope = {
      from: leased.value.from.address,
      to: pendingRecipients(leased.value).map(({ address }) => address),
      tag: mailId,
    };
    outcome =
      tooLarge(message, mailing.settings) ??
      (await mailing.mailer.send(envelope, message, async () => {
        const handingOver: Mail = { ...leased.value, handedOverAt: instant(deps.clock.now()) };
        await deps.table.write([replace(leased, handingOver)]);
      }));
  } catch (error) {
    // Nothing was handed over. Either another process has taken the lease, or the message could not be made.
    if (error instanceof ConflictError) return undefined;
    deps.log('error', 'mail not made', { mail: mailId, invoice: leased.value.invoice, error });
    const reason = error instanceof Fault ? error.message : 'The mail could not be made: see the log.';
    const isFinal =
      error instanceof Fault && ['damaged', 'archive-conflict', 'bad-input'].includes(error.code);
    outcome = { state: isFinal ? 'failed' : 'deferred', reason };
  }
  return {
    refusesAll: outcome.state === 'held',
    keep: () => retryOnConflict(() => keepOutcome(mailId, leased.value.attempts, outcome, mailing, deps)),
  };
}

async function takeLease(
  mailId: string,
  mailing: Mailing,
  deps: SendDeps,
): Promise<Stored<Mail> | undefined> {
  const found = await readMail(deps.table, mailId);
  if (!found || !isWaiting(found.value, deps)) return undefined;
  if (found.value.state === 'sending' && found.value.handedOverAt !== undefined) {
    const reason = 'The program stopped between handing the mail over and noting the answer.';
    await keepOutcome(mailId, found.value.attempts, { state: 'unknown', reason }, mailing, deps);
    return undefined;
  }
  const mail = await withoutSuppressed(found.value, deps);
  if (pendingRecipients(mail).length === 0) {
    // Either no recipient is left to write to, or the provider reported that an earlier try had gone through
    // just when this one was about to begin.
    await deps.table.write(ended(found, mail, 'deferred', undefined, deps));
    return undefined;
  }
  if (await isRunPaused(mail, deps)) {
    if ((mail.dueAt ?? 0) <= deps.clock.now()) await deps.table.write(putOff(found, deps));
    return undefined;
  }
  const hold = await readMailingHold(deps.table);
  if (hold && hold.value.retryAt > deps.clock.now()) {
    if (mail.state === 'held') return undefined;
    const held = { ...mail, answer: hold.value.reason };
    await deps.table.write(ended(found, held, 'held', deps.clock.now(), deps));
    return undefined;
  }
  const { handedOverAt: _, dueAt, ...rest } = withSenderOfToday(mail, mailing.settings);
  const until = deps.clock.now() + MAIL_LEASE_MS;
  const leased: Mail = {
    ...rest,
    state: 'sending',
    attempts: mail.attempts + 1,
    lease: { worker: deps.workers.me, until },
    changedAt: instant(deps.clock.now()),
    dueAt: until,
  };
  const version = await deps.table.write([
    replace(found, leased),
    ...(dueAt === undefined ? [] : [removeDue(dueAt, { kind: 'mail', id: mailId })]),
    addDue(until, { kind: 'mail', id: mailId, worker: deps.workers.me }),
  ]);
  return { key: found.key, version, value: leased };
}

export const isRunPaused = async ({ run }: Mail, { table }: Pick<Deps, 'table'>): Promise<boolean> =>
  run !== undefined && isPaused(table, run);

/** Puts off a mail whose run is paused, so that it does not block other mails that are due. */
function putOff(found: Stored<Mail>, deps: Pick<Deps, 'clock'>): Change[] {
  const { id, dueAt: oldDueAt } = found.value;
  const dueAt = deps.clock.now() + PAUSE_LOOK_MS;
  return [
    replace(found, { ...found.value, dueAt }),
    ...(oldDueAt === undefined ? [] : [removeDue(oldDueAt, { kind: 'mail', id })]),
    addDue(dueAt, { kind: 'mail', id }),
  ];
}

/**
 * Marks pending recipients as suppressed if their mailboxes are to get no more mail. If no addressee is left,
 * copies do not go out alone.
 */
async function withoutSuppressed(mail: Mail, deps: Pick<Deps, 'table'>): Promise<Mail> {
  const pending = pendingRecipients(mail).map(({ address }) => address);
  const suppressed = await readSuppressions(deps.table, pending);
  if (suppressed.size === 0) return mail;
  const recipients = mail.recipients.map((recipient): Recipient => {
    const why = pending.includes(recipient.address) && suppressed.get(mailboxOf(recipient.address));
    if (!why) return recipient;
    const reply = `nothing is sent to this address since ${why.since.slice(0, 10)}: ${why.reason}`;
    return { ...recipient, state: 'suppressed', reply };
  });
  const rest = { ...mail, recipients };
  const toSomebody = knownRecipients(rest).some(
    ({ kind, state }) => kind === 'to' && state !== 'suppressed' && state !== 'failed' && state !== 'bounced',
  );
  return toSomebody ? rest : givenUp(rest, () => 'not sent, as no addressee is left');
}

/**
 * Gives a mail the sender that the settings name now, if the server refused it because of its old sender (it
 * was `held`, and nobody received it). It becomes another message, which is filed beside the refused one.
 */
function withSenderOfToday(mail: Mail, { mail: { sender, replyTo }, company }: Settings): Mail {
  if (mail.state !== 'held' || sender.address === '' || sender.address === mail.from.address) return mail;
  const { messageId, key } = mail;
  return {
    ...mail,
    from: { name: sender.name || company.name, address: sender.address },
    replyTo,
    messageId: messageId.replace(/@[^@]*>$/, `.${mail.attempts}@${sender.address.split('@')[1]}>`),
    key: key.replace(/\.eml$/, `-${mail.attempts + 1}.eml`),
  };
}

/** The outcome of a message that is held alone, because others are smaller and may be sent. */
interface TooLarge {
  readonly state: 'too large';
  readonly reason: string;
}

function tooLarge(message: Uint8Array, { mail: { maxMegabytes } }: Settings): TooLarge | undefined {
  if (message.length <= maxMegabytes * 1e6) return undefined;
  const size = (message.length / 1e6).toFixed(1);
  return {
    state: 'too large',
    reason: `The message has ${size} MB, more than the ${maxMegabytes} MB of mail.maxMegabytes: raise that if your mail server takes it, or print the invoice`,
  };
}

async function keepOutcome(
  mailId: string,
  attempt: number,
  outcome: MailOutcome | TooLarge,
  { settings }: Pick<Mailing, 'settings'>,
  deps: SendDeps,
): Promise<MailState | undefined> {
  const found = await readMail(deps.table, mailId);
  if (!found || found.value.attempts !== attempt) return undefined;
  const hold = await readMailingHold(deps.table);
  const now = deps.clock.now();
  const keep = async (mail: Mail, resting: 'deferred' | 'held', dueAt: number, ...more: Change[]) => {
    const changes = ended(found, mail, resting, dueAt, deps);
    await deps.table.write([...changes, ...more]);
    const { state } = (changes[0] as { value: unknown }).value as Mail;
    if (state !== 'accepted') {
      const { invoice } = found.value;
      deps.log('warn', `mail ${state}`, { mail: mailId, invoice, reason: mail.answer });
    }
    deps.onMailState?.(state);
    return state;
  };
  if (outcome.state === 'too large') {
    return keep({ ...found.value, answer: outcome.reason }, 'held', now + TOO_LARGE_MS);
  }
  // The lease ran out and another process took the answer for lost, but now it has arrived after all.
  const open = found.value.state === 'unknown' ? asPending(found.value) : found.value;
  const tried = afterTry(open, outcome, settings.mail.whenUnknown === 'send again');
  if (outcome.state === 'held') {
    const { reason } = outcome;
    // The hold is logged only once, however many mails meet it.
    if (!hold) deps.log('error', 'mailing held', { mail: mailId, reason });
    const newHold = { since: hold?.value.since ?? instant(now), reason, retryAt: now + HOLD_MS };
    return keep(tried, 'held', now, createOrReplace(MAILING_HOLD, hold, newHold));
  }
  const pause = PAUSES[Math.min(attempt, PAUSES.length) - 1]! * 60_000;
  const isTooLate = now + pause > Date.parse(found.value.queuedAt) + GIVE_UP_MS;
  const mail = isTooLate ? givenUp(tried, (reply) => `Given up after 48 hours. ${reply}`) : tried;
  const over = hold && outcome.state === 'accepted' ? [remove({ ...hold, key: MAILING_HOLD })] : [];
  return keep(mail, 'deferred', now + pause, ...over);
}

/**
 * Returns the changes that end a try. The state is derived from the recipients and the feedback, because the
 * provider may have reported on the mail before the outcome is on record.
 * @param dueAt when the recipients who are still pending are tried again; not used if nobody is pending
 */
function ended(
  found: Stored<Mail>,
  mail: Mail,
  resting: 'deferred' | 'held',
  dueAt: number | undefined,
  deps: Pick<Deps, 'clock'>,
): Change[] {
  const { lease: _, dueAt: _due, ...rest } = mail;
  const { id, dueAt: oldDueAt } = found.value;
  const drawn = drawState({ ...rest, state: resting, changedAt: instant(deps.clock.now()) }, resting);
  const next = pendingRecipients(drawn).length > 0 ? dueAt : undefined;
  const changes: Change[] = [replace(found, next === undefined ? drawn : { ...drawn, dueAt: next })];
  if (oldDueAt === next) return changes;
  if (oldDueAt !== undefined) changes.push(removeDue(oldDueAt, { kind: 'mail', id }));
  if (next !== undefined) changes.push(addDue(next, { kind: 'mail', id }));
  return changes;
}
