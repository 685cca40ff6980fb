import { randomUUID } from 'node:crypto';
import {
  type AttributeValue,
  BatchGetItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import type { Change, Clock, Expectation, Item, Key, Table } from '#core/ports.ts';
import { eachAtOnce } from '#core/retry.ts';
import { assertKey, assertWithinLimits, keyOf } from '#core/table-limits.ts';
import { toFault, Unprocessed } from './errors.ts';
import { retryWhileBusy } from './patience.ts';

/**
 * The table's attributes: `pk` (partition key), `sk` (sort key), `v` (version) and `d` (the value as JSON);
 * all are texts.
 */
type Attributes = Record<string, AttributeValue>;

const KEYS_A_READ = 100; // DynamoDB's limit for BatchGetItem
const READS_AT_ONCE = 8;

const systemClock: Clock = {
  now: Date.now,
  wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/**
 * Creates the table in DynamoDB. All writes are `TransactWriteItems`, even those of a single change: only a
 * transaction's token makes a repeated write harmless when the answer to the first one was lost. (The version
 * in the item would reveal a completed put as long as nobody else has written since; a delete leaves nothing
 * behind that would.)
 *
 * The value is one text, because a DynamoDB map does not keep the order of its members. Text compares by its
 * UTF-8 bytes. Throttling, conflicting transactions and lost connections are retried for 20 seconds.
 * @param options `client`: made by `createDynamoClient`; `clock`: times the pauses between attempts
 * @throws Fault `unavailable`, in every call, when the table cannot be used
 */
export function createDynamoTable(options: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly clock?: Clock;
}): Table {
  const { client, tableName: TableName, clock = systemClock } = options;

  async function ask<T>(attempt: () => Promise<T>, changes: readonly Change[] = []): Promise<T> {
    try {
      return await retryWhileBusy(clock, attempt);
    } catch (error) {
      throw toFault(error, TableName, changes);
    }
  }

  /** Reads up to 100 different keys into `found`. */
  async function readInto(found: Map<string, Item>, keys: readonly Key[]): Promise<void> {
    let left = keys.map(attributesOf);
    await ask(async () => {
      const { Responses, UnprocessedKeys } = await client.send(
        new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: left, ConsistentRead: true } } }),
      );
      for (const attributes of Responses?.[TableName] ?? []) {
        const item = itemOf(attributes);
        found.set(nameOf(item.key), item);
      }
      left = UnprocessedKeys?.[TableName]?.Keys ?? [];
      if (left.length > 0) throw new Unprocessed(left.length);
    });
  }

  return {
    async get(key) {
      assertKey(key);
      const input = { TableName, Key: attributesOf(key), ConsistentRead: true };
      const { Item } = await ask(() => client.send(new GetItemCommand(input)));
      return Item && itemOf(Item);
    },

    async getMany(keys) {
      for (const key of keys) assertKey(key);
      const different = [...new Map(keys.map((key) => [nameOf(key), key])).values()];
      const found = new Map<string, Item>();
      await eachAtOnce(inChunks(different, KEYS_A_READ), READS_AT_ONCE, (chunk) => readInto(found, chunk));
      return keys.map((key) => found.get(nameOf(key)));
    },

    async list(
      partition,
      { prefix = '', after = '', limit = Number.POSITIVE_INFINITY, backwards = false } = {},
    ) {
      for (const sort of [prefix, after]) assertKey({ partition, sort: sort || '-' });
      const items: Item[] = [];
      if (after !== '' && isBeyond(after, prefix, backwards)) return items;
      const range = {
        TableName,
        ConsistentRead: true,
        ScanIndexForward: !backwards,
        KeyConditionExpression: prefix ? 'pk = :pk AND begins_with(sk, :prefix)' : 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: partition }, ...(prefix && { ':prefix': { S: prefix } }) },
      };
      // An ExclusiveStartKey must lie in the queried range, but need not exist.
      let start =
        after !== '' && after.startsWith(prefix) ? attributesOf({ partition, sort: after }) : undefined;
      while (items.length < limit) {
        const page = {
          ...range,
          ...(start && { ExclusiveStartKey: start }),
          ...(Number.isFinite(limit) && { Limit: limit - items.length }),
        };
        const { Items = [], LastEvaluatedKey } = await ask(() => client.send(new QueryCommand(page)));
        for (const attributes of Items) items.push(itemOf(attributes));
        if (!LastEvaluatedKey) break;
        start = LastEvaluatedKey;
      }
      return items;
    },

    async write(changes) {
      assertWithinLimits(changes);
      const version = randomUUID();
      const input = {
        ClientRequestToken: version,
        TransactItems: changes.map((change) => actionOf(change, version, TableName)),
      };
      await ask(() => client.send(new TransactWriteItemsCommand(input)), changes);
      return version;
    },
  };
}

function actionOf(change: Change, version: string, TableName: string): TransactWriteItem {
  const key = attributesOf(keyOf(change));
  const condition = change.expect && conditionOf(change.expect);
  if ('put' in change) {
    const Item = { ...key, v: { S: version }, d: { S: JSON.stringify(change.value) } };
    return { Put: { TableName, Item, ...condition } };
  }
  if ('delete' in change) return { Delete: { TableName, Key: key, ...condition } };
  return { ConditionCheck: { TableName, Key: key, ...conditionOf(change.expect) } };
}

function conditionOf(expect: Expectation) {
  if (expect === 'absent') return { ConditionExpression: 'attribute_not_exists(pk)' };
  if (expect === 'present') return { ConditionExpression: 'attribute_exists(pk)' };
  return { ConditionExpression: 'v = :v', ExpressionAttributeValues: { ':v': { S: expect.version } } };
}

const attributesOf = ({ partition, sort }: Key): Attributes => ({ pk: { S: partition }, sk: { S: sort } });

function itemOf({ pk, sk, v, d }: Attributes): Item {
  return {
    key: { partition: pk!.S!, sort: sk!.S! },
    version: v!.S!,
    value: JSON.parse(d!.S!),
  };
}

/** Decides whether no key with the prefix follows the text, in the order of UTF-8 bytes or backwards. */
const isBeyond = (text: string, prefix: string, backwards: boolean): boolean =>
  !text.startsWith(prefix) && Buffer.compare(Buffer.from(text), Buffer.from(prefix)) > 0 !== backwards;

const nameOf = (key: Key): string => JSON.stringify([key.partition, key.sort]);

const inChunks = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size));
