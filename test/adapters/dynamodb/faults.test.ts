import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PATIENCE_MS } from '#adapters/dynamodb/patience.ts';
import { createDynamoTable } from '#adapters/dynamodb/table.ts';
import { ConflictError, Fault } from '#core/errors.ts';
import type { Change, Clock, Key } from '#core/ports.ts';
import { cancelled, exception, type Fate, scriptedClient } from './scripted-client.ts';

const KEY: Key = { partition: 'P', sort: 'S' };
const CHANGES: Change[] = [
  { put: KEY, value: { a: 1 } },
  { check: { partition: 'IMPORT', sort: 'MARKER' }, expect: 'absent' },
  { delete: { partition: 'P', sort: 'T' }, expect: 'present' },
];
const DONE: Fate = { status: 200, body: {} };

/** Opens a table whose DynamoDB answers by the script; pauses take no time and are recorded. */
function scripted(...script: Fate[]) {
  const pauses: number[] = [];
  let now = 0;
  const clock: Clock = {
    now: () => now,
    async wait(milliseconds) {
      pauses.push(milliseconds);
      now += milliseconds;
    },
  };
  const { client, requests, bodies } = scriptedClient('http://127.0.0.1:1', ...script);
  return { table: createDynamoTable({ client, tableName: 'bills', clock }), pauses, requests, bodies };
}

const fault =
  (code: string, ...words: RegExp[]) =>
  (error: unknown) => {
    assert.ok(error instanceof Fault, `${error}`);
    assert.equal(error.code, code);
    for (const word of words) assert.match(error.message, word);
    return true;
  };

describe('retries of the DynamoDB table', () => {
  const passing: Record<string, Fate> = {
    throttling: exception('ThrottlingException'),
    'provisioned throughput': exception('ProvisionedThroughputExceededException'),
    'the request limit': exception('RequestLimitExceeded'),
    'its own transaction': exception('TransactionInProgressException'),
    'an internal error': exception('InternalServerError', 'scripted', 500),
    'an unavailable service': { status: 503, body: {} },
    'another transaction': cancelled('None', 'TransactionConflict', 'None'),
    'a cancellation by throttling': cancelled('ThrottlingError', 'TransactionConflict', 'None'),
    'a cancellation by throughput': cancelled('None', 'None', 'ProvisionedThroughputExceeded'),
    ...Object.fromEntries(
      ['ECONNRESET', 'ECONNREFUSED', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN'].map((code) => [
        code,
        { lost: 'request', code } as const,
      ]),
    ),
  };
  for (const [name, fate] of Object.entries(passing)) {
    it(`after ${name}, a write succeeds at the third attempt`, async () => {
      const { table, pauses, requests } = scripted(fate, fate, DONE);
      await table.write(CHANGES);
      assert.deepEqual(requests, Array(3).fill('TransactWriteItems'));
      assert.equal(pauses.length, 2);
    });
  }

  it('throttled reads are repeated as well', async () => {
    const throttled = exception('ThrottlingException');
    const { table, requests } = scripted(throttled, DONE, throttled, { status: 200, body: { Items: [] } });
    assert.equal(await table.get(KEY), undefined);
    assert.deepEqual(await table.list('P'), []);
    assert.deepEqual(requests, ['GetItem', 'GetItem', 'Query', 'Query']);
  });

  it('only the items that DynamoDB left unread are requested again', async () => {
    const stored = (sort: string) => ({
      pk: { S: 'P' },
      sk: { S: sort },
      v: { S: 'v' },
      d: { S: `{"is":"${sort}"}` },
    });
    const keyOf = (sort: string) => ({ pk: { S: 'P' }, sk: { S: sort } });
    const { table, requests } = scripted(
      {
        status: 200,
        body: {
          Responses: { bills: [stored('b')] },
          UnprocessedKeys: { bills: { Keys: [keyOf('a'), keyOf('c')] } },
        },
      },
      {
        status: 200,
        body: { Responses: { bills: [stored('c')] }, UnprocessedKeys: { bills: { Keys: [keyOf('a')] } } },
      },
      { status: 200, body: { Responses: { bills: [stored('a')] }, UnprocessedKeys: {} } },
    );
    const items = await table.getMany(['a', 'b', 'missing', 'c'].map((sort) => ({ partition: 'P', sort })));
    assert.deepEqual(
      items.map((item) => item?.value.is),
      ['a', 'b', undefined, 'c'],
    );
    assert.deepEqual(requests, Array(3).fill('BatchGetItem'));
  });
});

it('every read is consistent, so that it sees each write that has returned', async () => {
  // DynamoDB Local is always consistent, so that only the requests themselves can show the difference.
  const { table, bodies } = scripted(DONE, { status: 200, body: { Responses: {} } }, DONE);
  await table.get(KEY);
  await table.getMany([KEY]);
  await table.list('P');
  assert.equal(bodies.length, 3);
  for (const body of bodies) assert.match(body, /"ConsistentRead":true/);
});

it('all attempts of one write carry one token, and the next write carries another', async () => {
  const { table, bodies } = scripted({ lost: 'answer' }, exception('ThrottlingException'), DONE, DONE);
  await table.write(CHANGES);
  await table.write(CHANGES);
  const tokens = bodies.map((body) => JSON.parse(body).ClientRequestToken);
  assert.equal(new Set(tokens.slice(0, 3)).size, 1);
  assert.equal(new Set(tokens).size, 2);
});

it('a write is not repeated after a long sleep, because DynamoDB may have forgotten its token', async () => {
  let now = 0;
  const clock: Clock = {
    now: () => now,
    wait: async () => {
      now += 3_600_000;
    },
  };
  const { client, requests } = scriptedClient('http://127.0.0.1:1', { lost: 'answer' }, DONE);
  const table = createDynamoTable({ client, tableName: 'bills', clock });
  await assert.rejects(table.write(CHANGES), fault('unavailable'));
  assert.equal(requests.length, 1);
});

describe('the end of the patience with DynamoDB', () => {
  it('a write is given up with the reason after at most 20 seconds of growing, jittered pauses', async () => {
    const throttled = exception('ThrottlingException', 'slow down');
    const { table, pauses } = scripted(...Array<Fate>(200).fill(throttled));
    await assert.rejects(
      table.write(CHANGES),
      fault('unavailable', /bills/, /ThrottlingException: slow down/),
    );
    const waited = pauses.reduce((sum, one) => sum + one, 0);
    assert.ok(waited <= PATIENCE_MS && waited > PATIENCE_MS / 2, `${waited} ms`);
    for (const [n, pause] of pauses.entries())
      assert.ok(pause <= Math.min(50 * 2 ** n, 4000), `pause ${n}: ${pause} ms`);
    assert.ok(new Set(pauses).size === pauses.length, 'pauses are jittered');
  });

  it('cancelled transactions, lost connections and unread items are given up in the end, too', async () => {
    const always = (fate: Fate) => scripted(...Array<Fate>(200).fill(fate)).table;
    const conflict = always(cancelled('TransactionConflict', 'None', 'None'));
    await assert.rejects(conflict.write(CHANGES), fault('unavailable', /TransactionConflict/));
    const lost = always({ lost: 'answer', code: 'ECONNREFUSED' });
    await assert.rejects(lost.get(KEY), fault('unavailable', /bills/));
    const unread = always({
      status: 200,
      body: { Responses: {}, UnprocessedKeys: { bills: { Keys: [{ pk: { S: 'P' }, sk: { S: 'S' } }] } } },
    });
    await assert.rejects(unread.getMany([KEY]), fault('unavailable', /1 items were left unread/));
  });
});

describe('faults of DynamoDB that are reported at once', () => {
  it('a failed expectation is a conflict that names the first change that failed', async () => {
    for (const [codes, at] of [
      [['ConditionalCheckFailed', 'ConditionalCheckFailed', 'None'], 'P/S'],
      [['None', 'ConditionalCheckFailed', 'ConditionalCheckFailed'], 'IMPORT/MARKER'],
      [['TransactionConflict', 'None', 'ConditionalCheckFailed'], 'P/T'],
    ] as const) {
      const { table, requests } = scripted(cancelled(...codes));
      await assert.rejects(
        table.write(CHANGES),
        (error) => error instanceof ConflictError && error.at === at,
      );
      assert.equal(requests.length, 1);
    }
  });

  it('a write that DynamoDB finds too large is reported as too large, with the remedy', async () => {
    const size = {
      Code: 'ValidationError',
      Message: 'Item size to update has exceeded the maximum allowed size.',
    };
    for (const fate of [
      cancelled('None', size, 'None'),
      exception('ValidationException', 'Item size has exceeded the maximum allowed size'),
    ]) {
      const { table, requests } = scripted(fate);
      await assert.rejects(table.write(CHANGES), fault('too-large', /split/));
      assert.equal(requests.length, 1);
    }
  });

  it('for a table that is missing or forbidden, the error names the table, the reason and the remedy', async () => {
    for (const name of [
      'ResourceNotFoundException',
      'AccessDeniedException',
      'UnrecognizedClientException',
    ]) {
      const { table, requests } = scripted(exception(name, 'no'));
      await assert.rejects(
        table.get(KEY),
        fault('unavailable', /bills/, new RegExp(`${name}: no`), /rights/),
      );
      assert.equal(requests.length, 1);
    }
  });
});
