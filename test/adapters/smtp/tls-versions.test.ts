import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_CIPHERS } from 'node:tls';
import { sendTestMail } from '#adapters/smtp/test-mail.ts';
import { smtpSettings, startSmtpServer } from '#test/support/mail/smtp-server.ts';

const VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
const envelope = { from: 'rechnung@example.org', to: ['chef@example.org'] };
const message = Buffer.from('Subject: test\r\n\r\nhello\r\n');

describe('the oldest TLS version that is accepted', { concurrency: 8 }, () => {
  for (const encryption of ['starttls', 'starttls-if-offered', 'tls'] as const) {
    for (const [at, minTls] of VERSIONS.entries()) {
      for (const [newest, maxVersion] of VERSIONS.entries()) {
        const spoken = newest >= at;
        it(`${encryption} with at least ${minTls}, at a server up to ${maxVersion}, ends as: ${spoken ? maxVersion : 'held'}`, async () => {
          const server = await startSmtpServer({
            secure: encryption === 'tls',
            minVersion: 'TLSv1',
            maxVersion,
            ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=0`,
          });
          const settings = smtpSettings(server.port, { encryption, minTls, certificate: 'any' });
          const report = await sendTestMail(settings, envelope, message).finally(server.close);
          assert.equal(report.outcome.state, spoken ? 'accepted' : 'held', report.summary);
          assert.equal(report.encryption?.protocol, spoken ? maxVersion : undefined);
          assert.equal(server.received.length, spoken ? 1 : 0);
          if (!spoken) {
            assert.ok(
              report.summary.includes(`older than mail.smtp.minTls, which is ${minTls}: `),
              report.summary,
            );
          }
        });
      }
    }
  }
});
