import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { DEFAULT_CIPHERS, getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { SMTPServerOptions } from 'smtp-server';
import { refusalOf } from '#adapters/smtp/outcome.ts';
import type { SmtpSettings } from '#adapters/smtp/settings.ts';
import { sendTestMail } from '#adapters/smtp/test-mail.ts';
import { type Script, startScriptedServer } from '#test/support/mail/scripted-smtp.ts';
import { CERTIFICATES, KEYS, smtpSettings, startSmtpServer } from '#test/support/mail/smtp-server.ts';

const envelope = { from: 'rechnung@example.org', to: ['chef@example.org'] };
const message = Buffer.from('Subject: test\r\n\r\nhello\r\n');
const login = { user: 'kasse', password: 'geheim-42' };
const bare = { ...login, allowPlainLogin: true };
const starttls = { encryption: 'starttls' } as const;
const any = { encryption: 'starttls', certificate: 'any' } as const;
const tls = { encryption: 'tls' } as const;
const shows = (name: 'trusted' | 'expired' | 'wrongName') => ({ cert: CERTIFICATES[name], key: KEYS[name] });
const pinOf = (name: keyof typeof CERTIFICATES) =>
  new X509Certificate(CERTIFICATES[name]).fingerprint256.replaceAll(':', '').toLowerCase();
const unrelayed = '554 5.7.1 <chef@example.org>: Relay access denied';

type Server = { readonly real: SMTPServerOptions } | { readonly script: Script };

/** Each row names what is wrong, the server, the settings, and the sentence with the field to change. */
// biome-ignore format: a row a line
const ROWS: readonly (readonly [string, Server, Partial<SmtpSettings>, RegExp])[] = [
  ['a port encrypted from the start, and starttls', { real: { secure: true } }, starttls, /encrypted from the start, so no greeting came; set mail\.smtp\.encryption to tls, or mail\.smtp\.port to 587$/],
  ['a port encrypted from the start, and no encryption', { real: { secure: true } }, {}, /encrypted from the start, .*mail\.smtp\.encryption to tls/],
  ['a port that is not encrypted from the start, and tls', { real: {} }, tls, /not encrypted from the start: .*; set mail\.smtp\.encryption to starttls, or mail\.smtp\.port to 465$/],
  ['a wrong password', { real: { onAuth: (_auth, _session, done) => done(null, { message: 'no' }) } }, { ...any, ...login }, /refuses the login of kasse: 535 .*; check mail\.smtp\.user and mail\.smtp\.password/],
  ['a wrong password, said with 454', { script: { AUTH: '454 4.7.0 temporary failure' } }, bare, /454 4\.7\.0 temporary failure/],
  ['no login offered', { script: { EHLO: '250 scripted' } }, bare, /no login on this connection; set mail\.smtp\.port .* or empty mail\.smtp\.user/],
  ['a login wanted', { script: { MAIL: '530 5.7.0 Authentication required' } }, {}, /wants a login: 530 .*; set mail\.smtp\.user and mail\.smtp\.password$/],
  ['encryption wanted', { script: { MAIL: '530 5.7.0 Must issue a STARTTLS command first' } }, {}, /wants encryption first: 530 .*; set mail\.smtp\.encryption to starttls or tls$/],
  ['a self-signed certificate', { real: {} }, starttls, new RegExp(`is self-signed \\(DEPTH_ZERO_SELF_SIGNED_CERT\\); .*mail\\.smtp\\.certificate to pin and mail\\.smtp\\.pin to ${pinOf('selfSigned')}$`)],
  ['an expired certificate', { real: shows('expired') }, starttls, new RegExp(`expired on 2021-01-01 \\(CERT_HAS_EXPIRED\\); have it renewed, .*mail\\.smtp\\.pin to ${pinOf('expired')}$`)],
  ['a certificate of another host', { real: shows('wrongName') }, starttls, new RegExp(`is issued for mail\\.elsewhere\\.example, not for 127\\.0\\.0\\.1 \\(ERR_TLS_CERT_ALTNAME_INVALID\\); set mail\\.smtp\\.host .*mail\\.smtp\\.pin to ${pinOf('wrongName')}$`)],
  ['a server that is too old', { real: { maxVersion: 'TLSv1.1', ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=0` } }, starttls, /only TLS older than mail\.smtp\.minTls, .*; have the server updated, or set mail\.smtp\.minTls to TLSv1\.1 or TLSv1 if that cannot be done$/],
  ['relaying refused without a login', { script: { RCPT: unrelayed } }, {}, /no mail for other domains from us: .*Relay access denied; log in with mail\.smtp\.user and mail\.smtp\.password, or set mail\.smtp\.host to your own provider's server$/],
  ['relaying refused with a login', { script: { RCPT: '550 5.7.1 Relaying denied' } }, bare, /no mail for other domains from us: .*Relaying denied; set mail\.smtp\.host to the server of the provider/],
  ['relaying refused for now', { script: { RCPT: '454 4.7.1 <chef@example.org>: Relay access denied' } }, {}, /454 .*; log in with mail\.smtp\.user/],
  ['a sender refused', { script: { MAIL: '553 5.7.1 not your address' } }, {}, /refuses this sender: 553 .*; check mail\.sender\.address and mail\.smtp\.user$/],
  ['a sender refused when the recipient is named', { script: { RCPT: '553 5.7.1 <rechnung@example.org>: Sender address rejected: not owned by user kasse' } }, bare, /refuses this sender: .*; check mail\.sender\.address/],
  ['no greeting', { script: { greeting: 'silence' } }, {}, /sent no greeting: Greeting never received; check mail\.smtp\.host and mail\.smtp\.port, and whether a firewall/],
  ['no mail server but a web server', { script: { greeting: 'HTTP/1.1 400 Bad Request' } }, {}, /HTTP\/1\.1 400 Bad Request; check mail\.smtp\.host and mail\.smtp\.port/],
  ['no host', { script: {} }, { host: 'no such host.invalid' }, /no such host\.invalid.*mail\.smtp\.host/],
  ['a pin that is none', { real: {} }, { ...starttls, certificate: 'pin', pin: 'ab:cd' }, /mail\.smtp\.pin is not a SHA-256/],
];

const before_ = getCACertificates('default');
before(() => setDefaultCACertificates([...before_, CERTIFICATES.authority]));
after(() => setDefaultCACertificates(before_));

const start = (server: Server) =>
  'real' in server
    ? startSmtpServer({ allowInsecureAuth: true, ...server.real })
    : startScriptedServer(server.script);

describe('the summary of the test mail names the fault and the field to change', { concurrency: 8 }, () => {
  for (const [what, given, over, sentence] of ROWS) {
    it(what, async () => {
      const server = await start(given);
      const silent = 'script' in given ? given.script.greeting === 'silence' : given.real.secure;
      const timings = silent ? { greetingMs: 300, connectMs: 3_000 } : {};
      const report = await sendTestMail(smtpSettings(server.port, over), envelope, message, timings);
      await server.close();
      assert.notEqual(report.outcome.state, 'accepted');
      assert.match(report.summary, sentence);
      assert.doesNotMatch(report.summary, /\n|geheim/);
    });
  }

  it('a server where nobody listens is reported with the host and port to check', async () => {
    const server = await start({ script: {} });
    await server.close();
    const { summary, encryption, conversation } = await sendTestMail(
      smtpSettings(server.port),
      envelope,
      message,
    );
    assert.match(
      summary,
      /^Nobody listens at 127\.0\.0\.1:\d+, or a firewall refuses: .*; check mail\.smtp\.host and mail\.smtp\.port$/,
    );
    assert.deepEqual([encryption, conversation], [undefined, []]);
  });

  it('a short deadline still leaves enough time to say what was waited for', async () => {
    const server = await start({ script: { greeting: 'silence' } });
    const { summary } = await sendTestMail(smtpSettings(server.port), envelope, message, {
      deadlineMs: 1_000,
    });
    await server.close();
    assert.match(summary, /sent no greeting/);
  });
});

describe('faults that cannot be caused on the loopback', () => {
  const settings = (port: number, over: Partial<SmtpSettings> = {}) =>
    smtpSettings(port, { host: 'mail.example', ...over });
  const fault = (fields: object) => Object.assign(new Error('connect'), fields);

  for (const fields of [
    { timeoutType: 'CONNECT_TIMEOUT' },
    { code: 'ETIMEDOUT', syscall: 'connect' },
    { code: 'EHOSTUNREACH' },
    { code: 'ECONNREFUSED' },
  ]) {
    const [name] = Object.values(fields);
    it(`where port 25 is blocked, another port is advised (${name})`, () => {
      const outcome = refusalOf(fault(fields), settings(25), false);
      assert.equal(outcome.state, 'deferred');
      assert.match(
        outcome.reason,
        /many networks block port 25: set mail\.smtp\.port to 587, or to 465 with mail\.smtp\.encryption tls$/,
      );
    });
    it(`where another port cannot be reached, host and port are to be checked (${name})`, () => {
      const { reason } = refusalOf(fault(fields), settings(587), false);
      assert.match(reason, /587.*check mail\.smtp\.host and mail\.smtp\.port/);
      assert.doesNotMatch(reason, /port 25/);
    });
  }

  it('a port that is set already is not advised', () => {
    const { reason } = refusalOf(fault({ code: 'ERR_SSL_WRONG_VERSION_NUMBER' }), settings(465, tls), false);
    assert.match(reason, /set mail\.smtp\.encryption to starttls$/);
  });

  it('a host with several addresses where nobody listens is reported as one where nobody listens', () => {
    const each = fault({ code: 'ECONNREFUSED', message: 'connect ECONNREFUSED ::1:587' });
    const error = Object.assign(new AggregateError([each]), { code: 'ECONNREFUSED' });
    assert.match(
      refusalOf(error, settings(587), false).reason,
      /Nobody listens .*connect ECONNREFUSED ::1:587/,
    );
  });

  it('an unknown host is told apart from a host that cannot be looked up just now', () => {
    assert.match(
      refusalOf(fault({ code: 'ENOTFOUND' }), settings(587), false).reason,
      /no host named mail\.example: .*; check mail\.smtp\.host$/,
    );
    assert.match(
      refusalOf(fault({ code: 'EAI_AGAIN' }), settings(587), false).reason,
      /could not be looked up just now/,
    );
  });

  it('an old server that answers in its own TLS version leaves the mail held, and minTls is named', () => {
    const outcome = refusalOf(fault({ code: 'ERR_SSL_UNSUPPORTED_PROTOCOL' }), settings(465, tls), false);
    assert.equal(outcome.state, 'held');
    assert.match(outcome.reason, /mail\.smtp\.minTls/);
  });

  it('a recipient whose address contains the word relay is not taken for refused relaying', () => {
    const error = fault({
      command: 'RCPT TO',
      responseCode: 550,
      response: '550 5.1.1 <relay@example.org>: not found',
    });
    assert.equal(refusalOf(error, settings(587), false).state, 'failed');
  });
});
