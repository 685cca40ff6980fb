import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { SmtpSettings } from '#adapters/smtp/settings.ts';
import { sendTestMail } from '#adapters/smtp/test-mail.ts';
import { testMailCommand } from '#cli/commands/test-mail.ts';
import { smtpSettings, startSmtpServer } from '#test/support/mail/smtp-server.ts';

/** Runs the command and returns its text, its JSON and its exit code. */
async function printed(over: Partial<SmtpSettings>) {
  const server = await startSmtpServer({
    onAuth: ({ username }, _session, done) => done(null, { user: username }),
  });
  const said: { text: string; json: unknown }[] = [];
  const context = {
    program: {
      testMail: (to: string) =>
        sendTestMail(
          smtpSettings(server.port, over),
          { from: 'rechnung@example.org', to: [to] },
          Buffer.from('Subject: x\r\n\r\nhello\r\n'),
        ),
    },
    print: (text: string, json: unknown) => void said.push({ text, json }),
  };
  type Run = typeof testMailCommand.run;
  const code = await testMailCommand
    .run({ words: { address: 'chef@example.org' }, options: {} }, context as unknown as Parameters<Run>[1])
    .finally(server.close);
  return { code, ...said[0]! };
}

it('a test mail prints conversation, encryption, certificate, login, last reply and what it means', async () => {
  const { code, text, json } = await printed({
    encryption: 'starttls',
    certificate: 'any',
    user: 'kasse',
    password: 'geheim-42',
  });
  assert.equal(code, 0);
  assert.match(
    text,
    new RegExp(
      [
        '^S: 220 .*',
        'Encryption +TLSv1\\.[23], \\S+',
        'Certificate +CN=mail server for tests',
        '  for +127\\.0\\.0\\.1',
        '  issued by +CN=mail server for tests',
        '  expires +2126-\\S+',
        '  SHA-256 +[0-9a-f]{64}',
        '  trusted +no: it is self-signed \\(DEPTH_ZERO_SELF_SIGNED_CERT\\)',
        'Login +PLAIN',
        'Last reply +250 taken as 1',
        '',
        'The mail server took the mail for chef@example\\.org: 250 taken as 1$',
      ].join('\n'),
      's',
    ),
  );
  assert.ok(!text.includes('geheim-42') && !JSON.stringify(json).includes('geheim-42'));
  assert.match(JSON.stringify(json), /"sha256":"[0-9a-f]{64}".*"login":"PLAIN"/);
});

it('a test mail that was not accepted says that there was no encryption and no login', async () => {
  const { code, text } = await printed({ encryption: 'none', user: 'kasse', password: 'geheim-42' });
  assert.equal(code, 1);
  assert.match(
    text,
    /\nEncryption +none\nLogin +none\nLast reply +250.*\n\nThe connection to .* is not encrypted/,
  );
});
