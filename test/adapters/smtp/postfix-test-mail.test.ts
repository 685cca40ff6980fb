import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { SmtpSettings } from '#adapters/smtp/settings.ts';
import { sendTestMail } from '#adapters/smtp/test-mail.ts';
import {
  CLERK,
  MAILBOXES,
  NOBODY,
  PINNED,
  POSTFIX_MISSING,
  type Postfix,
  pinOf,
  SENDER,
  startPostfix,
  TILL,
} from '#test/support/mail/postfix.ts';
import type { ServiceName } from '#test/support/mail/postfix-config.ts';
import { smtpSettings } from '#test/support/mail/smtp-server.ts';

type Over = Partial<SmtpSettings>;

const { own, customer } = MAILBOXES;
const LOGIN = { ...PINNED, ...CLERK };

describe('the test mail through Postfix', { skip: POSTFIX_MISSING }, () => {
  let postfix: Postfix;
  before(async () => {
    postfix = await startPostfix();
  });
  after(() => postfix.close());

  const test = (service: ServiceName, over: Over, to: string = own) =>
    sendTestMail(
      smtpSettings(postfix.ports[service], over),
      { from: SENDER, to: [to] },
      Buffer.from(`From: <${SENDER}>\r\nTo: <${to}>\r\nSubject: test\r\n\r\nhello\r\n`),
    );

  for (const login of ['PLAIN', 'LOGIN', 'CRAM-MD5'] as const) {
    it(`the report shows the conversation with ${login}, without the password`, async () => {
      const report = await test(`${login} alone`, LOGIN, customer);
      assert.equal(report.outcome.state, 'accepted', report.summary);
      const { conversation } = report;
      assert.equal(conversation[0], 'S: 220 mail.wiesengrund.example ESMTP Postfix');
      const commands = conversation.flatMap((line) => /^C: ([A-Z]+)/.exec(line)?.[1] ?? []);
      const steps = ['EHLO', 'STARTTLS', 'EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA', 'QUIT'];
      assert.deepEqual(
        commands.filter((command) => steps.includes(command)),
        steps,
      );
      assert.ok(conversation.some((line) => line.startsWith('S: 235 2.7.0 ')));
      const told = [...conversation, report.reply, report.summary].join('\n');
      const secrets = [CLERK.password, `\0${CLERK.user}\0${CLERK.password}`].flatMap((secret) => [
        secret,
        Buffer.from(secret).toString('base64'),
      ]);
      for (const secret of secrets) assert.ok(!told.includes(secret));
      assert.match(report.reply, /^250 2\.0\.0 Ok: queued as/);
      assert.ok(report.summary.includes(customer));
    });
  }

  it('the report names protocol, cipher and certificate', async () => {
    for (const [service, protocol] of [
      ['TLS 1.2', 'TLSv1.2'],
      ['TLS 1.3', 'TLSv1.3'],
    ] as const) {
      const { encryption } = await test(service, PINNED);
      assert.equal(encryption?.protocol, protocol);
      assert.match(encryption?.cipher ?? '', protocol === 'TLSv1.2' ? /^ECDHE-ECDSA-/ : /^TLS_/);
      const { subject, issuer, validTo, sha256 } = encryption!.certificate;
      assert.match(subject, /CN=Postfix for tests/);
      assert.equal(issuer, subject);
      assert.equal(Date.parse(validTo), Date.parse('2125-01-01T00:00:00Z'));
      assert.equal(sha256, PINNED.pin);
    }
  });

  it('the report shows a refused certificate and its last day, so that it can be pinned', async () => {
    const { outcome, encryption, summary } = await test('expired', { encryption: 'starttls', ...CLERK });
    assert.equal(outcome.state, 'held');
    const { validTo, problem, sha256 } = encryption!.certificate;
    assert.equal(Date.parse(validTo), Date.parse('2021-01-01T00:00:00Z'));
    assert.equal(problem, 'CERT_HAS_EXPIRED');
    assert.equal(sha256, pinOf('expired'));
    assert.ok(summary.includes(sha256));
  });

  it('the report has no certificate where nothing is encrypted', async () => {
    const { outcome, encryption } = await test('plain', {});
    assert.deepEqual([outcome.state, encryption], ['accepted', undefined]);
  });

  const summaries: readonly [what: string, ServiceName, Over, remedy: RegExp, to?: string][] = [
    ['the password', 'submission', { ...LOGIN, password: 'x' }, /mail\.smtp\.password/],
    ['the missing login', 'submission', PINNED, /mail\.smtp\.user/, customer],
    ['the sender', 'submission', { ...PINNED, ...TILL }, /mail\.sender\.address/, customer],
    ['the encryption', 'plain', PINNED, /mail\.smtp\.encryption/],
    ['the pin', 'starttls', { ...PINNED, pin: pinOf('expired') }, /mail\.smtp\.pin/],
    ['the recipient', 'plain', {}, /niemand@wiesengrund\.example.*550 5\.1\.1/, NOBODY],
  ];
  for (const [what, service, over, remedy, to] of summaries) {
    it(`the summary says in one line what is wrong: ${what}`, async () => {
      const { summary } = await test(service, over, to);
      assert.match(summary, remedy);
      assert.ok(!summary.includes('\n'));
    });
  }
});
