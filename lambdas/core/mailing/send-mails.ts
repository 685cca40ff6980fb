import type { Deps } from '#core/deps.ts';
import type { Settings } from '#core/domain/settings.ts';
import { TRANSPORT_RULES } from '#core/domain/transport.ts';
import type { Mailer } from '#core/ports.ts';
import { type Mail, readMail, readMailingHold } from '#core/repositories/mails.ts';
import { readSettings } from '#core/repositories/settings.ts';
import { type ComposeInvoiceMail, invoiceMailComposer } from './compose-invoice-mail.ts';
import { type Connections, openConnections, UNCOUNTED } from './mail-connections.ts';
import { type MailPace, openPace, PATIENCE_MS, readPace, unitsOf } from './mail-pace.ts';
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

/**
 * Does what `sendMails` does, for a caller that must know whether to try again or to leave the rest to `sweep`.
 * @returns `left waiting` where mail is switched off, or where turns or connections did not suffice for all
 */
export async function tryMails(
  mailIds: readonly string[],
  deps: MailingDeps,
): Promise<'tried' | 'left waiting'> {
  const settings = await readSettings(deps.table);
  if (mailIds.length === 0) return 'tried';
  if (settings.mail.transport === 'off') return 'left waiting';
  const width = Math.min(settings.mail.pace.connections, mailIds.length);
  const batch = await openBatch(mailIds, width, settings, deps);
  const ends = await Promise.allSettled(
    Array.from({ length: width }, (_, nth) => sendOverConnection(nth, batch, deps)),
  );
  if (!batch.isOutOfTurns && ends.every(({ status }) => status === 'fulfilled')) {
    // A connection that may not open puts its mail back, and by then all others may have ended. The first one never puts
    // any back, so it looks once more, and no mail is forgotten.
    ends.push(...(await Promise.allSettled([sendOverConnection(0, batch, deps)])));
  }
  await batch.pace.close();
  await batch.connections.close();
  const broken = ends.find((end) => end.status === 'rejected');
  if (broken) throw broken.reason;
  return batch.isOutOfTurns ? 'left waiting' : 'tried';
}

/** The mails of one call, with what its connections share while they send them side by side. */
interface Batch {
  readonly settings: Settings;
  readonly compose: ComposeInvoiceMail;
  readonly pace: MailPace;
  readonly connections: Connections;
  /** Ids of the mails that are not begun yet: whichever connection is free takes the first one. */
  readonly todo: string[];
  readonly total: number;
  done: number;
  /** Once no turn is free in time, none is for the other connections either, so that they all stop asking. */
  isOutOfTurns: boolean;
}

async function openBatch(
  mailIds: readonly string[],
  width: number,
  settings: Settings,
  deps: MailingDeps,
): Promise<Batch> {
  const { transport, pace } = settings.mail;
  return {
    settings,
    compose: invoiceMailComposer(deps),
    pace: openPace(settings.mail, deps),
    connections: TRANSPORT_RULES[transport].limitsConnections
      ? openConnections(width, pace.connections, deps)
      : UNCOUNTED,
    todo: [...mailIds],
    total: mailIds.length,
    done: 0,
    isOutOfTurns: (await readPace(settings.mail, deps)).freeSince > deps.clock.now() + PATIENCE_MS,
  };
}

/**
 * Sends mails of the batch one after the other until none is left or no more may be sent. The connection opens with the
 * first mail, so that nothing is opened in vain.
 */
async function sendOverConnection(nth: number, batch: Batch, deps: MailingDeps): Promise<void> {
  const { settings, compose, todo } = batch;
  const outcomes = outcomeWriter(batch, deps);
  let mailer: Mailer | undefined;
  try {
    for (let id = todo.shift(); id !== undefined; id = todo.shift()) {
      const step = await nextStep(id, nth, batch, deps);
      if (step === 'skip') continue;
      if (step === 'put back') todo.unshift(id);
      if (step !== 'try' || deps.stop.aborted) return;
      mailer ??= await deps.openMailer(settings.mail);
      await outcomes.add(await sendInvoiceMail(id, { settings, compose, mailer }, deps));
    }
    await outcomes.written();
  } finally {
    // The mailer closes only after the last outcome is written. If a try has thrown, its error is the one to tell.
    await outcomes.written().catch(() => {});
    await mailer?.close();
  }
}

/**
 * Writes the outcome of one mail while the next one is being sent, so that the mail server need not wait for the table.
 * No more than one outcome is on its way, so that a crash leaves at most two mails of a connection to be judged.
 */
function outcomeWriter(batch: Batch, deps: MailingDeps) {
  let writing: Promise<void> = Promise.resolve();
  const write = async (tried: Tried | undefined) => {
    await tried?.keep();
    deps.onProgress?.({ phase: 'mail', done: ++batch.done, total: batch.total });
  };
  return {
    /** Begins to write an outcome; one that the next mails would share is on record before this returns. */
    async add(tried: Tried | undefined): Promise<void> {
      await writing;
      writing = write(tried);
      // An error is thrown where this is awaited next: until then, it must not end the process as an unhandled one.
      writing.catch(() => {});
      if (tried?.refusesAll) await writing;
    },
    /** Waits until the last outcome is written, and throws if it could not be. */
    written: () => writing,
  };
}

/** Decides whether the nth connection tries this mail now, leaves it out, or comes to its end. */
async function nextStep(
  id: string,
  nth: number,
  batch: Batch,
  deps: MailingDeps,
): Promise<'try' | 'skip' | 'put back' | 'end'> {
  const mail = (await readMail(deps.table, id))?.value;
  if (!mail) return 'try';
  const need = await turnNeeded(mail, deps);
  if (need === 'paused') return 'skip';
  return need === 'turn' ? waitForTurn(mail, nth, batch) : 'try';
}

/**
 * Tells whether a mail needs a turn. It needs none where nothing will be sent: it is done already, as calls may come
 * twice; a hold keeps it back; or a process died while handing it over, which is only noted.
 */
async function turnNeeded(mail: Mail, deps: MailingDeps): Promise<'turn' | 'none' | 'paused'> {
  if (!isWaiting(mail, deps)) return 'none';
  if (mail.state === 'sending' && mail.handedOverAt !== undefined) return 'none';
  if (await isRunPaused(mail, deps)) return mail.state === 'sending' ? 'none' : 'paused';
  const hold = await readMailingHold(deps.table);
  return !hold || hold.value.retryAt <= deps.clock.now() ? 'turn' : 'none';
}

/**
 * Waits until the nth connection may send this mail. Other processes may leave fewer connections than this one wanted:
 * those that may not open put their mails back for the others, and the first one tells if there is none at all.
 */
async function waitForTurn(mail: Mail, nth: number, batch: Batch): Promise<'try' | 'put back' | 'end'> {
  if (batch.isOutOfTurns) return 'end';
  const open = await batch.connections.claimed();
  if (nth > 0 && nth >= open) return 'put back';
  const units = unitsOf(mail, batch.settings.mail);
  if (open > 0 && (await batch.pace.turn(units, batch.todo.length + 1))) return 'try';
  batch.isOutOfTurns = true;
  return 'end';
}
