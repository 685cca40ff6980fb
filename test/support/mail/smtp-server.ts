import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { SmtpSettings } from '#adapters/smtp/settings.ts';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly bytes: Buffer;
}

export interface TestSmtpServer {
  readonly port: number;
  /** Mails whose end of data has arrived. */
  readonly received: readonly ReceivedMail[];
  readonly connections: number;
  /** Number of bytes of messages so far, complete or not. */
  readonly bytesSeen: number;
  close(): Promise<void>;
}

const certificate = (file: string) => readFileSync(new URL(`../certs/${file}`, import.meta.url), 'utf8');
/** A self-signed certificate for the address 127.0.0.1, valid until 2126. */
export const LOOPBACK_CERTIFICATE = certificate('loopback.crt');
const LOOPBACK_KEY = certificate('loopback.key');
const key = certificate('smtp.key');
/**
 * Certificates valid until 2126. All but the self-signed one are issued by an authority that nobody trusts
 * unless told to.
 */
export const CERTIFICATES = {
  authority: certificate('smtp-ca.crt'),
  trusted: certificate('smtp-trusted.crt'),
  selfSigned: LOOPBACK_CERTIFICATE,
  /** Expired on 2021-01-01. */
  expired: certificate('smtp-expired.crt'),
  /** Issued for mail.elsewhere.example. */
  wrongName: certificate('smtp-wrong-name.crt'),
};
export const KEYS = { authority: '', trusted: key, selfSigned: LOOPBACK_KEY, expired: key, wrongName: key };

/** Starts a real, well-behaved mail server on a free port of the loopback. */
export async function startSmtpServer(options: SMTPServerOptions = {}): Promise<TestSmtpServer> {
  const received: ReceivedMail[] = [];
  let connections = 0;
  let bytesSeen = 0;
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    closeTimeout: 50,
    key: LOOPBACK_KEY,
    cert: LOOPBACK_CERTIFICATE,
    onConnect: (_session, done) => {
      connections += 1;
      done();
    },
    onData: (stream, session, done) => {
      stream.on('data', (chunk: Buffer) => {
        bytesSeen += chunk.length;
      });
      buffer(stream).then((bytes) => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          bytes,
        });
        done(null, `taken as ${received.length}`);
      }, done);
    },
    ...options,
  });
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    port: (server.server.address() as AddressInfo).port,
    received,
    get connections() {
      return connections;
    },
    get bytesSeen() {
      return bytesSeen;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Makes `mail.smtp` settings for a server on the loopback: unencrypted, without a login. */
export function smtpSettings(port: number, over: Partial<SmtpSettings> = {}): SmtpSettings {
  return {
    host: '127.0.0.1',
    port,
    encryption: 'none',
    certificate: 'verify',
    pin: '',
    minTls: 'TLSv1.2',
    login: 'auto',
    user: '',
    password: undefined,
    allowPlainLogin: false,
    ...over,
  };
}
