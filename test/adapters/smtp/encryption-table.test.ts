import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { DEFAULT_CIPHERS, getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { SMTPServerOptions } from 'smtp-server';
import { createSmtpMailer } from '#adapters/smtp/mailer.ts';
import type { SmtpSettings } from '#adapters/smtp/settings.ts';
import type { MailOutcome } from '#core/ports.ts';
import { type Script, startScriptedServer } from '#test/support/mail/scripted-smtp.ts';
import { CERTIFICATES, KEYS, smtpSettings, startSmtpServer } from '#test/support/mail/smtp-server.ts';
import { tapWire } from '#test/support/mail/wire-tap.ts';

/** Each cell is tried without a login, with a login, and with a login whose password may go in the clear. */
const TABLE = `
server                    | encryption          | verify       | right pin    | wrong pin    | any
no STARTTLS               | none                | in the clear | in the clear | in the clear | in the clear
                          | starttls-if-offered | in the clear | in the clear | in the clear | in the clear
                          | starttls            | not offered  | not offered  | not offered  | not offered
                          | tls                 | no TLS here  | no TLS here  | no TLS here  | no TLS here
STARTTLS, trusted         | none                | in the clear | in the clear | in the clear | in the clear
                          | starttls-if-offered | encrypted    | encrypted    | other pin    | encrypted
                          | starttls            | encrypted    | encrypted    | other pin    | encrypted
                          | tls                 | no TLS here  | no TLS here  | no TLS here  | no TLS here
STARTTLS, self-signed     | none                | in the clear | in the clear | in the clear | in the clear
                          | starttls-if-offered | self-signed  | encrypted    | other pin    | encrypted
                          | starttls            | self-signed  | encrypted    | other pin    | encrypted
                          | tls                 | no TLS here  | no TLS here  | no TLS here  | no TLS here
STARTTLS, expired         | none                | in the clear | in the clear | in the clear | in the clear
                          | starttls-if-offered | expired      | encrypted    | other pin    | encrypted
                          | starttls            | expired      | encrypted    | other pin    | encrypted
                          | tls                 | no TLS here  | no TLS here  | no TLS here  | no TLS here
STARTTLS, wrong name      | none                | in the clear | in the clear | in the clear | in the clear
                          | starttls-if-offered | wrong name   | encrypted    | other pin    | encrypted
                          | starttls            | wrong name   | encrypted    | other pin    | encrypted
                          | tls                 | no TLS here  | no TLS here  | no TLS here  | no TLS here
STARTTLS, only TLS 1.1    | none                | in the clear | in the clear | in the clear | in the clear
                          | starttls-if-offered | too old      | too old      | too old      | too old
                          | starttls            | too old      | too old      | too old      | too old
                          | tls                 | no TLS here  | no TLS here  | no TLS here  | no TLS here
STARTTLS refused, 454     | none                | in the clear | in the clear | in the clear | in the clear
                          | starttls-if-offered | later        | later        | later        | later
                          | starttls            | later        | later        | later        | later
                          | tls                 | no TLS here  | no TLS here  | no TLS here  | no TLS here
STARTTLS refused, 501     | none                | in the clear | in the clear | in the clear | in the clear
                          | starttls-if-offered | refused      | refused      | refused      | refused
                          | starttls            | refused      | refused      | refused      | refused
                          | tls                 | no TLS here  | no TLS here  | no TLS here  | no TLS here
STARTTLS, then garbage    | none                | in the clear | in the clear | in the clear | in the clear
                          | starttls-if-offered | garbage      | garbage      | garbage      | garbage
                          | starttls            | garbage      | garbage      | garbage      | garbage
                          | tls                 | no TLS here  | no TLS here  | no TLS here  | no TLS here
STARTTLS, then closed     | none                | in the clear | in the clear | in the clear | in the clear
                          | starttls-if-offered | closed       | closed       | closed       | closed
                          | starttls            | closed       | closed       | closed       | closed
                          | tls                 | no TLS here  | no TLS here  | no TLS here  | no TLS here
implicit TLS, trusted     | none                | TLS at once  | TLS at once  | TLS at once  | TLS at once
                          | starttls-if-offered | TLS at once  | TLS at once  | TLS at once  | TLS at once
                          | starttls            | TLS at once  | TLS at once  | TLS at once  | TLS at once
                          | tls                 | encrypted    | encrypted    | other pin    | encrypted
implicit TLS, self-signed | none                | TLS at once  | TLS at once  | TLS at once  | TLS at once
                          | starttls-if-offered | TLS at once  | TLS at once  | TLS at once  | TLS at once
                          | starttls            | TLS at once  | TLS at once  | TLS at once  | TLS at once
                          | tls                 | self-signed  | encrypted    | other pin    | encrypted
implicit TLS, expired     | none                | TLS at once  | TLS at once  | TLS at once  | TLS at once
                          | starttls-if-offered | TLS at once  | TLS at once  | TLS at once  | TLS at once
                          | starttls            | TLS at once  | TLS at once  | TLS at once  | TLS at once
                          | tls                 | expired      | encrypted    | other pin    | encrypted
implicit TLS, only 1.1    | none                | TLS at once  | TLS at once  | TLS at once  | TLS at once
                          | starttls-if-offered | TLS at once  | TLS at once  | TLS at once  | TLS at once
                          | starttls            | TLS at once  | TLS at once  | TLS at once  | TLS at once
                          | tls                 | too old      | too old      | too old      | too old
silence                   | none                | silence      | silence      | silence      | silence
                          | starttls-if-offered | silence      | silence      | silence      | silence
                          | starttls            | silence      | silence      | silence      | silence
                          | tls                 | no handshake | no handshake | no handshake | no handshake
`;

interface End {
  readonly state: MailOutcome['state'];
  /** The reply of the server, or the reason with the setting to change. */
  readonly says: RegExp;
  /** How the mail and the password travel over the wire; undefined if neither of them is sent. */
  readonly goes?: 'encrypted' | 'in the clear';
  /** The time limits that run out before this end is reached. */
  readonly waits?: readonly ('connectMs' | 'greetingMs')[];
}

// biome-ignore format: an end a line
const ENDS: Readonly<Record<string, End>> = {
  'encrypted': { state: 'accepted', says: /^250 /, goes: 'encrypted' },
  'in the clear': { state: 'accepted', says: /^250 /, goes: 'in the clear' },
  'not offered': { state: 'held', says: /offers no STARTTLS: 50[02] .*set mail\.smtp\.encryption to tls/ },
  'no TLS here': { state: 'held', says: /is not encrypted from the start: .*set mail\.smtp\.encryption to starttls/ },
  'TLS at once': { state: 'held', says: /is encrypted from the start, .*set mail\.smtp\.encryption to tls/, waits: ['greetingMs'] },
  'self-signed': { state: 'held', says: /certificate for CN=mail server for tests is self-signed .*mail\.smtp\.pin to [0-9a-f]{64}$/ },
  'expired': { state: 'held', says: /certificate for CN=mail server of former days expired on 2021-01-01 .*have it renewed.*mail\.smtp\.pin to [0-9a-f]{64}$/ },
  'wrong name': { state: 'held', says: /is issued for mail\.elsewhere\.example, not for 127\.0\.0\.1 .*set mail\.smtp\.host.*mail\.smtp\.pin to [0-9a-f]{64}$/ },
  'other pin': { state: 'held', says: /shows the certificate [0-9a-f]{64}, not the pinned one; .*mail\.smtp\.pin/ },
  'too old': { state: 'held', says: /only TLS older than mail\.smtp\.minTls, which is TLSv1\.2/ },
  'later': { state: 'deferred', says: /cannot take the mail now: 454 / },
  'refused': { state: 'held', says: /refuses STARTTLS: 501 .*set mail\.smtp\.encryption to tls/ },
  'garbage': { state: 'held', says: /No encrypted connection to .* came about: .*check mail\.smtp\.encryption and mail\.smtp\.port/ },
  'closed': { state: 'deferred', says: /broke off the TLS handshake: .*check mail\.smtp\.encryption and mail\.smtp\.port/ },
  'silence': { state: 'deferred', says: /sent no greeting: .*check mail\.smtp\.host and mail\.smtp\.port/, waits: ['connectMs', 'greetingMs'] },
  'no handshake': { state: 'deferred', says: /began no TLS: .*set mail\.smtp\.encryption to starttls/, waits: ['connectMs', 'greetingMs'] },
};

const ehlo = '250-scripted\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS';
const only11 = {
  minVersion: 'TLSv1',
  maxVersion: 'TLSv1.1',
  ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=0`,
} as const;
const shows = (name: keyof typeof CERTIFICATES) => ({ cert: CERTIFICATES[name], key: KEYS[name] });

// biome-ignore format: a server a line
const SERVERS: Readonly<Record<string, { readonly real: SMTPServerOptions } | { readonly script: Script }>> = {
  'no STARTTLS': { real: { disabledCommands: ['STARTTLS'], ...shows('trusted') } },
  'STARTTLS, trusted': { real: shows('trusted') },
  'STARTTLS, self-signed': { real: shows('selfSigned') },
  'STARTTLS, expired': { real: shows('expired') },
  'STARTTLS, wrong name': { real: shows('wrongName') },
  'STARTTLS, only TLS 1.1': { real: { ...shows('trusted'), ...only11 } },
  'STARTTLS refused, 454': { script: { EHLO: ehlo, STARTTLS: '454 4.7.0 TLS not available' } },
  'STARTTLS refused, 501': { script: { EHLO: ehlo, STARTTLS: '501 5.5.4 syntax error' } },
  'STARTTLS, then garbage': { script: { EHLO: ehlo, STARTTLS: '220 go', handshake: '500 what is this?' } },
  'STARTTLS, then closed': { script: { EHLO: ehlo, STARTTLS: '220 go', handshake: 'close' } },
  'implicit TLS, trusted': { real: { secure: true, ...shows('trusted') } },
  'implicit TLS, self-signed': { real: { secure: true, ...shows('selfSigned') } },
  'implicit TLS, expired': { real: { secure: true, ...shows('expired') } },
  'implicit TLS, only 1.1': { real: { secure: true, ...shows('trusted'), ...only11 } },
  'silence': { script: { greeting: 'silence' } },
};

const LOGINS = {
  'without a login': {},
  'with a login': { user: 'kasse' },
  'with a login that may go in the clear': { user: 'kasse', allowPlainLogin: true },
} as const;
const NO_PASSWORD: End = {
  state: 'held',
  says: /not encrypted, and no password goes over it; .*allowPlainLogin/,
};

let turn = 0;

/** Sends one mail, and returns the outcome and what was seen of the mail and the password on the wire. */
async function trial(
  port: number,
  passwords: ReadonlyMap<string, boolean>,
  over: Partial<SmtpSettings>,
  waits: End['waits'] = [],
) {
  turn += 1;
  const user = over.user && `${over.user}-${turn}`;
  const password = `geheim-${turn}-42`;
  const wire = await tapWire(port);
  const settings = smtpSettings(wire.port, { ...over, ...(user && { user, password }) });
  const timings = Object.fromEntries(waits.map((it) => [it, it === 'connectMs' ? 3_000 : 200]));
  const mailer = createSmtpMailer(settings, { connectMs: 20_000, greetingMs: 20_000, ...timings });
  const outcome = await mailer.send(
    { from: 'rechnung@example.org', to: ['kunde@example.org'] },
    Buffer.from('Subject: x\r\n\r\nan invoice\r\n'),
    async () => {},
  );
  await mailer.close();
  await wire.close();
  const clear = wire.sent.toString('latin1');
  const spelled = [
    password,
    ...[password, `\0${user}\0${password}`].map((it) => Buffer.from(it).toString('base64')),
  ];
  const secured = passwords.get(password);
  return {
    outcome,
    mail: clear.includes('an invoice')
      ? 'in the clear'
      : outcome.state === 'accepted'
        ? 'encrypted'
        : undefined,
    password: spelled.some((it) => clear.includes(it)) ? 'in the clear' : secured ? 'encrypted' : undefined,
  };
}

const before_ = getCACertificates('default');
before(() => setDefaultCACertificates([...before_, CERTIFICATES.authority]));
after(() => setDefaultCACertificates(before_));

const cells = TABLE.trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()));
const pinOf = (name: string) => {
  const server = SERVERS[name]!;
  return 'real' in server ? new X509Certificate(String(server.real.cert)).fingerprint256 : 'CD'.repeat(32);
};

// Only six servers run at once: a handshake that is given up half way for lack of time crashes the process,
// because Node asks smtp-server's closed connection for its protocol.
describe('mail by encryption, certificate and server', { concurrency: 6 }, () => {
  const [head, ...rows] = cells;
  for (const name of Object.keys(SERVERS)) {
    const first = rows.findIndex(([server]) => server === name);
    describe(name, { concurrency: name === 'silence' ? true : 8 }, () => {
      /** Maps each password that arrived to whether it came over TLS. */
      const passwords = new Map<string, boolean>();
      let server: { readonly port: number; close(): Promise<void> };
      before(async () => {
        const given = SERVERS[name]!;
        server =
          'script' in given
            ? await startScriptedServer(given.script)
            : await startSmtpServer({
                allowInsecureAuth: true,
                ...given.real,
                onAuth: ({ username, password }, session, done) => {
                  passwords.set(String(password), session.secure);
                  done(null, { user: username });
                },
              });
      });
      after(() => server.close());

      for (const [, encryption, ...ends] of rows.slice(first, first + 4)) {
        for (const [at, word] of ends.entries()) {
          const column = head![at + 2]!;
          const end = ENDS[word]!;
          const over = {
            encryption: encryption as SmtpSettings['encryption'],
            certificate: column.endsWith('pin') ? 'pin' : (column as 'verify' | 'any'),
            pin: column === 'right pin' ? pinOf(name) : column === 'wrong pin' ? 'AB'.repeat(32) : '',
          } as const;
          for (const [how, login] of Object.entries(LOGINS)) {
            it(`${encryption} with certificate ${column}, ${how}, ends as "${word}"`, async () => {
              const wanted =
                word === 'in the clear' && 'user' in login && !('allowPlainLogin' in login)
                  ? NO_PASSWORD
                  : end;
              const { outcome, mail, password } = await trial(
                server.port,
                passwords,
                { ...over, ...login },
                end.waits,
              );
              const said = outcome.state === 'accepted' ? outcome.reply : outcome.reason;
              assert.equal(outcome.state, wanted.state, said);
              assert.match(said, wanted.says);
              assert.equal(mail, wanted.goes, 'how the mail went');
              assert.equal(password, 'user' in login ? wanted.goes : undefined, 'how the password went');
            });
          }
        }
      }
    });
  }

  it('the table has a line for each server and mode, and a known end in each cell', () => {
    assert.equal(rows.length, Object.keys(SERVERS).length * 4);
    for (const [, encryption, ...ends] of rows) {
      assert.match(encryption!, /^(?:none|starttls-if-offered|starttls|tls)$/);
      assert.equal(ends.length, 4);
      for (const word of ends) assert.ok(ENDS[word], word);
    }
  });
});
