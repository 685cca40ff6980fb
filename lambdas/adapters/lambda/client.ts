import { LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda';

/**
 * Creates a client for `createLambdaDocuments`. It does not retry a failed call, because the function may
 * still be working on it. How long to wait for an answer is decided by the caller; this timeout is only the
 * upper limit.
 */
export const createLambdaClient = (config: LambdaClientConfig = {}): LambdaClient =>
  new LambdaClient({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 2000, requestTimeout: 60_000, throwOnRequestTimeout: true },
    ...config,
  });
