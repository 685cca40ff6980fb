import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';

/**
 * A client for `createS3Archive`. Repeating is harmless there, for the first write of a key wins: what failed for a
 * passing reason is tried five times in all, and a connection that died silently is not waited for without end.
 */
export const createS3Client = (config: S3ClientConfig = {}): S3Client =>
  new S3Client({
    maxAttempts: 5,
    requestHandler: {
      connectionTimeout: 2000,
      requestTimeout: 20_000,
      throwOnRequestTimeout: true,
      // Without a byte, also in the middle of a file.
      socketTimeout: 10_000,
    },
    ...config,
  });
