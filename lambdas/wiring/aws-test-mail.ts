import { sendTestMail, type TestMailReport } from '#adapters/smtp/test-mail.ts';
import type { Settings } from '#core/domain/settings.ts';
import type { Transport } from '#core/domain/transport.ts';
import type { Envelope, OutgoingMail } from '#core/ports.ts';
import { SMTP_PASSWORD } from '#core/repositories/settings.ts';
import type { Aws } from './aws.ts';

interface TestDeps extends Pick<Aws, 'secrets' | 'composer' | 'openMailer'> {
  /** A sentence that says where a mail over SMTP came from, as servers may judge by that. */
  readonly from: string;
  /** How long a server may take, where that is shorter than usual. */
  readonly deadlineMs?: number | undefined;
}

type SendTest = (
  mail: Settings['mail'],
  envelope: Envelope,
  bytes: Uint8Array,
  deps: TestDeps,
) => Promise<TestMailReport>;

/** A transport that is off refuses as soon as its mailer is opened. */
const SEND: Readonly<Record<Transport, SendTest>> = { smtp: sendOverSmtp, ses: sendBySes, off: sendBySes };

/** Sends one test mail through SES, or on a connection of its own to the user's mail server. */
export async function sendAwsTestMail(
  mail: Settings['mail'],
  message: OutgoingMail,
  deps: TestDeps,
): Promise<TestMailReport> {
  const envelope = { from: message.from.address, to: message.to.map(({ address }) => address) };
  return SEND[mail.transport](mail, envelope, await deps.composer.compose(message), deps);
}

async function sendOverSmtp(
  mail: Settings['mail'],
  envelope: Envelope,
  bytes: Uint8Array,
  { secrets, from, deadlineMs }: TestDeps,
): Promise<TestMailReport> {
  const settings = { ...mail.smtp, password: await secrets.get(SMTP_PASSWORD) };
  const report = await sendTestMail(settings, envelope, bytes, deadlineMs ? { deadlineMs } : {});
  return { ...report, summary: `${report.summary}\n${from}` };
}

async function sendBySes(
  mail: Settings['mail'],
  envelope: Envelope,
  bytes: Uint8Array,
  { openMailer }: TestDeps,
): Promise<TestMailReport> {
  const mailer = await openMailer(mail);
  try {
    const outcome = await mailer.send(envelope, bytes, async () => {});
    const reply = outcome.state === 'accepted' ? outcome.reply : outcome.reason;
    const summary = outcome.state === 'accepted' ? `Amazon SES took the mail as ${reply}.` : reply;
    return { outcome, conversation: [], encryption: undefined, login: undefined, reply, summary };
  } finally {
    await mailer.close();
  }
}
