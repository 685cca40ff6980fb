import { sweepToQueues } from '#core/runs/sweep.ts';
import { awaitMails, watchRun } from '#core/runs/watch-run.ts';
import { openAws } from './aws.ts';
import { findStage } from './aws-stage.ts';
import { sendAwsTestMail } from './aws-test-mail.ts';
import type { LocalConfig } from './config.ts';
import { createProgram, type Program, type ThisProcess } from './program.ts';

/**
 * Opens the command line's program on a deployed stage: it uses the stage's data, and the stage's functions
 * do its runs and mails. What a command shows or previews is made here, by the browser on this machine, and a
 * test mail is sent from here.
 * @throws Fault as `findStage`
 */
export async function openStage(
  stage: string,
  config: Pick<LocalConfig, 'templatesDir' | 'chromePath' | 'dnsServer'>,
  process: ThisProcess,
): Promise<Program> {
  const aws = openAws({ ...(await findStage(stage)), templatesDir: config.templatesDir }, process.log);
  const { table, archive, secrets, openMailer, openMailAccount, queue } = aws;
  return createProgram(
    {
      table,
      archive,
      secrets,
      openMailer,
      openMailAccount,
      sendTestMail: (mail, message) =>
        sendAwsTestMail(mail, message, { ...aws, from: 'Sent from this machine, not from the stage.' }),
      drive: (runId, deps) => watchRun(runId, { ...deps, queue }),
      mail: (ids, deps) => awaitMails(ids, { ...deps, queue }),
      sweep: (deps) => sweepToQueues({ ...deps, queue }),
      close: () => {},
    },
    config,
    process,
  );
}
