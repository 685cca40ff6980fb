import { after, before, describe } from 'node:test';
import { paginateScan } from '@aws-sdk/client-dynamodb';
import { createSecretsManagerClient } from '#adapters/secrets-manager/client.ts';
import type { Item, Key, Table } from '#core/ports.ts';
import type { AwsClients } from '#wiring/aws.ts';
import type { FunctionEnvironment } from '#wiring/config.ts';
import { type DynamoLocal, describeDynamo } from './dynamodb-local.ts';
import { connectLocal } from './dynamodb-table.ts';
import { makeBucket, s3Client } from './s3-bucket.ts';
import { S3_SERVER_MISSING, type S3Server, startS3Server } from './s3-server.ts';
import { startSecretsManager } from './secrets-manager-server.ts';
import { type SesServer, sesAccountClient, sesClient, startSesServer } from './ses-server.ts';
import { type SqsServer, sqsClient, startSqsServer } from './sqs-server.ts';

/** Real engines that replace the services of AWS while a suite runs. */
export interface AwsEngines {
  readonly dynamo: DynamoLocal;
  readonly s3: S3Server;
  readonly sqs: SqsServer;
  readonly ses: SesServer;
  readonly secrets: Map<string, string | undefined>;
  readonly secretsEndpoint: string;
}

/**
 * Describes a suite with engines of its own: DynamoDB Local, Ceph RGW, fauxqs, aws-ses-v2-local, and a
 * stand-in for Secrets Manager. The suite is skipped, with the reason, where one of them is missing.
 */
export function describeAws(name: string, suite: (engines: AwsEngines) => void): void {
  if (S3_SERVER_MISSING) {
    describe(name, { skip: S3_SERVER_MISSING }, () => {});
    return;
  }
  describeDynamo(name, (dynamo) => {
    const started = {} as { -readonly [Name in keyof AwsEngines]: AwsEngines[Name] };
    let secretsManager: Awaited<ReturnType<typeof startSecretsManager>>;
    before(async () => {
      const secrets = new Map<string, string | undefined>();
      const [s3, sqs, ses] = await Promise.all([startS3Server(), startSqsServer(), startSesServer()]);
      secretsManager = await startSecretsManager(secrets);
      Object.assign(started, { dynamo, s3, sqs, ses, secrets, secretsEndpoint: secretsManager.endpoint });
    });
    after(async () => {
      secretsManager?.close();
      await Promise.all([started.s3?.close(), started.sqs?.close(), started.ses?.close()]);
    });
    suite(started);
  });
}

/** What belongs to one deployment: a table, a bucket, queues and a secret of its own. */
export interface Places {
  readonly environment: FunctionEnvironment;
  readonly deadLetters: Readonly<Record<'run' | 'documents' | 'mail', string>>;
}

let places = 0;

/**
 * Creates the places of a deployment.
 * @param settings values of the stage's template; `hiddenSeconds`: visibility timeout of each queue
 */
export async function makePlaces(
  { dynamo, s3, sqs, secrets }: AwsEngines,
  settings: {
    readonly lock?: string;
    readonly tries?: number;
    readonly hiddenSeconds?: Readonly<Record<'run' | 'documents' | 'mail', number>>;
    /** Name of a table whose items the new table starts with. */
    readonly tableLike?: string;
  } = {},
): Promise<Places> {
  const {
    lock = 'none',
    tries = 5,
    hiddenSeconds = { run: 1800, documents: 1440, mail: 1440 },
    tableLike,
  } = settings;
  const n = ++places;
  const client = s3Client(s3);
  const queue = async (name: 'run' | 'documents' | 'mail') => {
    const deadLetters = await sqs.makeQueue(`${name}-${n}-dead`);
    const url = await sqs.makeQueue(`${name}-${n}`, {
      hiddenSeconds: hiddenSeconds[name],
      deadLetters: { url: deadLetters, tries },
    });
    return { url, deadLetters };
  };
  const [run, documents, mail] = await Promise.all([queue('run'), queue('documents'), queue('mail')]);
  const table = `stage-${n}`;
  if (tableLike === undefined) await dynamo.makeTable(table);
  else await dynamo.copyTable(tableLike, table);
  const secretId = `secret-${n}`;
  secrets.set(secretId, undefined);
  const environment: FunctionEnvironment = {
    TABLE_NAME: table,
    BUCKET_NAME: await makeBucket(client, `archive-${n}`, { lock: lock !== 'none' }),
    ARCHIVE_LOCK: lock,
    SECRET_ID: secretId,
    RUN_QUEUE_URL: run.url,
    DOCUMENTS_QUEUE_URL: documents.url,
    MAIL_QUEUE_URL: mail.url,
    CONFIGURATION_SET: 'mailing',
  };
  client.destroy();
  return {
    environment,
    deadLetters: { run: run.deadLetters, documents: documents.deadLetters, mail: mail.deadLetters },
  };
}

/** Returns the environment by which the SDK of a process finds the engines. */
export const sdkEnvironment = ({
  dynamo,
  s3,
  sqs,
  ses,
  secretsEndpoint,
}: AwsEngines): Record<string, string> => ({
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
  AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
  AWS_ENDPOINT_URL_S3: s3.endpoint,
  AWS_ENDPOINT_URL_SQS: sqs.endpoint,
  AWS_ENDPOINT_URL_SESV2: ses.endpoint,
  AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsEndpoint,
});

/** Connects this process to the engines. */
export const connect = ({ dynamo, s3, sqs, ses, secretsEndpoint }: AwsEngines): AwsClients => ({
  dynamo: connectLocal(dynamo.endpoint),
  s3: s3Client(s3),
  sqs: sqsClient(sqs.endpoint),
  ses: sesClient(ses.endpoint),
  sesAccount: sesAccountClient(ses.endpoint),
  secretsManager: createSecretsManagerClient({
    endpoint: secretsEndpoint,
    region: 'eu-central-1',
    credentials: s3.credentials,
  }),
});

/** Copies a table's content into a read-only table in memory, because an auditor asks thousands of times. */
export async function snapshotOf({ dynamo }: AwsClients, TableName: string): Promise<Table> {
  const items: Item[] = [];
  for await (const { Items = [] } of paginateScan({ client: dynamo }, { TableName, ConsistentRead: true })) {
    for (const { pk, sk, v, d } of Items) {
      items.push({ key: { partition: pk!.S!, sort: sk!.S! }, version: v!.S!, value: JSON.parse(d!.S!) });
    }
  }
  const partitions = Map.groupBy(items, ({ key }) => key.partition);
  const get = async ({ partition, sort }: Key) =>
    partitions.get(partition)?.find(({ key }) => key.sort === sort);
  return {
    get,
    getMany: (keys) => Promise.all(keys.map(get)),
    async list(partition, { prefix = '', after = '', limit = Number.POSITIVE_INFINITY } = {}) {
      return (partitions.get(partition) ?? [])
        .filter(({ key }) => key.sort.startsWith(prefix) && key.sort > after)
        .toSorted((a, b) => Buffer.compare(Buffer.from(a.key.sort), Buffer.from(b.key.sort)))
        .slice(0, limit);
    },
    async write() {
      throw new Error('a snapshot is read only');
    },
  };
}
