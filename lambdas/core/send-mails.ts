import type { Deps } from './deps.ts';
import { readMailingHold } from './repositories/mails.ts';
import { readSettings } from './repositories/settings.ts';
import { type SendDeps, sendInvoiceMail } from './send-invoice-mail.ts';

export type MailingDeps = SendDeps & Pick<Deps, 'openMailer' | 'stop' | 'onProgress'>;

/**
 * Tries each of these outbox records once, over as many connections and at the pace that the settings allow.
 * While mail is switched off they stay as they are.
 */
export async function sendMails(mailIds: readonly string[], deps: MailingDeps): Promise<void> {
  const { mail: settings } = await readSettings(deps.table);
  if (settings.transport === 'off' || mailIds.length === 0) return;
  const waitForTurn = pacemaker(settings.pace.perSecond, deps);
  const queue = mailIds.values();
  let done = 0;
  const connection = async () => {
    const mailer = await deps.openMailer(settings);
    try {
      for (const id of queue) {
        // What a hold keeps from being tried takes no turn.
        const hold = await readMailingHold(deps.table);
        if (!hold || hold.value.retryAt <= deps.clock.now()) await waitForTurn();
        if (deps.stop.aborted) return;
        await sendInvoiceMail(id, mailer, deps);
        deps.onProgress?.({ phase: 'mail', done: ++done, total: mailIds.length });
      }
    } finally {
      await mailer.close();
    }
  };
  const width = Math.min(settings.pace.connections, mailIds.length);
  const ends = await Promise.allSettled(Array.from({ length: width }, connection));
  const broken = ends.find((end) => end.status === 'rejected');
  if (broken) throw broken.reason;
}

/** Returns a function whose calls come back at most `perSecond` times a second. */
function pacemaker(perSecond: number, { clock }: Pick<Deps, 'clock'>): () => Promise<void> {
  let next = 0;
  return async () => {
    const now = clock.now();
    const turn = Math.max(now, next);
    next = turn + 1000 / perSecond;
    if (turn > now) await clock.wait(turn - now);
  };
}
