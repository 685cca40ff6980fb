import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';

const LARGEST_MESSAGE = 25 * 1024 * 1024;
/**
 * Folder of the envelopes, one `<message>.json` each, apart from the messages so that `*.eml` matches nothing
 * else.
 */
export const ENVELOPES = '.envelopes';

/** Sender and recipients of the SMTP envelope, which alone names bcc recipients. */
export interface KeptEnvelope {
  readonly from: string;
  readonly to: readonly string[];
}

export interface MailboxServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Starts a real SMTP server for trying things out: it accepts every message for everybody, with any login or
 * none, and keeps it as `<folder>/*.eml`, byte for byte as it was handed over. A message that was answered
 * with 250 is on disk. File names sort by time of arrival. `port: 0` takes a free port.
 */
export async function startMailboxServer(options: {
  readonly folder: string;
  readonly port: number;
  readonly host?: string;
}): Promise<MailboxServer> {
  const { folder, port, host = '127.0.0.1' } = options;
  await mkdir(join(folder, ENVELOPES), { recursive: true });
  const server = new SMTPServer({
    name: 'mailbox.localhost',
    banner: 'mailbox for trying out, nothing leaves this machine',
    size: LARGEST_MESSAGE,
    authOptional: true,
    allowInsecureAuth: true,
    // STARTTLS is off, because the certificate would have to be made up and no client could verify it.
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 200,
    onAuth: ({ username }, _session, done) => done(null, { user: username ?? 'anyone' }),
    onData: (stream, session, done) => {
      keep(folder, stream, session).then((reply) => done(null, reply), done);
    },
  });
  // Such an error is a client that breaks off in the middle of a message; nothing of the message is kept.
  server.on('error', () => {});
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function keep(
  folder: string,
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
): Promise<string> {
  const name = nextName();
  const partial = join(folder, `.${name}.part`);
  const envelope: KeptEnvelope = {
    from: session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address,
    to: session.envelope.rcptTo.map(({ address }) => address),
  };
  const envelopeFile = join(folder, ENVELOPES, `${name}.json`);
  try {
    await writeFile(envelopeFile, JSON.stringify(envelope));
    // `flush` syncs the file to disk before it is closed.
    await pipeline(stream, createWriteStream(partial, { flags: 'wx', flush: true }));
    if (stream.sizeExceeded) throw tooLarge();
    await rename(partial, join(folder, name));
  } catch (error) {
    // The partial message is removed last: if removal fails half way, it shows that remains are left.
    await rm(envelopeFile, { force: true });
    await rm(partial, { force: true });
    throw error;
  }
  await syncFolder(folder);
  return `kept as ${name}`;
}

let lastTime = 0;
let ofThatTime = 0;

/**
 * Returns a name such as `20261101T040000123-000-3f9a.eml`: rising within a process, and different from those
 * of other processes.
 */
function nextName(): string {
  const now = Math.max(Date.now(), lastTime);
  ofThatTime = now === lastTime ? ofThatTime + 1 : 0;
  lastTime = now;
  const time = new Date(now).toISOString().replace(/[-:.Z]/g, '');
  return `${time}-${String(ofThatTime).padStart(3, '0')}-${randomBytes(2).toString('hex')}.eml`;
}

/** Syncs the folder, so that the new name survives a power cut. Windows has no such call and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function tooLarge(): Error {
  const megabytes = LARGEST_MESSAGE / 1024 / 1024;
  return Object.assign(new Error(`the message is larger than ${megabytes} MB`), { responseCode: 552 });
}
