import { once } from 'node:events';
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { SmtpSettings, SmtpTimings } from './settings.ts';
import { tlsOptions } from './tls-options.ts';

/**
 * Opens a connection. Uses the operating system's own look-up, so that its hosts file counts, and tries every
 * address of the host.
 * @throws the system's error, or one with `timeoutType` CONNECT_TIMEOUT or, where only the TLS handshake
 * failed, HANDSHAKE_TIMEOUT
 */
export async function dial(
  settings: Pick<SmtpSettings, 'host' | 'port' | 'encryption' | 'minTls'>,
  { connectMs }: Pick<SmtpTimings, 'connectMs'>,
  signal: AbortSignal,
): Promise<Socket> {
  const { host, port, encryption } = settings;
  const implicit = encryption === 'tls';
  const socket = implicit
    ? connectTls({ host, port, ...tlsOptions(settings), ...(isIP(host) ? {} : { servername: host }) })
    : connectPlain({ host, port });
  let reached = false;
  socket.once('connect', () => {
    reached = true;
  });
  socket.on('error', () => {}); // also after we have given up
  const patience = AbortSignal.timeout(connectMs);
  try {
    await once(socket, implicit ? 'secureConnect' : 'connect', {
      signal: AbortSignal.any([signal, patience]),
    });
    return socket;
  } catch (error) {
    socket.destroy();
    if (signal.aborted) throw signal.reason;
    if (!patience.aborted) throw error;
    const seconds = `within ${connectMs / 1000} seconds`;
    throw reached
      ? Object.assign(new Error(`no TLS handshake ${seconds}`), { timeoutType: 'HANDSHAKE_TIMEOUT' })
      : Object.assign(new Error(`no connection ${seconds}`), { timeoutType: 'CONNECT_TIMEOUT' });
  }
}

/**
 * Decides whether the port is encrypted from the start. Such a port waits for our handshake while we wait for
 * its greeting.
 */
export async function speaksTls(
  settings: SmtpSettings,
  timings: Pick<SmtpTimings, 'connectMs'>,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const connectMs = Math.min(timings.connectMs, 5_000);
    const socket = await dial({ ...settings, encryption: 'tls', minTls: 'TLSv1' }, { connectMs }, signal);
    socket.destroy();
    return true;
  } catch {
    return false;
  }
}
