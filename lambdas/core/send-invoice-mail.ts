import { composeInvoiceMail } from './compose-invoice-mail.ts';
import type { Deps } from './deps.ts';
import { instant } from './deps.ts';
import { ConflictError, Fault } from './errors.ts';
import { isFree } from './lease.ts';
import type { Change, Mailer, MailOutcome, RefusedRecipient } from './ports.ts';
import { addDue, removeDue } from './repositories/due.ts';
import { MAILING_HOLD, type Mail, type MailState, readMail, readMailingHold } from './repositories/mails.ts';
import { isPaused, PAUSE_LOOK_MS } from './repositories/runs.ts';
import { readSettings } from './repositories/settings.ts';
import { createOrReplace, remove, replace, type Stored } from './repositories/stored.ts';
import { retryOnConflict } from './retry.ts';
import { withFeedback } from './take-mail-feedback.ts';

export type SendDeps = Pick<
  Deps,
  'table' | 'archive' | 'openTemplates' | 'composer' | 'clock' | 'workers' | 'log'
>;

/** Longer than the overall deadline of one message. */
export const MAIL_LEASE_MS = 3 * 60_000;
const HOLD_MS = 15 * 60_000;
/** Minutes between the tries of a deferred mail; the last one repeats until the time is up (RFC 5321 4.5.4.1). */
const PAUSES = [1, 5, 15, 30, 60, 120, 240];
const GIVE_UP_MS = 48 * 3_600_000;

/** Whether a try may begin, or an abandoned one must be judged. */
export const isWaiting = (mail: Mail, deps: Pick<Deps, 'clock' | 'workers'>): boolean =>
  mail.state === 'queued' ||
  mail.state === 'deferred' ||
  mail.state === 'held' ||
  (mail.state === 'sending' && isFree(mail.lease, deps));

/**
 * Tries one outbox record once and writes down what the server said. Three writes: the lease (this process is at
 * it), the hand-over (from here on the server may have the message), the outcome. A process that dies before the
 * second has sent nothing, and the mail is simply tried again; one that dies after it leaves `unknown`.
 * Safe to call for any id at any time.
 */
export async function sendInvoiceMail(mailId: string, mailer: Mailer, deps: SendDeps): Promise<void> {
  const leased = await retryOnConflict(() => takeLease(mailId, deps));
  if (!leased) return;
  let current = leased;
  let outcome: MailOutcome;
  try {
    const message = await composeInvoiceMail(leased.value, deps);
    outcome = await mailer.send({ ...leased.value.envelope, tag: mailId }, message, async () => {
      const handingOver: Mail = { ...current.value, handedOverAt: instant(deps.clock.now()) };
      await deps.table.write([replace(current, handingOver)]);
      current = (await readMail(deps.table, mailId)) ?? current;
    });
  } catch (error) {
    // Nothing was handed over. Either another process has taken the lease, or the message could not be made.
    if (error instanceof ConflictError) return;
    deps.log('error', 'mail not made', { mail: mailId, invoice: leased.value.invoice, error });
    const reason = error instanceof Fault ? error.message : 'The mail could not be made: see the log.';
    const isFinal =
      error instanceof Fault && ['damaged', 'archive-conflict', 'bad-input'].includes(error.code);
    outcome = { state: isFinal ? 'failed' : 'deferred', reason };
  }
  await retryOnConflict(() => keepOutcome(mailId, leased.value.attempts, outcome, deps));
}

async function takeLease(mailId: string, deps: SendDeps): Promise<Stored<Mail> | undefined> {
  const found = await readMail(deps.table, mailId);
  if (!found || !isWaiting(found.value, deps)) return undefined;
  if (found.value.state === 'sending' && found.value.handedOverAt !== undefined) {
    const reason = 'The program stopped between handing the mail over and noting the answer.';
    await deps.table.write(outcomeChanges(found, 'unknown', { reason }, undefined, deps));
    return undefined;
  }
  if (withFeedback({ ...found.value, state: 'deferred' }).state !== 'deferred') {
    // A later try was about to begin when the provider told that an earlier one had gone through.
    await deps.table.write(outcomeChanges(found, 'deferred', {}, undefined, deps));
    return undefined;
  }
  if (await isRunPaused(found.value, deps)) {
    if ((found.value.dueAt ?? 0) <= deps.clock.now()) await deps.table.write(putOff(found, deps));
    return undefined;
  }
  const hold = await readMailingHold(deps.table);
  if (hold && hold.value.retryAt > deps.clock.now()) {
    if (found.value.state === 'held') return undefined;
    const reason = hold.value.reason;
    await deps.table.write(outcomeChanges(found, 'held', { reason }, deps.clock.now(), deps));
    return undefined;
  }
  const { handedOverAt: _, dueAt, ...mail } = await withSenderOfToday(found.value, deps);
  const until = deps.clock.now() + MAIL_LEASE_MS;
  const leased: Mail = {
    ...mail,
    state: 'sending',
    attempts: mail.attempts + 1,
    lease: { worker: deps.workers.me, until },
    changedAt: instant(deps.clock.now()),
    dueAt: until,
  };
  await deps.table.write([
    replace(found, leased),
    ...(dueAt === undefined ? [] : [removeDue(dueAt, { kind: 'mail', id: mailId })]),
    addDue(until, { kind: 'mail', id: mailId, worker: deps.workers.me }),
  ]);
  return readMail(deps.table, mailId);
}

export const isRunPaused = async ({ run }: Mail, { table }: Pick<Deps, 'table'>): Promise<boolean> =>
  run !== undefined && isPaused(table, run);

/** What is due and rests must not stand in the way of others that are due. */
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
 * A mail that the server refused because of its sender (it was `held`, nobody received it) takes over a sender that
 * was changed since: as another message, filed beside the refused one.
 */
async function withSenderOfToday(mail: Mail, deps: Pick<Deps, 'table'>): Promise<Mail> {
  const { sender, replyTo } = (await readSettings(deps.table)).mail;
  if (mail.state !== 'held' || sender.address === '' || sender.address === mail.from.address) return mail;
  const { messageId, key } = mail;
  return {
    ...mail,
    from: sender,
    replyTo,
    envelope: { ...mail.envelope, from: sender.address },
    messageId: messageId.replace(/@[^@]*>$/, `.${mail.attempts}@${sender.address.split('@')[1]}>`),
    key: key.replace(/\.eml$/, `-${mail.attempts + 1}.eml`),
  };
}

async function keepOutcome(
  mailId: string,
  attempt: number,
  outcome: MailOutcome,
  deps: SendDeps,
): Promise<void> {
  const found = await readMail(deps.table, mailId);
  if (!found || found.value.attempts !== attempt) return;
  const hold = await readMailingHold(deps.table);
  const now = deps.clock.now();
  if (outcome.state === 'accepted' && !reachesAddressee(found.value, outcome.refused)) {
    const reason = outcome.refused.map(({ address, reply }) => `${address}: ${reply}`).join('; ');
    const { refused } = outcome;
    await deps.table.write(outcomeChanges(found, 'failed', { reason, refused }, undefined, deps));
    return;
  }
  if (outcome.state === 'accepted') {
    const { refused } = outcome;
    const facts = { reason: outcome.reply, ...(refused.length > 0 ? { refused } : {}) };
    const changes = outcomeChanges(found, 'accepted', facts, undefined, deps);
    await deps.table.write(hold ? [...changes, remove({ ...hold, key: MAILING_HOLD })] : changes);
    return;
  }
  const { reason } = outcome;
  deps.log('warn', `mail ${outcome.state}`, { mail: mailId, invoice: found.value.invoice, reason });
  if (outcome.state === 'held') {
    const changes = outcomeChanges(found, 'held', { reason }, now, deps);
    const newHold = { since: hold?.value.since ?? instant(now), reason, retryAt: now + HOLD_MS };
    await deps.table.write([...changes, createOrReplace(MAILING_HOLD, hold, newHold)]);
    return;
  }
  if (outcome.state === 'deferred') {
    const pause = PAUSES[Math.min(attempt, PAUSES.length) - 1]! * 60_000;
    const tooLate = now + pause > Date.parse(found.value.queuedAt) + GIVE_UP_MS;
    await deps.table.write(
      tooLate
        ? outcomeChanges(found, 'failed', { reason: `Given up after 48 hours. ${reason}` }, undefined, deps)
        : outcomeChanges(found, 'deferred', { reason }, now + pause, deps),
    );
    return;
  }
  await deps.table.write(outcomeChanges(found, outcome.state, { reason }, undefined, deps));
}

/** A copy that only cc or bcc recipients got has not reached the customer. */
const reachesAddressee = ({ to }: Mail, refused: readonly RefusedRecipient[]): boolean =>
  to.some((address) => refused.every((one) => one.address !== address));

function outcomeChanges(
  found: Stored<Mail>,
  state: MailState,
  facts: Pick<Mail, 'reason' | 'refused'>,
  dueAt: number | undefined,
  deps: Pick<Deps, 'clock'>,
) {
  const { lease: _, dueAt: oldDueAt, ...rest } = found.value;
  const id = found.value.id;
  // The provider may have told of it before this answer was on record; what somebody has is not tried again.
  const mail = withFeedback({ ...rest, ...facts, state, changedAt: instant(deps.clock.now()) });
  const nextDueAt = mail.state === state ? dueAt : undefined;
  const changes = [replace(found, { ...mail, ...(nextDueAt === undefined ? {} : { dueAt: nextDueAt }) })];
  if (oldDueAt !== undefined && oldDueAt !== nextDueAt) {
    changes.push(removeDue(oldDueAt, { kind: 'mail', id }));
  }
  if (nextDueAt !== undefined && oldDueAt !== nextDueAt)
    changes.push(addDue(nextDueAt, { kind: 'mail', id }));
  return changes;
}
