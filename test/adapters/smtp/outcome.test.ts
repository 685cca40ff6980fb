import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createSmtpMailer } from '#adapters/smtp/mailer.ts';
import type { SmtpSettings } from '#adapters/smtp/settings.ts';
import type { MailOutcome } from '#core/ports.ts';
import { type Script, startScriptedServer } from '#test/support/mail/scripted-smtp.ts';
import { smtpSettings } from '#test/support/mail/smtp-server.ts';

const login: Partial<SmtpSettings> = { user: 'kasse', password: 'geheim-42', allowPlainLogin: true };
const starttls: Partial<SmtpSettings> = { encryption: 'starttls' };
const offered: Partial<SmtpSettings> = { encryption: 'starttls-if-offered' };
const envelope = { from: 'rechnung@example.org', to: ['eins@example.org'] };
const two = ['eins@example.org', 'zwei@example.org'];
const body = `Subject: x\r\n\r\n${'0123456789\r\n'.repeat(6_000)}`;
const ehlo = (...lines: string[]) =>
  ['250-scripted', ...lines.map((it, at) => `250${at === lines.length - 1 ? ' ' : '-'}${it}`)].join('\r\n');

interface Row {
  readonly what: string;
  readonly script: Script;
  readonly settings?: Partial<SmtpSettings>;
  readonly to?: readonly string[];
  readonly state: MailOutcome['state'];
  /** Whether the hand-over mark was set: only from then on can the server have the whole message. */
  readonly marked?: boolean;
  readonly reason: RegExp;
}

// biome-ignore format: a row a line
const rows: readonly Row[] = [
  // Faults at the connection, the greeting and EHLO: no server has received the mail.
  { what: 'no greeting', script: { greeting: 'silence' }, state: 'deferred', reason: /Greeting never received.*mail\.smtp\.port/ },
  { what: 'closed at once', script: { greeting: 'close' }, state: 'deferred', reason: /./ },
  { what: 'a greeting that refuses', script: { greeting: '554 no mail from you' }, state: 'deferred', reason: /554 no mail from you/ },
  { what: '421 as greeting', script: { greeting: { thenClose: '421 too busy' } }, state: 'deferred', reason: /421 too busy/ },
  { what: 'no mail server at all', script: { greeting: 'HTTP/1.1 400 Bad Request' }, state: 'deferred', reason: /HTTP/ },
  { what: 'closed at EHLO', script: { EHLO: 'close' }, state: 'deferred', reason: /closed/ },
  { what: 'silence at EHLO', script: { EHLO: 'silence' }, state: 'deferred', reason: /./ },
  { what: 'EHLO and HELO refused', script: { EHLO: '550 go away', HELO: '550 go away' }, state: 'deferred', reason: /550 go away/ },
  { what: '421 at EHLO', script: { EHLO: { thenClose: '421 shutting down' } }, state: 'deferred', reason: /421 shutting down/ },
  { what: 'closed after EHLO', script: { EHLO: { thenClose: '250 scripted' } }, state: 'deferred', reason: /closed|EPIPE|ECONNRESET/ },
  { what: '450 at EHLO and HELO', script: { EHLO: '450 not now', HELO: '450 not now' }, state: 'deferred', reason: /450 not now/ },
  { what: 'only HELO known', script: { EHLO: '502 unknown' }, state: 'accepted', marked: true, reason: /queued as 42/ },
  // TLS is wanted and cannot be had, so that no other mail would fare better.
  { what: 'STARTTLS not offered', script: {}, settings: starttls, state: 'held', reason: /no STARTTLS.*mail\.smtp\.encryption/ },
  { what: 'STARTTLS not offered, EHLO not even known', script: { EHLO: '502 unknown' }, settings: starttls, state: 'held', reason: /STARTTLS/ },
  { what: 'STARTTLS not possible now', script: { EHLO: ehlo('STARTTLS'), STARTTLS: '454 TLS not available' }, settings: starttls, state: 'deferred', reason: /454/ },
  { what: 'STARTTLS offered, but not possible now, where it is taken if offered', script: { EHLO: ehlo('STARTTLS'), STARTTLS: '454 TLS not available' }, settings: offered, state: 'deferred', reason: /454/ },
  { what: 'STARTTLS not insisted on', script: {}, settings: offered, state: 'accepted', marked: true, reason: /42/ },
  { what: 'silence after STARTTLS', script: { EHLO: ehlo('STARTTLS'), STARTTLS: '220 go' }, settings: starttls, state: 'deferred', reason: /TLS handshake/ },
  { what: 'closed after STARTTLS', script: { EHLO: ehlo('STARTTLS'), STARTTLS: { thenClose: '220 go' } }, settings: starttls, state: 'deferred', reason: /./ },
  { what: 'implicit TLS at a port without', script: {}, settings: { encryption: 'tls' }, state: 'held', reason: /mail\.smtp\.encryption/ },
  { what: 'STARTTLS offered, but refused, where it is taken if offered', script: { EHLO: ehlo('STARTTLS'), STARTTLS: '501 no' }, settings: offered, state: 'held', reason: /refuses STARTTLS: 501.*mail\.smtp\.encryption/ },
  { what: '421 at STARTTLS', script: { EHLO: ehlo('STARTTLS'), STARTTLS: { thenClose: '421 closing' } }, settings: offered, state: 'deferred', reason: /421/ },
  // Faults at the login.
  { what: 'login refused', script: { AUTH: '535 5.7.8 authentication failed' }, settings: login, state: 'held', reason: /535.*mail\.smtp\.user.*mail\.smtp\.password/ },
  { what: 'login refused, password echoed', script: { AUTH: '535 bad password geheim-42' }, settings: login, state: 'held', reason: /\*\*\*/ },
  { what: 'login too weak', script: { AUTH: '534 5.7.9 stronger mechanism' }, settings: login, state: 'held', reason: /534/ },
  { what: 'login blocked', script: { AUTH: '550 5.7.0 account locked' }, settings: login, state: 'held', reason: /account locked/ },
  { what: 'login not possible now', script: { AUTH: '454 4.7.0 temporary failure' }, settings: login, state: 'deferred', reason: /454/ },
  { what: '421 at login', script: { AUTH: { thenClose: '421 too many logins' } }, settings: login, state: 'deferred', reason: /421/ },
  { what: 'closed at login', script: { AUTH: 'close' }, settings: login, state: 'deferred', reason: /closed/ },
  { what: 'no login offered', script: { EHLO: ehlo('8BITMIME') }, settings: login, state: 'held', reason: /no login/ },
  { what: 'login only over TLS', script: {}, settings: { ...login, allowPlainLogin: false }, state: 'held', reason: /not encrypted.*allowPlainLogin/ },
  { what: 'login without a password', script: {}, settings: { ...login, password: undefined }, state: 'held', reason: /mail\.smtp\.password/ },
  { what: 'login wanted at MAIL FROM', script: { MAIL: '530 5.7.0 authentication required' }, state: 'held', reason: /530.*mail\.smtp\.user/ },
  { what: 'login wanted at RCPT TO', script: { RCPT: '530 5.7.0 authentication required' }, state: 'held', reason: /530/ },
  // Faults with the sender.
  { what: 'sender refused', script: { MAIL: '550 5.7.1 not your address' }, state: 'held', reason: /550.*mail\.sender\.address/ },
  { what: 'sender refused with 554', script: { MAIL: '554 no' }, state: 'held', reason: /554/ },
  { what: 'sender refused in a pipeline', script: { EHLO: ehlo('PIPELINING'), MAIL: '553 not owned', RCPT: '503 first MAIL', DATA: '503 first RCPT' }, state: 'held', reason: /553/ },
  { what: 'sender greylisted', script: { MAIL: '451 4.7.1 later' }, state: 'deferred', reason: /451/ },
  { what: 'no room', script: { MAIL: '452 4.3.1 insufficient storage' }, state: 'deferred', reason: /452/ },
  { what: '421 at MAIL FROM', script: { MAIL: { thenClose: '421 closing' } }, state: 'deferred', reason: /421 closing/ },
  { what: 'closed at MAIL FROM', script: { MAIL: 'close' }, state: 'deferred', reason: /closed/ },
  { what: 'closed after MAIL FROM', script: { MAIL: { thenClose: '250 ok' } }, state: 'deferred', reason: /closed|EPIPE|ECONNRESET/ },
  { what: 'silence at MAIL FROM', script: { MAIL: 'silence' }, state: 'deferred', reason: /./ },
  { what: 'login refused at MAIL FROM', script: { MAIL: '535 5.7.8 who are you' }, state: 'held', reason: /535/ },
  { what: 'message too large, known beforehand', script: { EHLO: ehlo('SIZE 1000') }, state: 'failed', reason: /too large/ },
  { what: 'message too large, said at MAIL FROM', script: { MAIL: '552 5.3.4 too big' }, state: 'failed', reason: /552/ },
  // Faults with the recipients.
  { what: 'recipient unknown', script: { RCPT: '550 5.1.1 no such user' }, state: 'failed', reason: /eins@example\.org: 550 5\.1\.1/ },
  { what: 'recipient full', script: { RCPT: '552 mailbox full' }, state: 'failed', reason: /552/ },
  { what: 'recipient unknown, in a pipeline', script: { EHLO: ehlo('PIPELINING'), RCPT: '550 no such user', DATA: '503 no recipients' }, state: 'failed', reason: /550 no such user/ },
  { what: 'recipient unknown, yet 354', script: { EHLO: ehlo('PIPELINING'), RCPT: '550 no such user', dot: '554 no recipients' }, state: 'failed', reason: /550 no such user/ },
  { what: 'recipient greylisted', script: { RCPT: '450 4.2.0 greylisted' }, state: 'deferred', reason: /450/ },
  { what: 'one unknown, one greylisted', script: { RCPT: ['550 no such user', '451 later'] }, to: two, state: 'deferred', reason: /550.*451/ },
  { what: 'one unknown, one taken', script: { RCPT: ['550 no such user', '250 ok'] }, to: two, state: 'accepted', marked: true, reason: /42/ },
  { what: '421 at RCPT TO', script: { RCPT: { thenClose: '421 closing' } }, state: 'deferred', reason: /421/ },
  { what: '421 at RCPT TO in a pipeline', script: { EHLO: ehlo('PIPELINING'), RCPT: { thenClose: '421 closing' } }, state: 'deferred', reason: /421/ },
  { what: 'closed at RCPT TO', script: { RCPT: 'close' }, state: 'deferred', reason: /closed/ },
  { what: 'closed after RCPT TO', script: { RCPT: { thenClose: '250 ok' } }, state: 'deferred', reason: /closed|EPIPE|ECONNRESET/ },
  { what: 'recipient refused for now: 452', script: { RCPT: '452 4.5.3 too many recipients' }, state: 'deferred', reason: /452/ },
  { what: 'recipient refused: 554', script: { RCPT: '554 5.7.1 blocked' }, state: 'failed', reason: /554/ },
  { what: 'relaying refused, without a login', script: { RCPT: '550 5.7.1 relaying denied' }, state: 'held', reason: /relaying denied.*mail\.smtp\.user/ },
  { what: 'relaying refused, with a login', script: { RCPT: '554 5.7.1 Relay access denied' }, settings: login, state: 'failed', reason: /Relay access denied.*mail\.smtp\.host/ },
  { what: 'relaying refused for one, the other taken', script: { RCPT: ['554 5.7.1 Relay access denied', '250 ok'] }, to: two, state: 'accepted', marked: true, reason: /42/ },
  { what: 'relaying refused for one, the other unknown', script: { RCPT: ['554 5.7.1 Relay access denied', '550 no such user'] }, to: two, state: 'failed', reason: /554.*550/ },
  { what: 'sender refused at RCPT TO', script: { RCPT: '553 5.7.1 <x@example.org>: Sender address rejected: not owned by user y' }, settings: login, state: 'held', reason: /553.*mail\.sender\.address/ },
  { what: 'silence at RCPT TO', script: { RCPT: 'silence' }, state: 'deferred', reason: /./ },
  // Faults at DATA, before the mark.
  { what: 'DATA refused', script: { DATA: '554 5.7.1 no' }, state: 'failed', reason: /554/ },
  { what: 'DATA refused for now', script: { DATA: '451 later' }, state: 'deferred', reason: /451/ },
  { what: 'closed at DATA', script: { DATA: 'close' }, state: 'deferred', reason: /closed/ },
  { what: 'silence at DATA', script: { DATA: 'silence' }, state: 'deferred', reason: /./ },
  // Faults after the mark.
  { what: 'closed after the final dot', script: { dot: 'close' }, state: 'unknown', marked: true, reason: /answer was lost/ },
  { what: 'silence after the final dot', script: { dot: 'silence' }, state: 'unknown', marked: true, reason: /answer was lost/ },
  { what: 'half a reply after the final dot', script: { dot: { thenClose: '250-queued' } }, state: 'unknown', marked: true, reason: /answer was lost/ },
  { what: 'an answer of no known kind', script: { dot: '354 and more?' }, state: 'unknown', marked: true, reason: /354/ },
  { what: 'sender refused after the final dot (Exchange Online)', script: { dot: '554 5.2.252 SendAsDenied; kasse@example.org not allowed to send as rechnung@example.org' }, state: 'held', marked: true, reason: /SendAsDenied.*mail\.sender\.address/ },
  { what: 'sender refused after the final dot (Exchange)', script: { dot: '550 5.7.60 SMTP; Client does not have permissions to send as this sender' }, state: 'held', marked: true, reason: /5\.7\.60.*mail\.sender\.address/ },
  { what: 'limit of the account after the final dot', script: { dot: '554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException' }, state: 'held', marked: true, reason: /limit of its own.*mail\.pace/ },
  { what: 'limit of the account at DATA', script: { DATA: '550 5.4.5 Daily user sending limit exceeded' }, state: 'held', reason: /5\.4\.5.*mail\.pace/ },
  { what: 'limit of the account at RCPT TO', script: { RCPT: '550 outgoing message limit reached' }, state: 'held', reason: /mail\.pace/ },
  { what: 'mailbox over its quota', script: { RCPT: '552 5.2.2 mailbox over quota limit' }, state: 'failed', reason: /552/ },
  { what: 'refused after the final dot', script: { dot: '550 5.7.1 looks like spam' }, state: 'failed', marked: true, reason: /looks like spam/ },
  { what: 'refused after the final dot: too large', script: { dot: '552 too large' }, state: 'failed', marked: true, reason: /552/ },
  { what: 'refused after the final dot: 554', script: { dot: '554 transaction failed' }, state: 'failed', marked: true, reason: /554/ },
  { what: 'login trouble after the final dot', script: { dot: '535 no' }, state: 'failed', marked: true, reason: /535/ },
  { what: 'put off after the final dot', script: { dot: '451 4.3.0 try later' }, state: 'deferred', marked: true, reason: /451/ },
  { what: 'put off after the final dot: 452', script: { dot: '452 no space' }, state: 'deferred', marked: true, reason: /452/ },
  { what: '421 after the final dot', script: { dot: { thenClose: '421 shutting down' } }, state: 'deferred', marked: true, reason: /421/ },
  { what: 'a reply of many lines', script: { dot: '250-thank you\r\n250 queued as 42' }, state: 'accepted', marked: true, reason: /^250-thank you queued as 42$/ },
  { what: 'closed at QUIT', script: { QUIT: 'close' }, state: 'accepted', marked: true, reason: /42/ },
  { what: 'silence at QUIT', script: { QUIT: 'silence' }, state: 'accepted', marked: true, reason: /42/ },
];

/** The time limits are short only where a row waits for them, because this machine may be busy. */
const patient = { deadlineMs: 20_000 };
const hasty = { ...patient, connectMs: 2_000, greetingMs: 400, silenceMs: 600 };

describe('the outcome of each way in which a mail server can fail', { concurrency: 8 }, () => {
  for (const {
    what,
    script,
    settings = {},
    to = ['eins@example.org'],
    state,
    marked = false,
    reason,
  } of rows) {
    it(`${what}: the outcome is ${state}`, async () => {
      const server = await startScriptedServer(script);
      const waits = JSON.stringify(script).includes('silence') || what.includes('silence');
      const mailer = createSmtpMailer(smtpSettings(server.port, settings), waits ? hasty : patient);
      const asked: number[] = [];
      const outcome = await mailer.send({ from: 'rechnung@example.org', to }, Buffer.from(body), async () => {
        asked.push(server.messages.length);
      });
      await mailer.close();
      await server.close();
      const said = outcome.state === 'accepted' ? outcome.reply : outcome.reason;
      assert.equal(outcome.state, state, said);
      assert.match(said, reason);
      assert.doesNotMatch(said, /geheim|\n/);
      assert.deepEqual(
        asked,
        marked ? [0] : [],
        'the mark is set once, and before the server has the message',
      );
      const whole = server.messages.filter((message) => message !== '');
      if (!marked) assert.deepEqual(whole, [], 'without the mark the server never sees the end');
      if (state === 'accepted' || state === 'unknown') assert.deepEqual(whole, [body]);
    });
  }

  const sudden: readonly (readonly [string, Script, MailOutcome['state']])[] = [
    ['closed right after 354', { DATA: { thenClose: '354 go on' } }, 'deferred'],
    ['closed in the middle of the message', { middle: 'close' }, 'deferred'],
    ['enough in the middle of the message', { middle: '552 5.3.4 that is enough' }, 'failed'],
    ['put off in the middle of the message', { middle: '451 not now' }, 'deferred'],
    ['421 in the middle of the message', { middle: { thenClose: '421 shutting down' } }, 'deferred'],
    ['thanks in the middle of the message', { middle: '250 thank you' }, 'deferred'],
  ];
  for (const [what, script, state] of sudden) {
    it(`${what}, while the mark is being set: ${state}, and the end is never sent`, async () => {
      const server = await startScriptedServer(script);
      const mailer = createSmtpMailer(smtpSettings(server.port), patient);
      const outcome = await mailer.send(envelope, Buffer.from(body), () => turns(50));
      await mailer.close();
      await server.close();
      assert.equal(outcome.state, state);
      assert.deepEqual(server.messages, []);
    });
  }

  it('a connection that closes just as the mark is set defers the mail, for its last piece was not sent', async () => {
    const server = await startScriptedServer({ middle: 'close' });
    const mailer = createSmtpMailer(smtpSettings(server.port), patient);
    const outcome = await mailer.send(envelope, Buffer.from(body), () => until(() => server.data !== ''));
    await mailer.close();
    await server.close();
    assert.equal(outcome.state, 'deferred');
  });

  it('a server where nobody listens defers the mail', async () => {
    const server = await startScriptedServer({});
    await server.close();
    const mailer = createSmtpMailer(smtpSettings(server.port), patient);
    const outcome = await mailer.send({ from: 'a@example.org', to: two }, Buffer.from(body), unasked);
    assert.equal(outcome.state, 'deferred');
    assert.match(outcome.state === 'deferred' ? outcome.reason : '', /ECONNREFUSED.*mail\.smtp\.host/);
  });

  it('a host that does not exist defers the mail', async () => {
    const mailer = createSmtpMailer(smtpSettings(25, { host: 'no such host.invalid' }), patient);
    const outcome = await mailer.send({ from: 'a@example.org', to: two }, Buffer.from(body), unasked);
    assert.equal(outcome.state, 'deferred');
  });

  it('a mail is held where no host is set', async () => {
    const mailer = createSmtpMailer(smtpSettings(25, { host: '' }), patient);
    const outcome = await mailer.send({ from: 'a@example.org', to: two }, Buffer.from(body), unasked);
    assert.equal(outcome.state, 'held');
  });

  it('a server that is slower than the deadline defers the mail', async () => {
    const slow = await startScriptedServer({ RCPT: 'silence' });
    const mailer = createSmtpMailer(smtpSettings(slow.port), { deadlineMs: 100 });
    const outcome = await mailer.send({ from: 'a@example.org', to: two }, Buffer.from(body), unasked);
    assert.equal(outcome.state, 'deferred');
    assert.match(outcome.state === 'deferred' ? outcome.reason : '', /longer than 0\.1 seconds/);
    await mailer.close();
    await slow.close();
  });

  it('a deadline that passes after the hand-over leaves the mail unknown', async () => {
    const slow = await startScriptedServer({ dot: 'silence' });
    const mailer = createSmtpMailer(smtpSettings(slow.port), { deadlineMs: 1_000 });
    const outcome = await mailer.send({ from: 'a@example.org', to: two }, Buffer.from(body), async () => {});
    assert.equal(outcome.state, 'unknown');
    await mailer.close();
    await slow.close();
  });
});

describe('connections to the mail server', () => {
  const mail = Buffer.from('Subject: x\r\n\r\nhello\r\n');

  it('one connection carries several messages and ends with QUIT', async () => {
    const server = await startScriptedServer({});
    const mailer = createSmtpMailer(smtpSettings(server.port), patient);
    for (let i = 0; i < 3; i++)
      assert.equal((await mailer.send(envelope, mail, async () => {})).state, 'accepted');
    await mailer.close();
    assert.equal(server.connections, 1);
    assert.equal(server.messages.length, 3);
    assert.equal(server.commands.at(-1), 'QUIT');
    await server.close();
  });

  it('a connection is closed when no message follows', async () => {
    const server = await startScriptedServer({});
    const mailer = createSmtpMailer(smtpSettings(server.port), { ...patient, idleMs: 20 });
    await mailer.send(envelope, mail, async () => {});
    await until(() => server.commands.at(-1) === 'QUIT');
    await server.close();
  });

  for (const [what, MAIL] of [
    ['closed', ['250 ok', 'close', '250 ok']],
    ['ended with 421', ['250 ok', { thenClose: '421 one message a connection' }, '250 ok']],
  ] as const) {
    it(`an idle connection that the server has ${what} is replaced by a new one, and the mark is set once`, async () => {
      const server = await startScriptedServer({ MAIL });
      const mailer = createSmtpMailer(smtpSettings(server.port), patient);
      await mailer.send(envelope, mail, async () => {});
      let asked = 0;
      const outcome = await mailer.send(envelope, mail, async () => void asked++);
      await mailer.close();
      assert.equal(outcome.state, 'accepted');
      assert.equal(asked, 1);
      assert.equal(server.connections, 2);
      assert.equal(server.messages.length, 2);
      await server.close();
    });
  }

  it('a mail whose connection is lost after the hand-over is never tried again', async () => {
    const server = await startScriptedServer({ dot: ['250 ok', 'close', '250 ok'] });
    const mailer = createSmtpMailer(smtpSettings(server.port), patient);
    await mailer.send(envelope, mail, async () => {});
    let asked = 0;
    const outcome = await mailer.send(envelope, mail, async () => void asked++);
    await mailer.close();
    await server.close();
    assert.equal(outcome.state, 'unknown');
    assert.deepEqual([asked, server.connections, server.messages.length], [1, 1, 2]);
  });

  for (const [what, waited] of [
    ['a little longer than it may wait', 5_001],
    ['for an hour', 3_600_000],
    ['while the clock was set back', -1],
  ] as const) {
    it(`a connection that slept ${what} with this process is not used again`, async (context) => {
      const server = await startScriptedServer({});
      let now = 1_000_000;
      // The idle timer never fires, as in a frozen process; only the clock has gone on.
      const mailer = createSmtpMailer(smtpSettings(server.port), {
        ...patient,
        idleMs: 5_000,
        now: () => now,
      });
      context.after(async () => {
        await mailer.close();
        await server.close();
      });
      await mailer.send(envelope, mail, async () => {});
      now += waited;
      assert.equal((await mailer.send(envelope, mail, async () => {})).state, 'accepted');
      assert.equal(server.connections, 2);
      now += 4_999;
      assert.equal((await mailer.send(envelope, mail, async () => {})).state, 'accepted');
      assert.equal(server.connections, 2, 'a young one is used again');
    });
  }

  it('a mailer that was closed leaves no connection behind', async () => {
    const server = await startScriptedServer({});
    const mailer = createSmtpMailer(smtpSettings(server.port), patient);
    const sending = mailer.send(envelope, mail, async () => {});
    await mailer.close();
    assert.equal((await sending).state, 'accepted');
    await until(() => server.commands.at(-1) === 'QUIT');
    await server.close();
  });
});

const unasked = () => Promise.reject(new Error('nothing is to be handed over'));

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turns(1);
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await setImmediate();
}
