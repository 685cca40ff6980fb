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
import { Fault } from '#core/errors.ts';
import type { FontCoverage, Log, Mailer, Queue, Secrets, TemplateEngine, Wake } from '#core/ports.ts';
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
    openMailer: (mail) => openMailer(mail, secrets, clients.ses, config, log),
    openMailAccount: ({ transport }) =>
      transport === 'ses' ? createSesAccount(clients.sesAccount) : undefined,
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

async function openMailer(
  mail: Settings['mail'],
  secrets: Secrets,
  client: SESv2Client,
  config: AwsConfig,
  log: Log,
): Promise<Mailer> {
  if (mail.transport === 'smtp') {
    return createSmtpMailer({ ...mail.smtp, password: await secrets.get(SMTP_PASSWORD) }, { log });
  }
  if (mail.transport === 'ses') {
    return createSesMailer({ client, configurationSet: config.CONFIGURATION_SET });
  }
  throw new Fault('bad-settings', 'mail.transport is off: set it to ses or smtp first.');
}

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
