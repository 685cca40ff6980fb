import { defineCommand } from '#cli/command.ts';
import { mailAddress } from '#core/domain/mail-address.ts';
import type { TestMailReport } from '#wiring/test-mail.ts';

export const testMailCommand = defineCommand({
  help: [
    [
      'test-mail ADDRESS',
      'send one test mail; shows the conversation, and what to change ("TLS" of other programs is encryption starttls-if-offered here, "SSL" is tls: docs/mailing.md)',
    ],
  ],
  words: {
    address: {
      schema: mailAddress,
      shown: 'ADDRESS',
      does: 'who gets the test mail',
      required: 'Say where to: test-mail ADDRESS.',
    },
  },
  options: {},
  async run({ words: { address } }, { program, print }) {
    const report = await program.testMail(address);
    print([...report.conversation, '', ...facts(report), '', report.summary].join('\n'), report);
    return report.outcome.state === 'accepted' ? 0 : 1;
  },
});

/** Describes the connection, one fact a line. */
function facts({ encryption, login, reply }: TestMailReport): string[] {
  const row = (name: string, value: string) => `${name.padEnd(12)} ${value}`;
  return [
    row('Encryption', encryption ? `${encryption.protocol}, ${encryption.cipher}` : 'none'),
    ...certificateFacts(encryption).map(([name, value]) => row(name, value)),
    row('Login', login ?? 'none'),
    row('Last reply', reply || 'none'),
  ];
}

function certificateFacts(encryption: TestMailReport['encryption']): (readonly [string, string])[] {
  if (!encryption) return [];
  const { subject, issuer, names, validTo, sha256, problem, explanation } = encryption.certificate;
  return [
    ['Certificate', subject || 'of nobody'],
    ['  for', names.join(', ') || 'no name'],
    ['  issued by', issuer],
    ['  expires', validTo],
    ['  SHA-256', sha256],
    ['  trusted', problem === undefined ? 'yes' : `no: it ${explanation} (${problem})`],
  ];
}
