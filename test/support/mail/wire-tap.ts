import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface WireTap {
  readonly port: number;
  /** The bytes that clients have sent so far, as on the wire. */
  readonly sent: Buffer;
  close(): Promise<void>;
}

/**
 * Starts a relay between a client and a server on the loopback that keeps a copy of what the client sends.
 */
export async function tapWire(to: number): Promise<WireTap> {
  const chunks: Buffer[] = [];
  const sockets = new Set<Socket>();
  const relay = createServer((client) => {
    const server = connect(to, '127.0.0.1');
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(one);
      one
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(one);
          other.destroySoon();
        });
      one.pipe(other);
    }
    client.on('data', (chunk: Buffer) => chunks.push(chunk));
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  return {
    port: (relay.address() as AddressInfo).port,
    get sent() {
      return Buffer.concat(chunks);
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      relay.close();
      await once(relay, 'close');
    },
  };
}
