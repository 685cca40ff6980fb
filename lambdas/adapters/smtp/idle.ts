import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import { hangUp } from './session.ts';

/** Open connections that wait a short while for the next message. */
export interface IdleConnections {
  take(): SMTPConnection | undefined;
  keep(connection: SMTPConnection): void;
  /** Says goodbye on a connection that will not be used again. */
  leave(connection: SMTPConnection): void;
  /** Closes all connections, and those that come back later. Resolves when all are closed. */
  close(): Promise<void>;
}

/**
 * Creates the store of idle connections.
 * @param now clock in milliseconds that goes on while this process is frozen. A frozen process (a function
 * between two calls, a laptop asleep) misses its timers, and its connections die without its noticing.
 */
export function createIdleConnections(idleMs: number, now: () => number = Date.now): IdleConnections {
  const waiting = new Map<SMTPConnection, { readonly timer: NodeJS.Timeout; readonly since: number }>();
  const leaving = new Set<Promise<void>>();
  let closed = false;

  const drop = (connection: SMTPConnection) => {
    clearTimeout(waiting.get(connection)?.timer);
    waiting.delete(connection);
  };
  const leave = (connection: SMTPConnection) => {
    drop(connection);
    const gone = hangUp(connection).then(() => void leaving.delete(gone));
    leaving.add(gone);
  };

  return {
    take() {
      for (const [connection, { since }] of waiting) {
        const waited = now() - since;
        if (connection.destroyed) drop(connection);
        else if (waited < 0 || waited > idleMs) leave(connection);
        else {
          drop(connection);
          return connection;
        }
      }
      return undefined;
    },
    keep(connection) {
      if (closed || idleMs <= 0) leave(connection);
      else waiting.set(connection, { timer: setTimeout(leave, idleMs, connection), since: now() });
    },
    leave,
    async close() {
      closed = true;
      for (const connection of waiting.keys()) leave(connection);
      await Promise.all(leaving);
    },
  };
}
