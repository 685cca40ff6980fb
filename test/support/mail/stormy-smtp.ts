import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { mulberry32 } from '#test/support/simulation/simulation.ts';

/** The steps at which the mail server may fail. */
export const STORM_STEPS = [
  'greeting',
  'EHLO',
  'AUTH',
  'MAIL',
  'RCPT',
  'DATA',
  'middle',
  'dot',
  'reply',
] as const;
export type StormStep = (typeof STORM_STEPS)[number];

/**
 * What finally becomes of a mail, unless a random failure comes first; the recipient's address names its
 * fate.
 */
export const FATES = {
  fine: undefined,
  nobody: { step: 'RCPT', reply: '550 5.1.1 no such user' },
  full: { step: 'RCPT', reply: '552 5.2.2 mailbox full' },
  spam: { step: 'dot', reply: '554 5.7.1 looks like spam' },
  huge: { step: 'dot', reply: '552 5.3.4 too large' },
} as const;
export type Fate = keyof typeof FATES;

export interface StormyServer {
  readonly port: number;
  /** How often each message was received complete, by its Message-ID. */
  readonly received: ReadonlyMap<string, number>;
  /** Message-IDs of messages that arrived complete and whose sender got no answer. */
  readonly unanswered: ReadonlySet<string>;
  /** How often the server failed at each step. */
  readonly faults: ReadonlyMap<StormStep, number>;
  close(): Promise<void>;
}

/** The failures at each step: replies that promise a later try, and ends of the connection. */
const WEATHER: Readonly<Record<StormStep, readonly string[]>> = {
  greeting: ['close', '421 4.3.2 too busy', 'silence'],
  EHLO: ['close', '421 4.3.2 shutting down', 'silence'],
  AUTH: ['close', '454 4.7.0 temporary failure', '421 4.7.0 too many logins', '535 5.7.8 wrong password'],
  MAIL: [
    'close',
    '450 4.1.8 later',
    '451 4.7.1 greylisted',
    '452 4.3.1 no space',
    '421 4.3.2 closing',
    'silence',
  ],
  RCPT: [
    'close',
    '450 4.2.0 greylisted',
    '451 4.3.0 later',
    '452 4.5.3 too many',
    '421 4.3.2 closing',
    'silence',
  ],
  DATA: ['close', '451 4.3.0 later', '421 4.3.2 closing', 'silence'],
  middle: ['close', 'silence'],
  dot: ['451 4.3.0 later', '452 4.3.1 no space', '421 4.3.2 closing', '450 4.7.1 later'],
  // At this step the message is complete and nobody learns so; whether it was received is unknown.
  reply: ['close', 'close unread', 'half', 'silence'],
};

/**
 * Starts a mail server that fails at random at each step with this probability; otherwise it acts as the
 * addresses say. It demands a login and accepts any.
 */
export async function startStormyServer(seed: number, probability: number): Promise<StormyServer> {
  const random = mulberry32(seed);
  const received = new Map<string, number>();
  const unanswered = new Set<string>();
  const faults = new Map<StormStep, number>();
  const sockets = new Set<Socket>();

  const weather = (step: StormStep): string | undefined => {
    if (random() >= probability) return undefined;
    const acts = WEATHER[step];
    const act = acts[Math.floor(random() * acts.length)]!;
    // Silence takes long to time out, so it is made rare.
    const chosen = act === 'silence' && random() < 0.8 ? 'close' : act;
    faults.set(step, (faults.get(step) ?? 0) + 1);
    return chosen;
  };

  const server = createServer((socket) => {
    let buffer = '';
    let body: string | undefined;
    let rcpt = '';
    let deaf = false;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});

    /**
     * Fails at the step, or not.
     * @returns whether the conversation goes on
     */
    const fail = (step: StormStep): boolean => {
      const act = weather(step);
      if (act === undefined) return true;
      if (act === 'close') socket.destroy();
      else if (act === 'silence') deaf = true;
      else if (act.startsWith('421')) socket.end(`${act}\r\n`);
      else socket.write(`${act}\r\n`);
      return false;
    };

    const whole = (message: string) => {
      const id = /^Message-ID: (\S+)/im.exec(message)?.[1] ?? 'none';
      if (deaf) return void unanswered.add(id);
      const fate = FATES[(/^<(\w+?)\d*@/.exec(rcpt)?.[1] ?? 'fine') as Fate];
      if (!fail('dot')) return;
      if (fate?.step === 'dot') return void socket.write(`${fate.reply}\r\n`);
      const act = weather('reply');
      if (act !== 'close unread') received.set(id, (received.get(id) ?? 0) + 1);
      if (act === undefined) return void socket.write('250 2.0.0 taken\r\n');
      unanswered.add(id);
      if (act === 'silence') deaf = true;
      else if (act === 'half') socket.end('250-tak');
      else socket.destroy();
    };

    const command = (line: string) => {
      const verb = line.slice(0, 4).toUpperCase();
      if (verb === 'QUIT') return void socket.end('221 bye\r\n');
      if (verb === 'RSET') return void socket.write('250 ok\r\n');
      if (verb === 'EHLO' && fail('EHLO')) socket.write('250-stormy\r\n250-AUTH PLAIN\r\n250 8BITMIME\r\n');
      else if (verb === 'AUTH' && fail('AUTH')) socket.write('235 welcome\r\n');
      else if (verb === 'MAIL' && fail('MAIL')) socket.write('250 ok\r\n');
      else if (verb === 'RCPT') {
        rcpt = /<[^>]*>/.exec(line)?.[0] ?? '';
        const fate = FATES[(/^<(\w+?)\d*@/.exec(rcpt)?.[1] ?? 'fine') as Fate];
        if (fail('RCPT')) socket.write(`${fate?.step === 'RCPT' ? fate.reply : '250 ok'}\r\n`);
      } else if (verb === 'DATA' && fail('DATA')) {
        body = '';
        socket.write('354 go on\r\n');
      }
    };

    socket.on('data', (chunk) => {
      if (deaf && body === undefined) return;
      buffer += chunk.toString('latin1');
      while (buffer !== '' && !socket.destroyed && (body !== undefined || !deaf)) {
        if (body !== undefined) {
          const isFirst = body === '';
          body += buffer;
          buffer = '';
          // A server that falls silent here looks the same as one that does so when it has the whole message.
          if (isFirst && !fail('middle') && !deaf) return;
          const end = body.indexOf('\r\n.\r\n');
          if (end < 0) return;
          const message = body.slice(0, end + 2);
          body = undefined;
          whole(message);
          continue;
        }
        const line = /^(.*)\r\n/.exec(buffer);
        if (!line) return;
        buffer = buffer.slice(line[0].length);
        command(line[1]!);
      }
    });
    if (fail('greeting')) socket.write('220 stormy ESMTP\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    received,
    unanswered,
    faults,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
