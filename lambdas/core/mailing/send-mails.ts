import type { Deps } from '#core/deps.ts';
import { TRANSPORT_RULES } from '#core/domain/transport.ts';
import type { Mailer } from '#core/ports.ts';
import { type Mail, readMail, readMailingHold } from '#core/repositories/mails.ts';
import { readSettings } from '#core/repositories/settings.ts';
import { invoiceMailComposer } from './compose-invoice-mail.ts';
import { openConnections, UNCOUNTED } from './mail-connections.ts';
import { openPace, PATIENCE_MS, readPace, unitsOf } from './mail-pace.ts';
import { isRunPaused, isWaiting, type SendDeps, sendInvoiceMail, type Tried } from './send-invoice-mail.ts';

export type MailingDeps = SendDeps &
  Pick<
    Deps,
    | 'archive'
    | 'openTemplates'
    | 'composer'
    | 'openMailer'
    | 'openMailAccount'
    | 'ids'
    | 'stop'
    | 'onProgress'
  >;

/**
 * Tries each of these outbox records once, over as many connections and at the pace that the settings allow. Those for
 * which no turn is free within some seconds, or no connection within minutes, stay as they are: queued and due. So do all
 * while mail is switched off, and those of a run that is paused.
 */
export async function sendMails(mailIds: readonly string[], deps: MailingDeps): Promise<void> {
  await tryMails(mailIds, deps);
}

/** The same. @returns whether some were left for want of a turn or a connection */
export async function tryMails(
  mailIds: readonly string[],
  deps: MailingDeps,
): Promise<'tried' | 'left waiting'> {
  const all = await readSettings(deps.table);
  const { mail: settings } = all;
  if (mailIds.length === 0) return 'tried';
  if (settings.transport === 'off') return 'left waiting';
  const pace = openPace(settings, deps);
  const compose = invoiceMailComposer(deps);
  const width = Math.min(settings.pace.connections, mailIds.length);
  const connections = TRANSPORT_RULES[settings.transport].limitsConnections
    ? openConnections(width, settings.pace.connections, deps)
    : UNCOUNTED;
  const todo = [...mailIds];
  let done = 0;
  let outOfTurns = (await readPace(settings, deps)).freeSince > deps.clock.now() + PATIENCE_MS;
  /** Of the n-th connection of this process. */
  const turnOf = async (mail: Mail, nth: number): Promise<'had' | 'none' | 'of another'> => {
    if (outOfTurns) return 'none';
    const open = await connections.claimed();
    if (nth > 0 && nth >= open) return 'of another';
    if (open > 0 && (await pace.turn(unitsOf(mail, settings), todo.length + 1))) return 'had';
    outOfTurns = true;
    return 'none';
  };
  const keep = async (tried: Tried | undefined) => {
    await tried?.keep();
    deps.onProgress?.({ phase: 'mail', done: ++done, total: mailIds.length });
  };
  const connection = async (_: unknown, nth: number) => {
    let mailer: Mailer | undefined;
    // What one mail came to is written down while the next one begins.
    let keeping: Promise<void> = Promise.resolve();
    try {
      for (let id = todo.shift(); id !== undefined; id = todo.shift()) {
        const mail = (await readMail(deps.table, id))?.value;
        const way = mail ? await wayOf(mail, deps) : 'none';
        if (way === 'rests') continue;
        const turn = mail && way === 'turn' ? await turnOf(mail, nth) : 'had';
        if (turn === 'of another') todo.unshift(id);
        if (turn !== 'had') return;
        if (deps.stop.aborted) return;
        mailer ??= await deps.openMailer(settings);
        const tried = await sendInvoiceMail(id, { settings: all, compose, mailer }, deps);
        await keeping;
        keeping = keep(tried);
        keeping.catch(() => {}); // it is awaited soon
        if (tried?.refusesAll) await keeping;
      }
      await keeping;
    } finally {
      await keeping.catch(() => {});
      await mailer?.close();
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: width }, connection));
  // What one left to another that had come to its end already.
  const isWhole = !outOfTurns && ends.every(({ status }) => status === 'fulfilled');
  if (isWhole) ends.push(...(await Promise.allSettled([connection(undefined, 0)])));
  await pace.close();
  await connections.close();
  const broken = ends.find((end) => end.status === 'rejected');
  if (broken) throw broken.reason;
  return outOfTurns ? 'left waiting' : 'tried';
}

/**
 * What a mail takes to be tried: a turn, or none where nothing is sent. That is done already, as calls may come twice; a
 * hold keeps it back; or a process died while handing it over, which is only noted. One of a paused run rests.
 */
async function wayOf(mail: Mail, deps: MailingDeps): Promise<'turn' | 'none' | 'rests'> {
  if (!isWaiting(mail, deps)) return 'none';
  if (mail.state === 'sending' && mail.handedOverAt !== undefined) return 'none';
  if (await isRunPaused(mail, deps)) return mail.state === 'sending' ? 'none' : 'rests';
  const hold = await readMailingHold(deps.table);
  return !hold || hold.value.retryAt <= deps.clock.now() ? 'turn' : 'none';
}
