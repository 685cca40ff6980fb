import { sendTestMail, type TestMailReport } from '#adapters/smtp/test-mail.ts';
import type { Settings } from '#core/domain/settings.ts';
import type { OutgoingMail } from '#core/ports.ts';
import { SMTP_PASSWORD } from '#core/repositories/settings.ts';
import type { Aws } from './aws.ts';

/**
 * Sends one test mail through SES, or on a connection of its own to the user's mail server.
 * @param options `from`: a sentence that says where a mail over SMTP was sent from, because servers may judge
 * by that. `deadlineMs`: time limit for the server, where it is shorter than usual
 */
export async function sendAwsTestMail(
  mail: Settings['mail'],
  message: OutgoingMail,
  { secrets, composer, openMailer }: Pick<Aws, 'secrets' | 'composer' | 'openMailer'>,
  { from, deadlineMs }: { readonly from: string; readonly deadlineMs?: number },
): Promise<TestMailReport> {
  const envelope = { from: message.from.address, to: message.to.map(({ address }) => address) };
  const bytes = await composer.compose(message);
  if (mail.transport === 'smtp') {
    const settings = { ...mail.smtp, password: await secrets.get(SMTP_PASSWORD) };
    const report = await sendTestMail(settings, envelope, bytes, deadlineMs ? { deadlineMs } : {});
    return { ...report, summary: `${report.summary}\n${from}` };
  }
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
