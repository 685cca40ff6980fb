import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** What Postfix tells about a recipient (SMTPD_POLICY_README): `sender`, `recipient`, `sasl_username` … */
export type Attributes = ReadonlyMap<string, string>;

export interface PolicyServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Starts a policy server, which answers `check_policy_service` of a mail server with an action of access(5).
 */
export async function startPolicyServer(decide: (of: Attributes) => string): Promise<PolicyServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let attributes = new Map<string, string>();
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    createInterface({ input: socket }).on('line', (line) => {
      const at = line.indexOf('=');
      if (at > 0) attributes.set(line.slice(0, at), line.slice(at + 1));
      if (line !== '') return;
      socket.write(`action=${decide(attributes)}\n\n`);
      attributes = new Map();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Greylists: the first try for a pair of sender and recipient is deferred, the next one passes. */
export function greylist(concerns: (recipient: string) => boolean): (of: Attributes) => string {
  const seen = new Set<string>();
  return (of) => {
    const recipient = of.get('recipient') ?? '';
    const pair = `${of.get('sender')} ${recipient}`;
    if (!concerns(recipient) || seen.has(pair)) return 'DUNNO';
    seen.add(pair);
    return '450 4.2.0 Greylisted, come again later';
  };
}
