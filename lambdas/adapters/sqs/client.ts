import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';

/**
 * Creates a client for `createSqsQueue`. A duplicate call does no harm, so a temporary failure is tried five
 * times in all, and timeouts end the wait for a connection that died silently.
 */
export const createSqsClient = (config: SQSClientConfig = {}): SQSClient =>
  new SQSClient({
    maxAttempts: 5,
    requestHandler: { connectionTimeout: 2000, requestTimeout: 5000, throwOnRequestTimeout: true },
    ...config,
  });
