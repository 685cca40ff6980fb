import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SmtpSettings } from '#adapters/smtp/settings.ts';
import { sendTestMail } from '#adapters/smtp/test-mail.ts';
import { startScriptedServer } from '#test/support/mail/scripted-smtp.ts';
import { smtpSettings, startSmtpServer } from '#test/support/mail/smtp-server.ts';

const envelope = { from: 'rechnung@example.org', to: ['chef@example.org'] };
const message = Buffer.from('Subject: test\r\n\r\nhello\r\n');
const user = 'kässe@example.org';
const password = 'geheim "42" %/ä€';
const trusting = { encryption: 'starttls', certificate: 'any' } as const;

/** Sends one mail with the login, to a server that knows the password and offers these methods. */
async function trial(offered: readonly string[], over: Partial<SmtpSettings> = {}, known = password) {
  const logins: string[] = [];
  const server = await startSmtpServer({
    authMethods: [...offered],
    authOptional: false,
    onAuth: (auth, _session, done) => {
      logins.push(auth.method);
      const right = auth.method === 'CRAM-MD5' ? auth.validatePassword!(known) : auth.password === known;
      done(null, auth.username === user && right ? { user } : { message: 'wrong password' });
    },
  });
  const settings = smtpSettings(server.port, { ...trusting, user, password, ...over });
  const report = await sendTestMail(settings, envelope, message).finally(server.close);
  return { ...report, logins };
}

describe('the login at the mail server', { concurrency: 4 }, () => {
  for (const [login, method] of [
    ['plain', 'PLAIN'],
    ['login', 'LOGIN'],
    ['cram-md5', 'CRAM-MD5'],
  ] as const) {
    for (const chosen of ['auto', login] as const) {
      it(`the login works by ${method}, ${chosen === 'auto' ? 'the only one that is offered' : 'as it is set'}`, async () => {
        const offered = chosen === 'auto' ? [method] : ['PLAIN', 'LOGIN', 'CRAM-MD5'];
        const report = await trial(offered, { login: chosen });
        assert.equal(report.outcome.state, 'accepted', report.summary);
        assert.deepEqual([report.login, report.logins], [method, [method]]);
      });
    }

    it(`a login by ${method} with a wrong password leaves the mail held`, async () => {
      const { outcome, summary, ...report } = await trial([method], {}, 'another one');
      assert.equal(outcome.state, 'held');
      assert.match(
        summary,
        /refuses the login of kässe@example\.org: 535 .*mail\.smtp\.user and mail\.smtp\.password/,
      );
      assert.equal(report.login, method);
    });

    it(`a login by ${method} that the server does not offer leaves the mail held before the login begins`, async () => {
      const others = ['PLAIN', 'LOGIN', 'CRAM-MD5'].filter((it) => it !== method);
      const { outcome, summary, logins, conversation } = await trial(others, { login });
      assert.equal(outcome.state, 'held');
      assert.ok(
        summary.includes(`no login by ${method}, only ${others.join(', ')}; set mail.smtp.login to auto`),
        summary,
      );
      assert.deepEqual(logins, []);
      assert.ok(!conversation.some((line) => line.startsWith('C: AUTH')));
    });
  }

  it('the login chooses the first of PLAIN, LOGIN and CRAM-MD5 that is offered, in any order', async () => {
    assert.equal((await trial(['CRAM-MD5', 'LOGIN', 'PLAIN'])).login, 'PLAIN');
    assert.equal((await trial(['CRAM-MD5', 'LOGIN'])).login, 'LOGIN');
  });

  it('there is no login where no user is set', async () => {
    const { outcome, login, logins } = await trial(['PLAIN'], { user: '' });
    assert.deepEqual([outcome.state, login, logins], ['held', undefined, []]);
  });

  const bare = { encryption: 'none', allowPlainLogin: true, user: 'kasse', password: 'geheim' } as const;
  for (const [what, ehlo, reason] of [
    [
      'only by what is not spoken here',
      '250-x\r\n250 AUTH XOAUTH2 NTLM',
      /only XOAUTH2, NTLM; ask your provider/,
    ],
    [
      'not at all',
      '250-x\r\n250 8BITMIME',
      /no login on this connection; set mail\.smtp\.port .* or empty mail\.smtp\.user/,
    ],
    ['only after STARTTLS', '250-x\r\n250 STARTTLS', /no login .*; set mail\.smtp\.encryption to starttls/],
  ] as const) {
    it(`the mail is held where a login is offered ${what}`, async () => {
      const server = await startScriptedServer({ EHLO: ehlo });
      const report = await sendTestMail(smtpSettings(server.port, bare), envelope, message);
      await server.close();
      assert.equal(report.outcome.state, 'held');
      assert.match(report.summary, reason);
      assert.ok(!server.commands.some((line) => line.startsWith('AUTH')));
    });
  }

  it('an offer in the form used before the standard (AUTH=LOGIN PLAIN) is understood', async () => {
    const server = await startScriptedServer({ EHLO: '250-x\r\n250 AUTH=LOGIN PLAIN', AUTH: '235 welcome' });
    const report = await sendTestMail(
      smtpSettings(server.port, { ...bare, login: 'plain' }),
      envelope,
      message,
    );
    await server.close();
    assert.deepEqual([report.outcome.state, report.login], ['accepted', 'PLAIN']);
  });
});
