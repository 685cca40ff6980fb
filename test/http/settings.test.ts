import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { sendTestMail } from '#adapters/smtp/test-mail.ts';
import { readJournal } from '#core/repositories/journal.ts';
import { findSettings, SETTINGS_PARTITION } from '#core/repositories/settings.ts';
import { type HttpDairy, httpDairy } from '#test/support/api/http-dairy.ts';
import { LOOPBACK_CERTIFICATE, smtpSettings, startSmtpServer } from '#test/support/mail/smtp-server.ts';

const company = { name: 'Wiesengrund', street: 'Weg 1', zip: '12345', city: 'Ulm', vatId: 'DE123456788' };
const withSmtp = (smtp: object) => ({
  company,
  mail: { transport: 'smtp', smtp: { host: 'mail.example', ...smtp } },
});

describe('settings of the mail server over HTTP', () => {
  let dairy: HttpDairy;
  before(async () => {
    dairy = await httpDairy();
  });
  after(() => dairy.close());
  const put = (smtp: object) => dairy.call('PUT', '/api/settings', withSmtp(smtp));
  const lastEntry = async () => {
    const { table, hasher } = dairy.deps;
    const { journal } = (await findSettings(table))!.value;
    return (await readJournal(table, hasher, SETTINGS_PARTITION, journal)).entries.at(-1)!;
  };

  it('an encryption by the name TLS or SSL is refused with the name it has here', async () => {
    for (const [encryption, name] of [
      ['TLS', 'starttls-if-offered'],
      ['SSL', 'tls'],
    ]) {
      const answer = await put({ encryption });
      const { detail, errors } = (await answer.json()) as { detail: string; errors?: unknown };
      assert.equal(answer.status, 422);
      assert.match(
        `${detail} ${JSON.stringify(errors)}`,
        new RegExp(`encryption.*${encryption} is ${name} here`),
      );
    }
  });

  it('settings that are less than safe are kept, with warnings in the answer and in the journal', async () => {
    const answer = (await (
      await put({ certificate: 'any', user: 'kasse', password: 'geheim-42' })
    ).json()) as {
      notices: string[];
    };
    assert.match(answer.notices.join(), /^mail\.smtp\.certificate is any: /);
    const { data, event } = await lastEntry();
    assert.deepEqual(
      [event, (data as { warnings: string[] }).warnings],
      ['settings changed', answer.notices],
    );

    const shown = (await (await dairy.call('GET', '/api/settings')).json()) as ReturnType<typeof withSmtp> & {
      mail: { smtp: { warnings: string[] } };
    };
    assert.deepEqual(shown.mail.smtp.warnings, answer.notices);
    const same = (await (await dairy.call('PUT', '/api/settings', shown)).json()) as object;
    assert.deepEqual(same, { settings: shown, changed: false, notices: answer.notices });

    const safe = (await (await put({ certificate: 'verify', user: 'kasse' })).json()) as {
      notices: string[];
    };
    assert.deepEqual(safe.notices, []);
    const entry = await lastEntry();
    assert.ok(!('warnings' in (entry.data as object)));
    assert.ok(!JSON.stringify([entry, answer, safe]).includes('geheim-42'));
  });

  it('the document of the API describes the names that other programs use', async () => {
    const document = await (await dairy.call('GET', '/openapi.json')).text();
    assert.match(document, /which other programs call \\"TLS\\"/);
    assert.match(document, /which other programs call \\"SSL\\"/);
  });
});

it('a test mail over HTTP tells encryption, certificate and login', async (context) => {
  const server = await startSmtpServer({
    onAuth: ({ username }, _session, done) => done(null, { user: username }),
  });
  context.after(server.close);
  const over = { encryption: 'starttls', certificate: 'any', user: 'kasse', password: 'geheim-42' } as const;
  const dairy = await httpDairy({
    testMail: (to) =>
      sendTestMail(
        smtpSettings(server.port, over),
        { from: 'rechnung@example.org', to: [to] },
        Buffer.from('Subject: x\r\n\r\nhello\r\n'),
      ),
  });
  context.after(dairy.close);
  const answer = await dairy.call('POST', '/api/settings/test-mail', { to: 'buero@kunde.example' });
  const text = await answer.text();
  const told = JSON.parse(text);
  assert.deepEqual(
    [answer.status, told.state, told.login, told.reply],
    [200, 'accepted', 'PLAIN', '250 taken as 1'],
  );
  assert.match(told.encryption.protocol, /^TLSv1\.[23]$/);
  const { fingerprint256 } = new X509Certificate(LOOPBACK_CERTIFICATE);
  const { sha256, problem, explanation, validTo, names } = told.encryption.certificate;
  assert.equal(sha256, fingerprint256.replaceAll(':', '').toLowerCase());
  assert.deepEqual(
    [problem, explanation, names],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'is self-signed', ['127.0.0.1']],
  );
  assert.match(validTo, /^2126-\d\d-\d\dT/);
  assert.ok(!text.includes('geheim-42') && !text.includes(Buffer.from('geheim-42').toString('base64')));
});
