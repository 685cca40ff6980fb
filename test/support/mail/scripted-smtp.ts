import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export type Step =
  | 'greeting'
  | 'EHLO'
  | 'HELO'
  | 'STARTTLS'
  | 'handshake'
  | 'AUTH'
  | 'MAIL'
  | 'RCPT'
  | 'DATA'
  | 'middle'
  | 'dot'
  | 'QUIT';
/**
 * What the server does at a step: a reply, a reply and the end of the connection, only the end, or nothing at
 * all.
 */
export type Act = string | { readonly thenClose: string } | 'close' | 'silence';

/** One act for each step, or one for each time the step comes up; the last one is repeated. */
export type Script = Partial<Record<Step, Act | readonly Act[]>>;

export interface ScriptedServer {
  readonly port: number;
  /** The command lines of all connections. */
  readonly commands: string[];
  readonly connections: number;
  /** Messages whose final dot arrived, without the dot. */
  readonly messages: string[];
  /** Everything that came after a 354. */
  readonly data: string;
  close(): Promise<void>;
}

const USUAL: Record<Exclude<Step, 'middle'>, Act> = {
  greeting: '220 scripted ESMTP',
  EHLO: '250-scripted\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME',
  HELO: '250 scripted',
  STARTTLS: '502 5.5.1 unknown command',
  handshake: 'silence',
  AUTH: '235 2.7.0 welcome',
  MAIL: '250 2.1.0 sender ok',
  RCPT: '250 2.1.5 recipient ok',
  DATA: '354 go on',
  dot: '250 2.0.0 queued as 42',
  QUIT: '221 2.0.0 bye',
};

/**
 * Starts a mail server that follows the script, however bad, and behaves well where the script says nothing.
 */
export async function startScriptedServer(script: Script): Promise<ScriptedServer> {
  const sockets = new Set<Socket>();
  const seen = new Map<Step, number>();
  const state = { commands: [] as string[], messages: [] as string[], data: '', connections: 0 };

  const act = (socket: Socket, step: Step): Act | undefined => {
    const acts = [script[step] ?? []].flat() as Act[];
    const turn = seen.get(step) ?? 0;
    seen.set(step, turn + 1);
    const chosen = acts[Math.min(turn, acts.length - 1)] ?? (step === 'middle' ? undefined : USUAL[step]);
    if (chosen === 'close') socket.destroy();
    else if (typeof chosen === 'object') socket.end(`${chosen.thenClose}\r\n`);
    else if (chosen !== undefined && chosen !== 'silence') socket.write(`${chosen}\r\n`);
    return chosen;
  };

  const server = createServer((socket) => {
    let buffer = '';
    let body: string | undefined;
    let shaking = false;
    state.connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      if (shaking) return void act(socket, 'handshake');
      buffer += chunk.toString('latin1');
      while (buffer !== '') {
        if (body !== undefined) {
          const before = body.length;
          body += buffer;
          state.data += buffer;
          buffer = '';
          const end = body.startsWith('.\r\n') ? 0 : body.indexOf('\r\n.\r\n');
          if (before === 0 && end < 0) act(socket, 'middle');
          if (end < 0) return;
          state.messages.push(body.slice(0, end === 0 ? 0 : end + 2));
          body = undefined;
          act(socket, 'dot');
          return;
        }
        const line = /^(.*)\r\n/.exec(buffer);
        if (!line) return;
        buffer = buffer.slice(line[0].length);
        state.commands.push(line[1]!);
        const step = (/^[A-Za-z]+/.exec(line[1]!)?.[0].toUpperCase() ?? 'AUTH') as Step;
        const chosen = act(socket, step in USUAL ? step : 'AUTH');
        shaking ||= step === 'STARTTLS' && typeof chosen === 'string' && chosen.startsWith('220');
        if (step === 'DATA' && typeof chosen === 'string' && chosen.startsWith('354')) body = '';
      }
    });
    act(socket, 'greeting');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    commands: state.commands,
    messages: state.messages,
    get data() {
      return state.data;
    },
    get connections() {
      return state.connections;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
