import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/**
 * A client for `createDynamoTable`: without the SDK's own retries, which would multiply with those of the table, and
 * with timeouts, without which a connection that died silently is waited for without end. An answer takes some
 * milliseconds; a second or more is what AWS advises, so that a transaction is seldom asked for twice at once
 * (see `TransactionInProgressException`).
 */
export const createDynamoClient = (config: DynamoDBClientConfig = {}): DynamoDBClient =>
  new DynamoDBClient({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 2000, requestTimeout: 4000, throwOnRequestTimeout: true },
    ...config,
  });
