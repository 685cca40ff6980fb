import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { createSmtpMailer } from '#adapters/smtp/mailer.ts';
import { mask } from '#adapters/smtp/mask.ts';
import { sendTestMail } from '#adapters/smtp/test-mail.ts';
import { startScriptedServer } from '#test/support/mail/scripted-smtp.ts';
import { smtpSettings } from '#test/support/mail/smtp-server.ts';

const envelope = { from: 'rechnung@example.org', to: ['chef@example.org'] };
const message = Buffer.from('Subject: test\r\n\r\nhello\r\n');
const user = 'kasse';
const base64 = (text: string) => Buffer.from(text).toString('base64');
const challenge = '<1896.697170952@postoffice.example>';

const PASSWORDS = ['geheim-42', 'Ärger & "Mühe" = 100 %/\\', 'zwei Wörter+<drei>', 'x€', "a b'c!(*)"];
const digest = (password: string) => `${user} ${createHmac('md5', password).update(challenge).digest('hex')}`;

/** The ways in which a talkative server might repeat a password. */
const ECHOES: Readonly<Record<string, (password: string) => string>> = {
  'as it is': (it) => `bad password ${it} for ${user}`,
  'in capitals': (it) => `BAD PASSWORD ${it.toUpperCase()}`,
  'in base64': (it) => `bad credentials ${base64(it)}`,
  'in base64 without its padding': (it) => `bad credentials ${base64(it).replace(/=+$/, '')}`,
  'as PLAIN sends it': (it) => `bad credentials ${base64(`\0${user}\0${it}`)}`,
  'as others send PLAIN': (it) => `bad credentials [${base64(`${user}\0${user}\0${it}`)}]`,
  'as CRAM-MD5 sends it': (it) => `bad response ${base64(digest(it))}`,
  'as a digest': (it) => `bad response ${digest(it)}`,
  'in a URL': (it) => `see https://help.example/?user=${user}&password=${encodeURIComponent(it)}&from=smtp`,
  'as a form': (it) => `POST ${new URLSearchParams({ password: it })}`,
  'in JSON': (it) => JSON.stringify({ error: 'auth', user, password: it }),
  'in ASCII JSON': (it) =>
    JSON.stringify({ password: it }).replace(
      /[^ -~]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  'in HTML': (it) =>
    `<b>${it.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')}</b>`,
  'in hexadecimal': (it) => `bad bytes ${Buffer.from(it).toString('hex')}`,
};

/** Lists everything that would give the password away, whatever stands around it. */
const tellTales = (password: string) => [
  password,
  base64(password).replace(/=+$/, ''),
  base64(`\0${user}\0${password}`),
  base64(digest(password)),
  digest(password),
  encodeURIComponent(password),
  new URLSearchParams({ '': password }).toString().slice(1),
  JSON.stringify(password).slice(1, -1),
  Buffer.from(password).toString('hex'),
];

describe('the secrecy of passwords', { concurrency: 8 }, () => {
  for (const method of ['PLAIN', 'LOGIN', 'CRAM-MD5'] as const) {
    for (const [how, echo] of Object.entries(ECHOES)) {
      it(`the password stays hidden when a login by ${method} is refused and the server repeats it ${how}`, async () => {
        for (const password of PASSWORDS) {
          const refusal = `535-5.7.8 no\r\n535 5.7.8 ${echo(password)}`;
          const first = {
            PLAIN: [],
            LOGIN: ['334 VXNlcm5hbWU6', '334 UGFzc3dvcmQ6'],
            'CRAM-MD5': [`334 ${base64(challenge)}`],
          };
          const server = await startScriptedServer({
            EHLO: `250-x\r\n250 AUTH ${method}`,
            AUTH: [...first[method], refusal],
          });
          const settings = smtpSettings(server.port, { user, password, allowPlainLogin: true });
          const logged: unknown[] = [];
          const report = await sendTestMail(settings, envelope, message);
          const again = await startScriptedServer({
            EHLO: `250-x\r\n250 AUTH ${method}`,
            AUTH: [...first[method], refusal],
          });
          const mailer = createSmtpMailer(
            { ...settings, port: again.port },
            { log: (...entry) => void logged.push(entry) },
          );
          const outcome = await mailer.send(envelope, message, async () => {});
          await Promise.all([mailer.close(), server.close(), again.close()]);

          assert.equal(report.outcome.state, 'held');
          assert.equal(outcome.state, 'held');
          assert.equal(report.login, method);
          assert.match(report.summary, /535.*\*\*\*/, 'the rest of what was said stays');
          const told = [
            report.conversation.join('\n'),
            report.reply,
            report.summary,
            outcome.reason,
            JSON.stringify(logged),
          ].join('\n');
          for (const tellTale of tellTales(password))
            assert.ok(!told.includes(tellTale), `${tellTale} in\n${told}`);
        }
      });
    }
  }

  it('a password that is a common word is masked wherever the word stands', () => {
    assert.equal(
      mask('535 Mail login as mail failed', { user, password: 'mail' }),
      '535 *** login as *** failed',
    );
  });

  it('a text without a password stays as it is', () => {
    const said =
      '250-mx.example PIPELINING SIZE 52428800 VRFY <a@b.example> 4bf92f3577b34da6a3ce929d0e0e4736 dGhhbmtz';
    assert.equal(mask(said, { user, password: 'geheim-42' }), said);
    assert.equal(mask(said, { user: '', password: undefined }), said);
  });
});
