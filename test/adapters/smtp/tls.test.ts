import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { createSmtpMailer } from '#adapters/smtp/mailer.ts';
import type { SmtpSettings } from '#adapters/smtp/settings.ts';
import type { MailOutcome } from '#core/ports.ts';
import { LOOPBACK_CERTIFICATE, smtpSettings, startSmtpServer } from '#test/support/mail/smtp-server.ts';

const pin = new X509Certificate(LOOPBACK_CERTIFICATE).fingerprint256;
const login = { user: 'kasse', password: 'geheim-42' };

async function trial(encryption: SmtpSettings['encryption'], over: Partial<SmtpSettings> = {}) {
  const logins: unknown[] = [];
  const server = await startSmtpServer({
    secure: encryption === 'tls',
    onAuth: ({ username, password }, session, done) => {
      logins.push([username, password, session.secure]);
      done(null, { user: username });
    },
  });
  const mailer = createSmtpMailer(smtpSettings(server.port, { encryption, ...over }));
  const outcome = await mailer.send(
    { from: 'rechnung@example.org', to: ['kunde@example.org'] },
    Buffer.from('Subject: x\r\n\r\nhello\r\n'),
    async () => {},
  );
  await mailer.close();
  await server.close();
  return { outcome, logins, received: server.received.length };
}

const reasonOf = (outcome: MailOutcome) => (outcome.state === 'accepted' ? '' : outcome.reason);

for (const encryption of ['starttls', 'tls', 'starttls-if-offered'] as const) {
  describe(`TLS by ${encryption}`, () => {
    it('an untrusted certificate is refused before the password is sent', async () => {
      const { outcome, logins, received } = await trial(encryption, login);
      assert.equal(outcome.state, 'held');
      assert.match(reasonOf(outcome), /DEPTH_ZERO_SELF_SIGNED_CERT.*mail\.smtp\.certificate.*[0-9a-f]{64}/);
      assert.deepEqual([logins, received], [[], 0]);
    });

    it('the pinned certificate is accepted, and the login goes over TLS', async () => {
      const { outcome, logins, received } = await trial(encryption, { ...login, certificate: 'pin', pin });
      assert.equal(outcome.state, 'accepted', reasonOf(outcome));
      assert.deepEqual([logins, received], [[['kasse', 'geheim-42', true]], 1]);
    });

    it('a certificate other than the pinned one is refused', async () => {
      const { outcome, logins } = await trial(encryption, {
        ...login,
        certificate: 'pin',
        pin: 'AB'.repeat(32),
      });
      assert.equal(outcome.state, 'held');
      assert.match(reasonOf(outcome), /mail\.smtp\.pin/);
      assert.deepEqual(logins, []);
    });

    it('any certificate is accepted when the settings say so', async () => {
      assert.equal((await trial(encryption, { certificate: 'any' })).outcome.state, 'accepted');
    });
  });
}

it('a malformed pin is refused before anything is sent', async () => {
  const { outcome } = await trial('tls', { certificate: 'pin', pin: 'ab:cd' });
  assert.equal(outcome.state, 'held');
  assert.match(reasonOf(outcome), /64 hexadecimal digits/);
});

it('a certificate that this machine trusts is accepted, but not for another host name', async () => {
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, LOOPBACK_CERTIFICATE]);
  try {
    assert.equal((await trial('tls')).outcome.state, 'accepted');
    assert.equal((await trial('starttls')).outcome.state, 'accepted');
    for (const encryption of ['tls', 'starttls'] as const) {
      const { outcome } = await trial(encryption, { host: 'localhost' });
      assert.equal(outcome.state, 'held');
      assert.match(reasonOf(outcome), /ERR_TLS_CERT_ALTNAME_INVALID/);
    }
  } finally {
    setDefaultCACertificates(before);
  }
});
