import { createSmtpMailer } from '#adapters/smtp/mailer.ts';
import { mailerContract } from '#test/contracts/mailer-contract.ts';
import { smtpSettings, startSmtpServer } from '#test/support/mail/smtp-server.ts';

for (const hidePIPELINING of [false, true]) {
  mailerContract(`SMTP ${hidePIPELINING ? 'without' : 'with'} pipelining`, 'for each', async () => {
    const server = await startSmtpServer({
      hidePIPELINING,
      onRcptTo: ({ address }, _session, done) =>
        done(
          address.startsWith('nobody@')
            ? Object.assign(new Error('no such user'), { responseCode: 550 })
            : null,
        ),
    });
    return {
      mailer: createSmtpMailer(smtpSettings(server.port)),
      received: async () => server.received,
      recipient: 'kunde@example.org',
      refusedRecipient: 'nobody@example.org',
      close: server.close,
    };
  });
}
