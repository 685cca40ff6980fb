import { once } from 'node:events';
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import SMTPConnection, { type SMTPError } from 'nodemailer/lib/smtp-connection';
import { loginRefusal, type Refusal, refusalOf, serverName } from './outcome.ts';
import type { SmtpSettings, SmtpTimings } from './settings.ts';
import { distrust, type Encryption, encryptionOf, isPin } from './trust.ts';

/** Takes each line of the conversation as nodemailer logs it. */
export type Transcript = (from: 'client' | 'server', text: string) => void;

/** `encryption` is undefined where none came about. */
export type Opened = { readonly encryption: Encryption | undefined } & (
  | { readonly connection: SMTPConnection }
  | { readonly refusal: Refusal }
);

/** Connects, encrypts, checks the certificate, logs in: in this order, and nothing secret goes out before its turn. */
export async function openSession(
  settings: SmtpSettings,
  timings: SmtpTimings,
  signal: AbortSignal,
  transcript?: Transcript,
): Promise<Opened> {
  const incomplete = missingSetting(settings);
  if (incomplete !== undefined)
    return { refusal: { state: 'held', reason: incomplete }, encryption: undefined };
  let socket: Socket;
  try {
    socket = await dial(settings, timings, signal);
  } catch (error) {
    return { refusal: refusalOf(error as SMTPError, settings, false), encryption: undefined };
  }
  const connection = new SMTPConnection({
    host: settings.host,
    port: settings.port,
    connection: socket,
    secure: settings.encryption === 'tls',
    secured: settings.encryption === 'tls',
    ignoreTLS: settings.encryption === 'none',
    requireTLS: settings.encryption === 'starttls',
    opportunisticTLS: settings.encryption === 'starttls-if-offered',
    tls: { rejectUnauthorized: false },
    connectionTimeout: timings.connectMs + timings.greetingMs,
    greetingTimeout: timings.greetingMs,
    socketTimeout: timings.silenceMs,
    // A closed connection is gone at once; what it had not sent yet is not sent any more.
    socketCloseTimeout: 0,
    ...(transcript && { logger: toLogger(transcript), transactionLog: true }),
  });
  connection.on('error', () => {}); // each step listens for itself; between two steps nobody does
  let encryption: Encryption | undefined;
  const refused = (refusal: Refusal): Opened => {
    connection.close();
    return { refusal, encryption };
  };

  const met = await step(connection, signal, (done) => connection.connect(done));
  if ('error' in met) return refused(refusalOf(met.error, settings, false));
  encryption = encryptionOf(connection._socket);
  const mistrust = encryption && distrust(encryption, settings);
  if (mistrust !== undefined) {
    return refused({ state: 'held', reason: `${serverName(settings)} is not the one expected: ${mistrust}` });
  }
  if (settings.user === '') return { connection, encryption };

  if (!encryption && !settings.allowPlainLogin) {
    return refused({
      state: 'held',
      reason: `The connection to ${serverName(settings)} is not encrypted, and no password goes over it; set mail.smtp.encryption to starttls or tls, or allow it with mail.smtp.allowPlainLogin`,
    });
  }
  if (!connection.allowsAuth) {
    return refused(loginRefusal(settings, 'it offers no login on this connection'));
  }
  const login = await step<boolean>(connection, signal, (done) =>
    connection.login({ user: settings.user, pass: settings.password }, done),
  );
  return 'error' in login ? refused(refusalOf(login.error, settings, false)) : { connection, encryption };
}

/**
 * One step of the conversation: its answer, the end of the connection or the deadline, whichever comes first.
 * nodemailer reports a lost connection to the step's callback, as an event, or only by its end.
 */
export function step<T>(
  connection: SMTPConnection,
  signal: AbortSignal,
  start: (done: (error?: SMTPError | null, value?: T) => void) => void,
): Promise<{ readonly error: SMTPError } | { readonly value: T | undefined }> {
  return new Promise((resolve) => {
    const settle = (result: { error: SMTPError } | { value: T | undefined }) => {
      connection.off('error', onError);
      connection.off('end', onEnd);
      signal.removeEventListener('abort', onAbort);
      resolve(result);
    };
    const onError = (error: SMTPError) => settle({ error });
    // After a 421 the end comes first and the reply behind it.
    const onEnd = () => setImmediate(settle, { error: new Error('the connection was closed') });
    const onAbort = () => {
      connection.close();
      settle({ error: signal.reason as Error });
    };
    connection.on('error', onError);
    connection.on('end', onEnd);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    else start((error, value) => settle(error ? { error } : { value }));
  });
}

/** Says goodbye, and leaves without an answer if none comes soon. */
export function hangUp(connection: SMTPConnection): Promise<void> {
  if (connection.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => connection.close(), 1_000);
    connection.once('end', () => {
      clearTimeout(timer);
      resolve();
    });
    connection.quit();
  });
}

/** By the operating system's own look-up, so that its hosts file counts; every address of the host is tried. */
async function dial(settings: SmtpSettings, timings: SmtpTimings, signal: AbortSignal): Promise<Socket> {
  const { host, port, encryption } = settings;
  const implicit = encryption === 'tls';
  const socket = implicit
    ? connectTls({ host, port, rejectUnauthorized: false, ...(isIP(host) ? {} : { servername: host }) })
    : connectPlain({ host, port });
  socket.on('error', () => {}); // also for what comes after it was given up
  const patience = AbortSignal.timeout(timings.connectMs);
  try {
    await once(socket, implicit ? 'secureConnect' : 'connect', {
      signal: AbortSignal.any([signal, patience]),
    });
    return socket;
  } catch (error) {
    socket.destroy();
    if (signal.aborted) throw signal.reason;
    throw patience.aborted ? new Error(`no connection within ${timings.connectMs / 1000} seconds`) : error;
  }
}

function missingSetting(settings: SmtpSettings): string | undefined {
  if (settings.host === '') return 'No mail server is set; fill in mail.smtp.host';
  if (settings.user !== '' && !settings.password) {
    return `No password is stored for ${settings.user} at ${serverName(settings)}; set mail.smtp.password, or empty mail.smtp.user`;
  }
  if (settings.certificate === 'pin' && settings.encryption !== 'none' && !isPin(settings.pin)) {
    return 'mail.smtp.certificate is pin, but mail.smtp.pin is not a SHA-256 of 64 hexadecimal digits';
  }
  return undefined;
}

function toLogger(transcript: Transcript) {
  const take = (entry: { tnx?: string } | undefined, text = '') => {
    if (entry?.tnx === 'client' || entry?.tnx === 'server') transcript(entry.tnx, text);
  };
  return { trace() {}, debug: take, info() {}, warn() {}, error() {}, fatal() {} };
}
