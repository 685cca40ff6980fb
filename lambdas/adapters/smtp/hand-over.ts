import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SMTPConnectionSendInfo, SMTPError } from 'nodemailer/lib/smtp-connection';
import type { Envelope, MailOutcome } from '#core/ports.ts';
import { serverName } from './connection-fault.ts';
import { plain } from './mask.ts';
import { type Refusal, refusalOf, refusedOf } from './outcome.ts';
import { step } from './session.ts';
import type { SmtpSettings } from './settings.ts';

const PIECE = 64 * 1024;
/** Bytes that are held back until the hand-over; they include the end of the MIME structure. */
const LAST_PIECE = 256;

export interface HandedOver {
  readonly outcome: MailOutcome;
  /** Whether the connection can take another message. */
  readonly reusable: boolean;
  /**
   * Whether the connection was lost before `beforeHandOver` was called, so that another one may be tried at
   * once.
   */
  readonly untouched: boolean;
}

/**
 * Hands over one message on an open connection. Everything but the last piece goes out first; then
 * `beforeHandOver` is awaited, then the last piece and the final dot follow.
 * @throws whatever `beforeHandOver` throws; the connection is then cut, and the server never sees the end of
 * the message
 */
export async function handOver(
  connection: SMTPConnection,
  envelope: Envelope,
  message: Uint8Array,
  beforeHandOver: () => Promise<void>,
  settings: SmtpSettings,
  signal: AbortSignal,
): Promise<HandedOver> {
  let asked: Promise<void> | undefined;
  let handedOver = false;
  let over = false;
  const stillTalking = async () => {
    await setImmediate(); // lets pending events of the socket come in first
    const socket = connection._socket;
    if (over || !socket || socket.readableEnded || socket.destroyed)
      throw new Error('the connection was closed');
  };
  const gate = async () => {
    await stillTalking();
    asked = beforeHandOver();
    await asked.catch(() => {
      // nodemailer writes into the error it is given, so it gets one of its own.
      throw new Error('stopped before the hand-over');
    });
    await stillTalking();
    handedOver = true;
  };
  const body = withGate(message, gate);
  // nodemailer records in this object what was said of each recipient, whatever becomes of the message
  // afterwards.
  const noted: { rejectedErrors?: readonly SMTPError[] } & Parameters<SMTPConnection['send']>[0] = {
    from: envelope.from,
    to: [...envelope.to],
    size: message.length,
  };
  const sent = await step<SMTPConnectionSendInfo>(connection, signal, (done) =>
    connection.send(noted, body, done),
  );
  over = true;
  body.on('error', () => {}).destroy();
  if ('error' in sent || !handedOver) {
    const inConversation = 'error' in sent && sent.error.responseCode !== undefined && asked === undefined;
    // In the middle of a message the connection cannot return to commands.
    if (!inConversation || sent.error.command === 'DATA') connection.close();
  }
  await asked;
  const refused = refusedOf(noted.rejectedErrors, settings);
  const withRefused = (refusal: Refusal): Refusal =>
    refusal.state === 'held' || refused.length === 0 ? refusal : { ...refusal, refused };
  if ('error' in sent) {
    const lost = sent.error.responseCode === undefined || sent.error.responseCode === 421;
    return {
      outcome: withRefused(refusalOf(sent.error, settings, handedOver)),
      reusable: false,
      untouched: lost && asked === undefined && !signal.aborted,
    };
  }
  const reply = plain(sent.value?.response ?? '', settings);
  if (!handedOver) {
    const reason = `${serverName(settings)} answered before it had the message: ${reply}`;
    return { outcome: withRefused({ state: 'deferred', reason }), reusable: false, untouched: false };
  }
  return { outcome: { state: 'accepted', reply, refused }, reusable: true, untouched: false };
}

/** Returns the message as a stream that stops before its last piece until the gate has opened. */
function withGate(message: Uint8Array, gate: () => Promise<void>): Readable {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  const last = Math.max(0, bytes.length - LAST_PIECE);
  async function* pieces() {
    for (let at = 0; at < last; at += PIECE) yield bytes.subarray(at, Math.min(at + PIECE, last));
    await gate();
    yield bytes.subarray(last);
  }
  // With one byte of read-ahead, the gate is reached only when the socket has taken everything before it.
  return Readable.from(pieces(), { objectMode: false, highWaterMark: 1 });
}
