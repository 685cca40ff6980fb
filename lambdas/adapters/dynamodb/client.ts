import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/**
 * Creates a client for `createDynamoTable`. It does without the SDK's own retries, which would multiply with
 * those of the table, and has timeouts, without which a connection that died silently would be waited for
 * without end. An answer takes some milliseconds; AWS advises a timeout of a second or more, so that a
 * transaction is seldom requested twice at once (see `TransactionInProgressException`).
 */
export const createDynamoClient = (config: DynamoDBClientConfig = {}): DynamoDBClient =>
  new DynamoDBClient({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 2000, requestTimeout: 4000, throwOnRequestTimeout: true },
    ...config,
  });
