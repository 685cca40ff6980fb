import type { SESv2Client } from '@aws-sdk/client-sesv2';
import { createDns } from '#adapters/dns/txt.ts';
import { createDynamoClient } from '#adapters/dynamodb/client.ts';
import { createDynamoTable } from '#adapters/dynamodb/table.ts';
import { createFontCoverage } from '#adapters/fonts/coverage.ts';
import { createTemplateEngine } from '#adapters/handlebars/template-engine.ts';
import { createMailComposer } from '#adapters/mime/compose.ts';
import { createS3Archive } from '#adapters/s3/archive.ts';
import { createS3Client } from '#adapters/s3/client.ts';
import { createSecretsManagerClient } from '#adapters/secrets-manager/client.ts';
import { createSecretsManagerSecrets } from '#adapters/secrets-manager/secrets.ts';
import { createSesAccount } from '#adapters/ses/account.ts';
import { createSesAccountClient, createSesClient } from '#adapters/ses/client.ts';
import { createSesMailer } from '#adapters/ses/mailer.ts';
import { createSmtpMailer } from '#adapters/smtp/mailer.ts';
import { createSqsClient } from '#adapters/sqs/client.ts';
import { createSqsQueue, readWake } from '#adapters/sqs/queue.ts';
import type { Deps } from '#core/deps.ts';
import type { Settings } from '#core/domain/settings.ts';
import { SENDING_TRANSPORTS, type Transport } from '#core/domain/transport.ts';
import { Fault } from '#core/errors.ts';
import type {
  FontCoverage,
  Log,
  MailAccount,
  Mailer,
  Queue,
  Secrets,
  TemplateEngine,
  Wake,
} from '#core/ports.ts';
import { SMTP_PASSWORD } from '#core/repositories/settings.ts';
import { createTemplateOpener } from '#core/templates/template-set.ts';
import type { AwsConfig } from './config.ts';
import { hasher, ids } from './node.ts';

export { readSesEvent } from '#adapters/ses/feedback.ts';

/**
 * The deps on AWS that last as long as a function's process; those of a single call are added with the call.
 */
export interface Aws extends Omit<Deps, 'printer' | 'clock' | 'stop'> {
  readonly queue: Queue;
  readonly templateEngine: TemplateEngine;
  /** Reads the wake-up call in a message of a queue. */
  readonly readWake: (body: string) => Wake;
}

/** Creates the clients of the services; each finds region, login and endpoint in the environment. */
export const awsClients = () => ({
  dynamo: createDynamoClient(),
  s3: createS3Client(),
  sqs: createSqsClient(),
  ses: createSesClient(),
  sesAccount: createSesAccountClient(),
  secretsManager: createSecretsManagerClient(),
});
export type AwsClients = ReturnType<typeof awsClients>;

/**
 * Opens DynamoDB, S3, SQS, and SES or the user's own SMTP server. The browser is left out, because only some
 * functions need it.
 */
export function openAws(config: AwsConfig, log: Log, clients: AwsClients = awsClients()): Aws {
  const archive = createS3Archive({
    client: clients.s3,
    bucket: config.BUCKET_NAME,
    ...(config.ARCHIVE_LOCK === 'GOVERNANCE' || config.ARCHIVE_LOCK === 'COMPLIANCE'
      ? { lock: config.ARCHIVE_LOCK }
      : {}),
  });
  const secrets = createSecretsManagerSecrets({
    client: clients.secretsManager,
    secretId: config.SECRET_ID,
  });
  const fonts = whenUsed(() => createFontCoverage(`${config.templatesDir}/fonts`));
  const templateEngine = createTemplateEngine(config.templatesDir, fonts);
  return {
    table: createDynamoTable({ client: clients.dynamo, tableName: config.TABLE_NAME }),
    archive,
    templateEngine,
    openTemplates: createTemplateOpener(templateEngine, archive),
    fonts,
    composer: createMailComposer(),
    openMailer: (mail) => OPEN_MAILER[mail.transport]({ mail, secrets, client: clients.ses, config, log }),
    openMailAccount: ({ transport }) => OPEN_ACCOUNT[transport](clients),
    dns: createDns(config.dnsServer),
    secrets,
    queue: createSqsQueue({
      client: clients.sqs,
      urls: { run: config.RUN_QUEUE_URL, documents: config.DOCUMENTS_QUEUE_URL, mail: config.MAIL_QUEUE_URL },
    }),
    readWake,
    ids,
    hasher,
    // Nobody can know whether another Lambda process still lives, so its leases must run out.
    workers: { me: `lambda:${ids.next()}`, isDead: () => false },
    log,
  };
}

interface MailerNeeds {
  readonly mail: Settings['mail'];
  readonly secrets: Secrets;
  readonly client: SESv2Client;
  readonly config: AwsConfig;
  readonly log: Log;
}

const OPEN_MAILER: Readonly<Record<Transport, (needs: MailerNeeds) => Promise<Mailer>>> = {
  smtp: async ({ mail, secrets, log }) =>
    createSmtpMailer({ ...mail.smtp, password: await secrets.get(SMTP_PASSWORD) }, { log }),
  ses: async ({ client, config }) => createSesMailer({ client, configurationSet: config.CONFIGURATION_SET }),
  async off() {
    throw new Fault('bad-settings', `mail.transport is off: set it to ${SENDING_TRANSPORTS} first.`);
  },
};

/** Opens the provider's account; a mail server of the user's own has none. */
const OPEN_ACCOUNT: Readonly<Record<Transport, (clients: AwsClients) => MailAccount | undefined>> = {
  ses: ({ sesAccount }) => createSesAccount(sesAccount),
  smtp: () => undefined,
  off: () => undefined,
};

/** Opens the fonts at first use: that reads a megabyte, which calls that check no texts need not spend. */
function whenUsed(open: () => FontCoverage): FontCoverage {
  let opened: FontCoverage | undefined;
  return {
    undrawable(text) {
      opened ??= open();
      return opened.undrawable(text);
    },
  };
}
