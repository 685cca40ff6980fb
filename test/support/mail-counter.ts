import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface MailCounter {
  readonly port: number;
  /** How often each Message-ID was received whole, whether or not the client heard the answer. */
  readonly received: Map<string, number>;
  close(): Promise<void>;
}

/** A real SMTP server on loopback that counts messages by their Message-ID. */
export async function startMailCounter(): Promise<MailCounter> {
  const received = new Map<string, number>();
  const server = new SMTPServer({
    ...{ authOptional: true, disabledCommands: ['STARTTLS'], disableReverseLookup: true },
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const id = /^Message-ID: (\S+)/im.exec(Buffer.concat(chunks).toString('latin1'))?.[1] ?? 'none';
        received.set(id, (received.get(id) ?? 0) + 1);
        done();
      });
    },
  });
  // Clients that were killed in the middle of a conversation.
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ...{ port: (server.server.address() as AddressInfo).port, received },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
