import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import { hangUp } from './session.ts';

/** Open connections that wait a short while for the next message. */
export interface IdleConnections {
  take(): SMTPConnection | undefined;
  keep(connection: SMTPConnection): void;
  /** Says goodbye to one that is not to be used again. */
  leave(connection: SMTPConnection): void;
  /** Resolves when all are closed; what comes back later is closed too. */
  close(): Promise<void>;
}

export function createIdleConnections(idleMs: number): IdleConnections {
  const waiting = new Map<SMTPConnection, NodeJS.Timeout>();
  const leaving = new Set<Promise<void>>();
  let closed = false;

  const drop = (connection: SMTPConnection) => {
    clearTimeout(waiting.get(connection));
    waiting.delete(connection);
  };
  const leave = (connection: SMTPConnection) => {
    drop(connection);
    const gone = hangUp(connection).then(() => void leaving.delete(gone));
    leaving.add(gone);
  };

  return {
    take() {
      for (const connection of waiting.keys()) {
        drop(connection);
        if (!connection.destroyed) return connection;
      }
      return undefined;
    },
    keep(connection) {
      if (closed || idleMs <= 0) leave(connection);
      else waiting.set(connection, setTimeout(leave, idleMs, connection));
    },
    leave,
    async close() {
      closed = true;
      for (const connection of waiting.keys()) leave(connection);
      await Promise.all(leaving);
    },
  };
}
