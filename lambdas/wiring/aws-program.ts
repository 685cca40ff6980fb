import { sendTestMail, type TestMailReport } from '#adapters/smtp/test-mail.ts';
import { awaitMails, awaitRun } from '#core/await-run.ts';
import type { Settings } from '#core/domain/settings.ts';
import type { OutgoingMail } from '#core/ports.ts';
import { SMTP_PASSWORD } from '#core/repositories/settings.ts';
import { sweepToQueues } from '#core/sweep.ts';
import { type Aws, openAws } from './aws.ts';
import { findStage } from './aws-stage.ts';
import type { LocalConfig } from './config.ts';
import { createProgram, type Program, type ThisProcess } from './program.ts';

/**
 * The command line's program on a deployed stage: its data are the stage's, its runs and mails are the work of the
 * stage's functions. What a command shows or previews is made here, by the browser on this machine, and a test mail is
 * sent from here.
 * @throws Fault as `findStage`
 */
export async function openStage(
  stage: string,
  config: Pick<LocalConfig, 'templatesDir' | 'chromePath'>,
  process: ThisProcess,
): Promise<Program> {
  const aws = openAws({ ...(await findStage(stage)), templatesDir: config.templatesDir }, process.log);
  const { table, archive, secrets, openMailer, queue } = aws;
  return createProgram(
    {
      table,
      archive,
      secrets,
      openMailer,
      sendTestMail: (mail, message) => testMailFromHere(mail, message, aws),
      drive: (runId, deps) => awaitRun(runId, { ...deps, queue }),
      mail: (ids, deps) => awaitMails(ids, { ...deps, queue }),
      sweep: (deps) => sweepToQueues({ ...deps, queue }),
      close: () => {},
    },
    config,
    process,
  );
}

async function testMailFromHere(
  mail: Settings['mail'],
  message: OutgoingMail,
  { secrets, composer, openMailer }: Aws,
): Promise<TestMailReport> {
  const envelope = { from: message.from.address, to: message.to.map(({ address }) => address) };
  const bytes = await composer.compose(message);
  if (mail.transport === 'smtp') {
    const password = await secrets.get(SMTP_PASSWORD);
    const report = await sendTestMail({ ...mail.smtp, password }, envelope, bytes);
    return { ...report, summary: `${report.summary}\nSent from this machine, not from the stage.` };
  }
  const mailer = await openMailer(mail);
  try {
    const outcome = await mailer.send(envelope, bytes, async () => {});
    const reply = outcome.state === 'accepted' ? outcome.reply : outcome.reason;
    const summary = outcome.state === 'accepted' ? `Amazon SES took the mail as ${reply}.` : reply;
    return { outcome, conversation: [], encryption: undefined, reply, summary };
  } finally {
    await mailer.close();
  }
}
