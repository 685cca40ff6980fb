import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import type { SmtpSettings } from '#adapters/smtp/settings.ts';
import { sendTestMail } from '#adapters/smtp/test-mail.ts';
import { startScriptedServer } from '#test/support/mail/scripted-smtp.ts';
import { LOOPBACK_CERTIFICATE, smtpSettings, startSmtpServer } from '#test/support/mail/smtp-server.ts';

const envelope = { from: 'rechnung@example.org', to: ['chef@example.org'] };
const message = Buffer.from('Subject: test\r\n\r\nhello\r\n');
const login = { user: 'kasse', password: 'geheim-42' };
const secrets = [
  login.password,
  ...[login.password, `\0${login.user}\0${login.password}`].map((it) => Buffer.from(it).toString('base64')),
];

async function trial(over: Partial<SmtpSettings>, accept = true, methods = ['PLAIN']) {
  const server = await startSmtpServer({
    authMethods: methods,
    onAuth: ({ username }, _session, done) =>
      accept ? done(null, { user: username }) : done(new Error('wrong password')),
  });
  return sendTestMail(smtpSettings(server.port, over), envelope, message).finally(server.close);
}

describe('the test mail', () => {
  for (const method of ['PLAIN', 'LOGIN', 'CRAM-MD5'] as const) {
    it(`the report shows the conversation without the credentials (${method})`, async () => {
      const settings = { ...login, encryption: 'starttls', certificate: 'any' } as const;
      const { conversation } = await trial(settings, method !== 'CRAM-MD5', [method]);
      assert.match(conversation[0]!, /^S: 220 /);
      assert.ok(conversation.some((line) => line.startsWith('C: EHLO ')));
      const at = conversation.findIndex((line) => line.startsWith(`C: AUTH ${method}`));
      assert.ok(at > 0);
      const said = conversation.slice(at).filter((line) => line.startsWith('C: '));
      for (const line of said.slice(0, method === 'LOGIN' ? 3 : 1))
        assert.match(line, /^C: (?:AUTH \S+(?: \*\*\*)?|\*\*\*)$/);
      for (const secret of secrets) assert.ok(!conversation.join('\n').includes(secret));
    });
  }

  it('the report names protocol, cipher and certificate, and the last reply', async () => {
    const report = await trial({ encryption: 'starttls', certificate: 'any' });
    assert.equal(report.outcome.state, 'accepted');
    assert.equal(report.reply, '250 taken as 1');
    assert.match(report.summary, /took the mail for chef@example\.org/);
    assert.match(report.encryption!.protocol, /^TLSv1\.[23]$/);
    assert.notEqual(report.encryption!.cipher, '');
    const { sha256, subject, problem } = report.encryption!.certificate;
    assert.equal(
      sha256,
      new X509Certificate(LOOPBACK_CERTIFICATE).fingerprint256.replaceAll(':', '').toLowerCase(),
    );
    assert.match(subject, /mail server for tests/);
    assert.equal(problem, 'DEPTH_ZERO_SELF_SIGNED_CERT');
  });

  it('the report shows a refused certificate, so that it can be pinned', async () => {
    const report = await trial({ encryption: 'starttls' });
    assert.equal(report.outcome.state, 'held');
    assert.ok(report.summary.includes(report.encryption!.certificate.sha256));
  });

  it('the report says which settings to change when the login is refused', async () => {
    const report = await trial({ ...login, encryption: 'starttls', certificate: 'any' }, false);
    assert.equal(report.outcome.state, 'held');
    assert.match(report.summary, /wrong password.*mail\.smtp\.user.*mail\.smtp\.password/);
  });

  it('the report repeats what the server said about the recipient', async () => {
    const server = await startScriptedServer({ RCPT: '550 5.1.1 no such user' });
    const report = await sendTestMail(smtpSettings(server.port), envelope, message).finally(server.close);
    assert.match(report.summary, /chef@example\.org: 550 5\.1\.1 no such user/);
    assert.equal(report.encryption, undefined);
    assert.ok(report.conversation.includes('C: RCPT TO:<chef@example.org>'));
  });
});
