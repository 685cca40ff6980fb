import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';

/**
 * Creates a client for `createS3Archive`. Retries are harmless there, because the first write of a key wins:
 * a temporary failure is tried five times in all, and timeouts end the wait for a connection that died
 * silently.
 */
export const createS3Client = (config: S3ClientConfig = {}): S3Client =>
  new S3Client({
    maxAttempts: 5,
    requestHandler: {
      connectionTimeout: 2000,
      requestTimeout: 20_000,
      throwOnRequestTimeout: true,
      // Longest time without a byte, also in the middle of a file.
      socketTimeout: 10_000,
    },
    ...config,
  });
