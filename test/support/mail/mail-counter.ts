import { buffer } from 'node:stream/consumers';
import { startSmtpServer } from './smtp-server.ts';

export interface MailCounter {
  readonly port: number;
  /** How often each Message-ID was received complete, whether or not the client got the answer. */
  readonly received: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/** Starts a mail server that keeps no mails but counts them by Message-ID. */
export async function startMailCounter(): Promise<MailCounter> {
  const received = new Map<string, number>();
  const { port, close } = await startSmtpServer({
    disabledCommands: ['STARTTLS'],
    onData: (stream, _session, done) => {
      buffer(stream).then((bytes) => {
        const id = /^Message-ID: (\S+)/im.exec(bytes.toString('latin1'))?.[1] ?? 'none';
        received.set(id, (received.get(id) ?? 0) + 1);
        done();
      }, done);
    },
  });
  return { port, received, close };
}
