import { createFolderArchive } from '#adapters/folder/archive.ts';
import { createFileSecrets } from '#adapters/folder/secrets.ts';
import { createMailComposer } from '#adapters/mime/compose.ts';
import { createSmtpMailer } from '#adapters/smtp/mailer.ts';
import { sendTestMail } from '#adapters/smtp/test-mail.ts';
import { openSqliteTable } from '#adapters/sqlite/table.ts';
import type { Transport } from '#core/domain/transport.ts';
import { Fault } from '#core/errors.ts';
import { sendMails } from '#core/mailing/send-mails.ts';
import { SMTP_PASSWORD } from '#core/repositories/settings.ts';
import { completeRun } from '#core/runs/complete-run.ts';
import { sweep } from '#core/runs/sweep.ts';
import type { LocalConfig } from './config.ts';
import { checkFolder, makeFolder } from './folders.ts';
import { createProgram, type Program, type ThisProcess } from './program.ts';

/** Opens the program on one machine: SQLite, folders, Chrome, the user's own SMTP server. */
export function openLocal(config: LocalConfig, process: ThisProcess): Program {
  makeFolder('DATA_DIR', config.dataDir);
  checkFolder('ARCHIVE_DIR', config.archiveDir);
  const table = openSqliteTable(`${config.dataDir}/rechnungspost.sqlite`);
  const secrets = createFileSecrets(`${config.dataDir}/secrets.json`);
  return createProgram(
    {
      table,
      archive: createFolderArchive(config.archiveDir),
      secrets,
      async openMailer(mail) {
        refuseUnlessSmtp(mail.transport);
        const { log } = process;
        return createSmtpMailer({ ...mail.smtp, password: await secrets.get(SMTP_PASSWORD) }, { log });
      },
      // Only SES has an account to ask, and that works only on AWS.
      openMailAccount: () => undefined,
      async sendTestMail(mail, message) {
        refuseUnlessSmtp(mail.transport);
        return sendTestMail(
          { ...mail.smtp, password: await secrets.get(SMTP_PASSWORD) },
          { from: message.from.address, to: message.to.map(({ address }) => address) },
          await createMailComposer().compose(message),
        );
      },
      drive: completeRun,
      mail: sendMails,
      sweep,
      close: () => table.close(),
    },
    config,
    process,
  );
}

/** Why one machine cannot send by it; undefined where it can. */
const NOT_HERE: Readonly<Record<Transport, string | undefined>> = {
  smtp: undefined,
  ses: 'mail.transport is ses, which only works on AWS: on one machine choose smtp, or off.',
  off: 'mail.transport is off: set it to smtp first.',
};

function refuseUnlessSmtp(transport: Transport): void {
  const reason = NOT_HERE[transport];
  if (reason !== undefined) throw new Fault('bad-settings', reason);
}
