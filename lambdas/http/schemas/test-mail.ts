import { z } from 'zod';
import { mailAddress } from '#core/domain/mail-address.ts';

export const testMailBody = z.strictObject({
  to: mailAddress,
});

const certificate = z
  .object({
    subject: z.string().meta({ example: 'CN=mail.provider.example' }),
    issuer: z.string(),
    names: z.array(z.string()).meta({ description: 'Host names and addresses that it is issued for.' }),
    validFrom: z.string().meta({ description: 'Instant.' }),
    validTo: z.string().meta({ description: 'Instant.', example: '2027-01-31T23:59:59.000Z' }),
    sha256: z.string().meta({ description: 'What `mail.smtp.pin` wants, to trust this certificate alone.' }),
    problem: z.string().optional().meta({
      description: 'Why it is not trusted here; absent when it is.',
      example: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    }),
    explanation: z.string().optional().meta({ description: 'The same in words.', example: 'is self-signed' }),
  })
  .meta({ id: 'MailServerCertificate' });

export const testMailAnswer = z
  .object({
    state: z.string().meta({ description: '`accepted` when the server took the mail.' }),
    summary: z.string().meta({ description: 'That it works, or what is wrong and which setting to change.' }),
    reply: z.string().meta({ description: 'The last thing that the server said.' }),
    conversation: z
      .array(z.string())
      .meta({ description: '`S: 220 …` and `C: EHLO …`, a line each; what a login sends is `***`.' }),
    encryption: z
      .object({
        protocol: z.string().meta({ example: 'TLSv1.3' }),
        cipher: z.string().meta({ example: 'TLS_AES_256_GCM_SHA384' }),
        certificate,
      })
      .optional()
      .meta({ description: 'Absent when the connection was not encrypted.' }),
    login: z
      .enum(['PLAIN', 'LOGIN', 'CRAM-MD5'])
      .optional()
      .meta({ description: 'How it logged in, or tried to; absent when it came to no login.' }),
  })
  .meta({ id: 'TestMail' });

type Answer = z.infer<typeof testMailAnswer>;

/** The report of a test mail as the program makes it. */
export interface TestMailReport {
  readonly outcome: { readonly state: string };
  readonly conversation: readonly string[];
  readonly encryption:
    | (Omit<NonNullable<Answer['encryption']>, 'certificate'> & {
        readonly certificate: Omit<z.infer<typeof certificate>, 'names' | 'problem' | 'explanation'> & {
          readonly names: readonly string[];
          readonly problem: string | undefined;
          readonly explanation: string | undefined;
        };
      })
    | undefined;
  readonly login?: Answer['login'] | undefined;
  readonly reply: string;
  readonly summary: string;
}

export function testMailJson(report: TestMailReport): Answer {
  const { outcome, summary, reply, conversation, encryption, login } = report;
  return {
    state: outcome.state,
    summary,
    reply,
    conversation: [...conversation],
    ...(encryption && { encryption: encryptionJson(encryption) }),
    ...(login && { login }),
  };
}

function encryptionJson({ protocol, cipher, certificate }: NonNullable<TestMailReport['encryption']>) {
  const { names, problem, explanation, ...known } = certificate;
  return {
    protocol,
    cipher,
    certificate: {
      ...known,
      names: [...names],
      ...(problem !== undefined && { problem }),
      ...(explanation !== undefined && { explanation }),
    },
  };
}
