import type { Deps } from './deps.ts';
import { instant } from './deps.ts';
import { removeDue } from './repositories/due.ts';
import { type Mail, type MailFeedback, type MailState, readMail } from './repositories/mails.ts';
import { replace } from './repositories/stored.ts';
import { retryOnConflict } from './retry.ts';

/** Of one mail: a provider may tell for days, and of each recipient, that it goes on trying. */
const MAX_DELAYS = 20;
/** Characters of a server's answer. */
const MAX_DETAIL = 500;

/**
 * Notes what the provider tells of a mail and draws its state from all that is known so far. Events may come late,
 * several times, in any order, and before the answer to the send itself is on record: then they are only kept, and
 * that record draws the state from them.
 * @returns false for a mail that is not known here
 */
export async function takeMailFeedback(
  mailId: string,
  feedback: MailFeedback,
  deps: Pick<Deps, 'table' | 'clock' | 'log'>,
): Promise<boolean> {
  return retryOnConflict(async () => {
    const found = await readMail(deps.table, mailId);
    if (!found) return false;
    const known = found.value.feedback ?? [];
    if (known.some(({ id }) => id === feedback.id)) return true;
    const { dueAt, ...told } = withFeedback({ ...found.value, feedback: together(known, feedback) });
    const isNews = told.state !== found.value.state;
    // Somebody has it: nothing is to be tried again.
    const isOver = isNews && dueAt !== undefined;
    const changedAt = instant(deps.clock.now());
    await deps.table.write([
      replace(found, { ...told, changedAt, ...(isOver || dueAt === undefined ? {} : { dueAt }) }),
      ...(isOver ? [removeDue(dueAt, { kind: 'mail' as const, id: mailId })] : []),
    ]);
    if (isNews) deps.log('info', `mail ${told.state}`, { mail: mailId, invoice: told.invoice });
    return true;
  });
}

/** In the order of what happened, not of what was heard, so that the same events always make the same list. */
function together(known: readonly MailFeedback[], one: MailFeedback): MailFeedback[] {
  const all = [...known, { ...one, detail: one.detail.slice(0, MAX_DETAIL) }].sort(
    (a, b) => compare(a.at, b.at) || compare(a.id, b.id),
  );
  const delays = all.filter(({ kind }) => kind === 'delayed');
  const tooMany = new Set(delays.slice(MAX_DELAYS));
  return all.filter((event) => !tooMany.has(event));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What is worse comes after what is better: a mail may bounce or be complained of after it was delivered. */
const STATES: readonly (readonly [MailFeedback['kind'], MailState])[] = [
  ['complained', 'complained'],
  ['bounced', 'bounced'],
  ['rejected', 'failed'],
  ['delivered', 'delivered'],
  ['accepted', 'accepted'],
  // Who goes on trying has the mail.
  ['delayed', 'accepted'],
];

/** A try under way ends by itself; a mail that a person has replaced stays so. In all else the provider knows better. */
const KEPT: readonly MailState[] = ['queued', 'sending', 'replaced'];

/** The mail with the state that its feedback gives it, whatever its own try seemed to say. */
export function withFeedback(mail: Mail): Mail {
  if (KEPT.includes(mail.state)) return mail;
  const events = STATES.flatMap(([kind, state]) =>
    (mail.feedback ?? []).filter((event) => event.kind === kind).map(({ detail }) => ({ state, detail })),
  );
  const [worst] = events;
  if (!worst) return mail;
  const reason = events.find(({ detail }) => detail !== '')?.detail ?? mail.reason ?? '';
  return { ...mail, state: worst.state, reason };
}
