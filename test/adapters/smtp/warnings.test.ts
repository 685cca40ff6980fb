import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createSmtpMailer } from '#adapters/smtp/mailer.ts';
import { smtpSettings, startSmtpServer } from '#test/support/mail/smtp-server.ts';

it('a mailer that checks no certificate warns once in the log, however many mails it sends', async (context) => {
  const server = await startSmtpServer();
  context.after(server.close);
  const logged: unknown[] = [];
  const settings = smtpSettings(server.port, { encryption: 'starttls', certificate: 'any' });
  const mailer = createSmtpMailer(settings, { log: (...entry) => void logged.push(entry) });
  for (let i = 0; i < 2; i++) {
    const envelope = { from: 'rechnung@example.org', to: ['kunde@example.org'] };
    assert.equal((await mailer.send(envelope, Buffer.from('x\r\n'), async () => {})).state, 'accepted');
  }
  await mailer.close();
  assert.equal(logged.length, 1);
  assert.match(
    JSON.stringify(logged),
    /"warn","mail settings less than safe",\{"warning":"mail\.smtp\.certificate is any: /,
  );
});

it('a mailer with safe settings logs no warning', async () => {
  const logged: unknown[] = [];
  await createSmtpMailer(smtpSettings(25, { encryption: 'tls' }), {
    log: (...it) => void logged.push(it),
  }).close();
  assert.deepEqual(logged, []);
});
