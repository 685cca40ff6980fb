import type { Deps } from './deps.ts';
import { pacemaker } from './mail-pace.ts';
import { readMail, readMailingHold } from './repositories/mails.ts';
import { readSettings } from './repositories/settings.ts';
import { isRunPaused, isWaiting, type SendDeps, sendInvoiceMail } from './send-invoice-mail.ts';

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
        if (await needsTurn(id, deps)) await waitForTurn();
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

/** What is done already, as calls may come twice, and what a hold or a pause keeps from being tried take no turn. */
async function needsTurn(id: string, deps: MailingDeps): Promise<boolean> {
  const mail = await readMail(deps.table, id);
  if (!mail || !isWaiting(mail.value, deps) || (await isRunPaused(mail.value, deps))) return false;
  const hold = await readMailingHold(deps.table);
  return !hold || hold.value.retryAt <= deps.clock.now();
}
