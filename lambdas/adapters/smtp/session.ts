import type { Socket } from 'node:net';
import SMTPConnection, { type SMTPError } from 'nodemailer/lib/smtp-connection';
import { orPort, serverName } from './connection-fault.ts';
import { dial, speaksTls } from './dial.ts';
import { chooseLogin, type LoginMethod } from './login.ts';
import { type Refusal, refusalOf } from './outcome.ts';
import type { SmtpSettings, SmtpTimings } from './settings.ts';
import { tlsOptions } from './tls-options.ts';
import { distrust, type Encryption, encryptionOf, isPin } from './trust.ts';

/** Receives each line of the conversation as nodemailer logs it. */
export type Transcript = (from: 'client' | 'server', text: string) => void;

/**
 * The result of opening a session. `encryption` is undefined if none was established, `login` if none was
 * tried.
 */
export type Opened = {
  readonly encryption?: Encryption | undefined;
  readonly login?: LoginMethod | undefined;
} & ({ readonly connection: SMTPConnection } | { readonly refusal: Refusal });

/**
 * Connects, encrypts, checks the certificate and logs in, strictly in this order, so that nothing secret goes
 * out too early.
 */
export async function openSession(
  settings: SmtpSettings,
  timings: SmtpTimings,
  signal: AbortSignal,
  transcript?: Transcript,
): Promise<Opened> {
  const incomplete = missingSetting(settings);
  if (incomplete !== undefined) return { refusal: { state: 'held', reason: incomplete } };
  let socket: Socket;
  try {
    socket = await dial(settings, timings, signal);
  } catch (error) {
    return { refusal: refusalOf(error as SMTPError, settings, false) };
  }
  const connection = newConnection(socket, settings, timings, transcript);
  let encryption: Encryption | undefined;
  let login: LoginMethod | undefined;
  const refused = (refusal: Refusal): Opened => {
    connection.close();
    return { refusal, encryption, login };
  };
  const held = (reason: string) => refused({ state: 'held', reason });

  const met = await step(connection, signal, (done) =>
    connection.connect((error) => {
      // Read at once, because Node crashes when asked for the protocol of a connection that has closed
      // meanwhile.
      if (!error) encryption = encryptionOf(connection._socket, settings.host);
      done(error);
    }),
  );
  if ('error' in met) {
    connection.close();
    return refused(await explained(met.error, settings, timings, signal));
  }
  const mistrust = encryption && distrust(encryption, settings);
  if (mistrust !== undefined) return held(`${serverName(settings)} is not the one expected: ${mistrust}`);
  if (settings.user === '') return { connection, encryption };

  if (!encryption && !settings.allowPlainLogin) {
    return held(
      `The connection to ${serverName(settings)} is not encrypted, and no password goes over it; set mail.smtp.encryption to starttls or tls, or allow it with mail.smtp.allowPlainLogin`,
    );
  }
  const chosen = chooseLogin(settings, connection.lastServerResponse || '');
  if ('problem' in chosen) return held(`${serverName(settings)}: ${chosen.problem}; ${chosen.remedy}`);
  login = chosen.method;
  const credentials = { user: settings.user, pass: settings.password, method: login };
  const loggedIn = await step<boolean>(connection, signal, (done) => connection.login(credentials, done));
  if ('error' in loggedIn) return refused(refusalOf(loggedIn.error, settings, false));
  return { connection, encryption, login };
}

function newConnection(
  socket: Socket,
  settings: SmtpSettings,
  timings: SmtpTimings,
  transcript: Transcript | undefined,
): SMTPConnection {
  const connection = new SMTPConnection({
    host: settings.host,
    port: settings.port,
    connection: socket,
    secure: settings.encryption === 'tls',
    secured: settings.encryption === 'tls',
    ignoreTLS: settings.encryption === 'none',
    requireTLS: settings.encryption === 'starttls',
    // Also for starttls-if-offered: once the server offers encryption, it must succeed.
    opportunisticTLS: false,
    tls: tlsOptions(settings),
    connectionTimeout: timings.connectMs + timings.greetingMs,
    greetingTimeout: timings.greetingMs,
    socketTimeout: timings.silenceMs,
    // A closed connection is gone at once, and what it had not sent yet is never sent.
    socketCloseTimeout: 0,
    ...(transcript && { logger: toLogger(transcript), transactionLog: true }),
  });
  // Each step listens for itself; between two steps an error without a listener would end the process.
  connection.on('error', () => {});
  return connection;
}

/**
 * Explains a server that sends no greeting. A port that is encrypted from the start keeps as silent as a dead
 * one, so it is tried once more in TLS.
 */
async function explained(
  error: SMTPError,
  settings: SmtpSettings,
  timings: SmtpTimings,
  signal: AbortSignal,
): Promise<Refusal> {
  const silent = 'timeoutType' in error && error.timeoutType === 'GREETING_TIMEOUT';
  if (!silent || settings.encryption === 'tls' || !(await speaksTls(settings, timings, signal))) {
    return refusalOf(error, settings, false);
  }
  const reason = `${serverName(settings)} is encrypted from the start, so no greeting came; set mail.smtp.encryption to tls${orPort(settings, 587)}`;
  return { state: 'held', reason };
}

/**
 * Runs one step of the conversation and returns its answer, or an error for the end of the connection or the
 * deadline, whichever comes first. nodemailer reports a lost connection to the step's callback, as an event,
 * or only by its end.
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
    // After a 421 the end arrives before the reply, which must win.
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

/** Says goodbye, and closes the connection if no answer comes soon. */
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
