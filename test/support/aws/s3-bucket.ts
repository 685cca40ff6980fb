import {
  CreateBucketCommand,
  PutBucketVersioningCommand,
  type S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { createS3Client } from '#adapters/s3/client.ts';
import type { S3Server } from './s3-server.ts';

export const s3Client = (
  { endpoint, region, credentials }: S3Server,
  config: S3ClientConfig = {},
): S3Client => createS3Client({ endpoint, region, credentials, forcePathStyle: true, ...config });

/** Creates a bucket with versioning, as the stacks do; with Object Lock on request. */
export async function makeBucket(
  client: S3Client,
  name: string,
  { lock = false }: { readonly lock?: boolean } = {},
): Promise<string> {
  await client.send(new CreateBucketCommand({ Bucket: name, ObjectLockEnabledForBucket: lock }));
  const versions = { Bucket: name, VersioningConfiguration: { Status: 'Enabled' } } as const;
  if (!lock) await client.send(new PutBucketVersioningCommand(versions));
  return name;
}
