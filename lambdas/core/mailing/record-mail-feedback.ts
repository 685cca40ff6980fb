import type { Deps } from '#core/deps.ts';
import { instant } from '#core/deps.ts';
import { mailboxOf } from '#core/domain/mail-address.ts';
import type { Change } from '#core/ports.ts';
import { removeDue } from '#core/repositories/due.ts';
import { type Mail, type MailFeedback, readMail } from '#core/repositories/mails.ts';
import { create, replace } from '#core/repositories/stored.ts';
import { readSuppressions, type Suppression, suppressionKey } from '#core/repositories/suppressions.ts';
import { retryOnConflict } from '#core/retry.ts';
import { drawState, pendingRecipients } from './mail-state.ts';

/**
 * How many delays of one mail are kept: a provider may report for days, and for each recipient, that it goes
 * on trying.
 */
const MAX_DELAYS = 20;
/** How many characters of a server's answer are kept. */
const MAX_DETAIL = 500;

/**
 * Records what the provider reports of a mail and derives its state from all that is known so far. Events may
 * come late, several times, in any order, and before the answer to the send itself is on record: then they
 * are only kept, and recording that answer derives the state from them. If an event shows that an address is
 * to get no more mail, its suppression is part of the write.
 * @returns false for a mail that is not known here
 */
export async function recordMailFeedback(
  mailId: string,
  feedback: MailFeedback,
  deps: Pick<Deps, 'table' | 'clock' | 'log'>,
): Promise<boolean> {
  return retryOnConflict(async () => {
    const found = await readMail(deps.table, mailId);
    if (!found) return false;
    const known = found.value.feedback ?? [];
    if (known.some(({ id }) => id === feedback.id)) return true;
    const { dueAt, ...told } = drawState(
      { ...found.value, feedback: together(known, feedback) },
      restingOf(found.value),
    );
    // No recipient is pending any more, so nothing is to be tried again.
    const isOver = dueAt !== undefined && told.state !== 'sending' && pendingRecipients(told).length === 0;
    const changedAt = instant(deps.clock.now());
    await deps.table.write([
      replace(found, { ...told, changedAt, ...(isOver || dueAt === undefined ? {} : { dueAt }) }),
      ...(isOver ? [removeDue(dueAt, { kind: 'mail' as const, id: mailId })] : []),
      ...(await suppressions(told, feedback, deps)),
    ]);
    if (told.state !== found.value.state) {
      deps.log('info', `mail ${told.state}`, { mail: mailId, invoice: told.invoice });
    }
    return true;
  });
}

const restingOf = ({ state }: Mail): 'queued' | 'deferred' | 'held' =>
  state === 'queued' || state === 'held' ? state : 'deferred';

/**
 * Returns the changes that suppress addresses after an event, because providers stop an account that goes on
 * writing to mailboxes which do not exist or do not want the mail.
 */
async function suppressions(
  { id: mail, recipients }: Mail,
  { kind, permanent, at: since, detail, recipients: told }: MailFeedback,
  deps: Pick<Deps, 'table'>,
): Promise<Change[]> {
  // A complaint does not name who complained: if it lists several recipients, any of them may have (SES
  // developer guide, "Complaint object"), so none is suppressed.
  const isForGood = permanent || kind === 'suppressed' || (kind === 'complained' && told.length === 1);
  if (!isForGood) return [];
  const mailboxes = new Set(told.map(mailboxOf));
  const addresses = recipients.map(({ address }) => address).filter((one) => mailboxes.has(mailboxOf(one)));
  const already = await readSuppressions(deps.table, addresses);
  return addresses
    .filter((address) => !already.has(mailboxOf(address)))
    .map((address) =>
      create(suppressionKey(address), {
        address,
        since,
        reason: detail.slice(0, MAX_DETAIL),
        mail,
      } satisfies Suppression),
    );
}

/**
 * Adds an event to those that are known, in the order in which they happened and not in which they were
 * heard, so that the same events always make the same list.
 */
function together(known: readonly MailFeedback[], one: MailFeedback): MailFeedback[] {
  const all = [...known, { ...one, detail: one.detail.slice(0, MAX_DETAIL) }].sort(
    (a, b) => compare(a.at, b.at) || compare(a.id, b.id),
  );
  const delays = all.filter(({ kind }) => kind === 'delayed');
  const tooMany = new Set(delays.slice(MAX_DELAYS));
  return all.filter((event) => !tooMany.has(event));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
