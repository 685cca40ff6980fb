import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';

/**
 * A client for `createSqsQueue`. A call that comes twice does no harm: what failed for a passing reason is tried five
 * times in all, and a connection that died silently is not waited for without end.
 */
export const createSqsClient = (config: SQSClientConfig = {}): SQSClient =>
  new SQSClient({
    maxAttempts: 5,
    requestHandler: { connectionTimeout: 2000, requestTimeout: 5000, throwOnRequestTimeout: true },
    ...config,
  });
