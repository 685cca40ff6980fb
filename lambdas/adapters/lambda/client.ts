import { LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda';

/**
 * A client for `createLambdaPrintShop`. A call that failed is not made again: the function may be at work on it. How
 * long an answer is waited for is the caller's affair; this is only the end of all patience.
 */
export const createLambdaClient = (config: LambdaClientConfig = {}): LambdaClient =>
  new LambdaClient({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 2000, requestTimeout: 60_000, throwOnRequestTimeout: true },
    ...config,
  });
