import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createTCPServer, createUDPServer, type DnsHandler, Packet } from 'dns2';

/**
 * The answer to a name: TXT records (each a string, or several that belong together), an alias, or a failure.
 */
export type DnsEntry =
  | readonly (string | readonly string[])[]
  | { readonly alias: string }
  | 'silence'
  | 'refused'
  | 'broken';

export interface DnsServer {
  /** The server's address as `127.0.0.1:port`. */
  readonly address: string;
  /** The names that were asked for, in lower case. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/**
 * Starts a name server on the loopback, over UDP, and over TCP for answers too long for that. A name without
 * an entry exists if one below it does, as RFC 8020 demands.
 */
export async function startDnsServer(entries: Readonly<Record<string, DnsEntry>>): Promise<DnsServer> {
  const asked: string[] = [];
  const handle: DnsHandler = (request, send) => {
    const name = request.questions[0]!.name.toLowerCase();
    asked.push(name);
    const entry = entries[name];
    if (entry === 'silence') return;
    const response = Packet.createResponseFromRequest(request);
    if (entry === 'refused') response.header.rcode = Packet.RCODE.REFUSED;
    else if (entry === 'broken') response.header.rcode = Packet.RCODE.SERVFAIL;
    else response.answers.push(...answersOf(name, entries));
    if (entry === undefined && !Object.keys(entries).some((other) => other.endsWith(`.${name}`))) {
      response.header.rcode = Packet.RCODE.NXDOMAIN;
    }
    void send(response);
  };

  const connections = new Set<Socket>();
  const tcp = createTCPServer(handle).on('connection', (socket) => connections.add(socket));
  tcp.listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const { port } = tcp.address() as AddressInfo;
  const udp = createUDPServer(handle);
  await udp.listen(port, '127.0.0.1');
  return {
    address: `127.0.0.1:${port}`,
    asked,
    async close() {
      for (const socket of connections) socket.destroy();
      tcp.close();
      udp.close();
      await Promise.all([once(tcp, 'close'), once(udp, 'close')]);
    },
  };
}

function answersOf(name: string, entries: Readonly<Record<string, DnsEntry>>): Packet['answers'] {
  const entry = entries[name];
  if (entry === undefined || typeof entry === 'string') return [];
  const common = { name, class: Packet.CLASS.IN, ttl: 300 };
  if ('alias' in entry) {
    const alias = { ...common, type: Packet.TYPE.CNAME, domain: entry.alias };
    return [alias as Packet['answers'][number], ...answersOf(entry.alias, entries)];
  }
  return entry.map(
    (data) => ({ ...common, type: Packet.TYPE.TXT, data }) as unknown as Packet['answers'][number],
  );
}
