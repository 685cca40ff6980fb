import { Stack } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { allow } from './constructs/allow.ts';
import type { WorkQueue } from './constructs/work-queue.ts';
import type { Stage } from './stages.ts';
import type { StorageStack } from './storage-stack.ts';

const READ = ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'];
/** Every write is a transaction, and DynamoDB demands the right to each kind of action in it. */
const WRITE = ['dynamodb:PutItem', 'dynamodb:DeleteItem', 'dynamodb:ConditionCheckItem'];

export type Functions = Readonly<
  Record<'billing' | 'printing' | 'onDemand' | 'mailing' | 'feedback' | 'sweep' | 'api', LambdaFunction>
>;
export type Queues = Readonly<Record<'runs' | 'documents' | 'mails', WorkQueue>>;

/** Grants each function what its use cases need of table, archive, secret, mail and queues, and no more. */
export function giveRights(
  { billing, printing, onDemand, mailing, feedback, sweep, api }: Functions,
  { runs, documents, mails }: Queues,
  { stage, storage }: { readonly stage: Stage; readonly storage: StorageStack },
): void {
  for (const user of [billing, printing, onDemand, mailing, feedback, api]) {
    storage.table.grant(user, ...READ, ...WRITE);
  }
  storage.table.grant(sweep, ...READ);

  const inArchive = (user: LambdaFunction, actions: string[], prefixes: readonly string[]) =>
    allow(user.role!, {
      actions,
      resources: prefixes.map((prefix) => `${storage.archiveArn}/${prefix}/*`),
      reason: 'The keys are made while the program runs; what lies below other prefixes it cannot touch.',
    });
  const mayRead = (user: LambdaFunction, ...prefixes: string[]) =>
    inArchive(user, ['s3:GetObject', 's3:GetObjectVersion'], prefixes);
  /**
   * Grants writing, never deleting. Below `.rechnungspost` the program tests whether the first write of a key
   * wins.
   */
  const mayFile = (user: LambdaFunction, ...prefixes: string[]) =>
    inArchive(user, ['s3:PutObject'], [...prefixes, '.rechnungspost']);
  mayRead(billing, 'templates');
  for (const user of [printing, onDemand]) {
    mayRead(user, 'templates', 'invoices', 'delivery-notes');
    mayFile(user, 'invoices', 'delivery-notes');
    if (stage.lock !== 'none') inArchive(user, ['s3:PutObjectRetention'], ['invoices']);
  }
  mayRead(onDemand, 'print');
  mayFile(onDemand, 'print');
  mayRead(mailing, 'templates', 'invoices', 'mail');
  mayFile(mailing, 'mail');
  // A signed address of a print file has the rights of the role that signed it, so the API may read `print`
  // too.
  mayRead(api, 'templates', 'invoices', 'delivery-notes', 'print');
  // Without ListBucket, S3 answers "forbidden" for a missing key, and the program could not tell the two
  // cases apart.
  for (const user of [billing, printing, onDemand, mailing, api]) {
    allow(user.role!, { actions: ['s3:ListBucket'], resources: [storage.archiveArn] });
  }

  const secrets = (user: LambdaFunction, ...actions: string[]) =>
    allow(user.role!, { actions, resources: [storage.secret.secretArn] });
  secrets(mailing, 'secretsmanager:GetSecretValue');
  // Settings are imported through the API. The SMTP password is one of several values in the secret, so the
  // API reads the secret before it writes it.
  secrets(api, 'secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue');
  const ses = (resource: string, resourceName: string) =>
    Stack.of(mailing).formatArn({ service: 'ses', resource, resourceName });
  // The HTTP API needs this right for test mails.
  for (const user of [mailing, api]) {
    allow(user.role!, {
      actions: ['ses:SendEmail', 'ses:SendRawEmail'],
      resources: [
        ses('configuration-set', storage.configurationSet.configurationSetName),
        ses('identity', '*'),
      ],
      conditions: {
        StringLike: {
          'ses:FromAddress': stage.sender.includes('@') ? stage.sender : `*@${stage.sender}`,
        },
      },
      reason:
        'In the sandbox SES also asks for the right to the recipients; whom mails are from is a condition.',
    });
  }

  const ofAccount = (user: LambdaFunction, ...actions: string[]) =>
    allow(user.role!, {
      actions,
      resources: ['*'],
      reason:
        'The quota and the suppression list of SES belong to the account: there is no resource to name.',
    });
  // Mailing keeps its pace within the quota; the API checks the account before a run and lifts suppressions.
  ofAccount(mailing, 'ses:GetAccount');
  ofAccount(api, 'ses:GetAccount', 'ses:ListSuppressedDestinations', 'ses:DeleteSuppressedDestination');
  allow(api.role!, {
    actions: ['ses:GetEmailIdentity'],
    resources: [ses('identity', '*')],
    reason: 'The sender is a setting: whether SES has verified it is asked of an address and of its domains.',
  });

  allow(api.role!, { actions: ['lambda:InvokeFunction'], resources: [onDemand.functionArn] });
  for (const user of [billing, sweep, api]) runs.queue.grantSendMessages(user);
  for (const user of [billing, sweep]) documents.queue.grantSendMessages(user);
  for (const user of [billing, printing, onDemand, sweep, api]) mails.queue.grantSendMessages(user);
}
