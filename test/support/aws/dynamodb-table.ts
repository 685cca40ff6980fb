import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoClient } from '#adapters/dynamodb/client.ts';
import { createDynamoTable } from '#adapters/dynamodb/table.ts';
import type { Table } from '#core/ports.ts';

/** Connects to DynamoDB Local, with a timeout long enough for slow machines. */
export const connectLocal = (endpoint: string): DynamoDBClient =>
  createDynamoClient({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: { requestTimeout: 60_000, throwOnRequestTimeout: true },
  });

/** Opens a table of DynamoDB Local over a client of its own. */
export function openLocalTable(endpoint: string, tableName: string): Table & { close(): void } {
  const client = connectLocal(endpoint);
  return { ...createDynamoTable({ client, tableName }), close: () => client.destroy() };
}
