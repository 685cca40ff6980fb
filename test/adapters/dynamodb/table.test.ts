import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { createDynamoTable } from '#adapters/dynamodb/table.ts';
import { ConflictError } from '#core/errors.ts';
import type { Change, Table } from '#core/ports.ts';
import { tableContract } from '#test/contracts/table-contract.ts';
import { describeDynamo } from '#test/support/aws/dynamodb-local.ts';
import { openLocalTable } from '#test/support/aws/dynamodb-table.ts';
import { cancelled, exception, type Fate, scriptedClient } from './scripted-client.ts';

describeDynamo('DynamoDB', (dynamo) => {
  tableContract('DynamoDB', async () => {
    const table = openLocalTable(dynamo.endpoint, await dynamo.makeTable());
    return { table, close: table.close };
  });

  /**
   * Opens a table whose requests meet the fates, and another client's view of it; `meanwhile` runs in the
   * pauses.
   */
  async function open(
    t: { after(fn: () => void): void },
    meanwhile: (other: Table) => unknown,
    ...fates: Fate[]
  ) {
    const tableName = await dynamo.makeTable();
    const { client, requests } = scriptedClient(dynamo.endpoint, ...fates);
    const other = openLocalTable(dynamo.endpoint, tableName);
    t.after(() => {
      client.destroy();
      other.close();
    });
    const clock = { now: Date.now, wait: async () => void (await meanwhile(other)) };
    return { table: createDynamoTable({ client, tableName, clock }), other, requests };
  }
  const key = (sort: string) => ({ partition: 'P', sort });

  describe('a write to DynamoDB whose answer was lost', () => {
    const lost: Fate = { lost: 'answer' };
    const versions: string[] = [];

    for (const kind of ['put', 'delete', 'check', 'all of them'] as const) {
      it(`a write whose answer was lost is done once and counts as a success: ${kind}`, async (t) => {
        const afterEach = async (other: Table) => {
          versions.push(JSON.stringify(await other.list('P')));
        };
        const { table, other, requests } = await open(t, afterEach, 'passes', lost, lost);
        await table.write(['a', 'b', 'c'].map((sort) => ({ put: key(sort), value: { sort } })));
        const [a, b, c] = await other.list('P');
        const changes: Change[] = [
          { put: key('a'), value: { now: 1 }, expect: { version: a!.version } },
          { put: key('new'), value: {}, expect: 'absent' },
          { delete: key('b'), expect: { version: b!.version } },
          { check: key('c'), expect: { version: c!.version } },
        ];
        versions.length = 0;
        await table.write(changes.filter((change) => kind === 'all of them' || kind in change));
        assert.equal(requests.length, 4);
        // The retry changed nothing: the items have their versions from the first attempt.
        assert.deepEqual(versions, Array(2).fill(JSON.stringify(await other.list('P'))));
      });
    }

    it('the retry of a write undoes nothing that others have written since', async (t) => {
      const meanwhile = (other: Table) =>
        other.write([
          { put: key('put'), value: { by: 'other' } },
          { put: key('deleted'), value: { by: 'other' } },
        ]);
      const { table, other, requests } = await open(t, meanwhile, 'passes', lost);
      await table.write([{ put: key('deleted'), value: { by: 'me' } }]);
      await table.write([{ put: key('put'), value: { by: 'me' } }, { delete: key('deleted') }]);
      assert.equal(requests.length, 3);
      for (const { value } of await other.list('P')) assert.deepEqual(value, { by: 'other' });
      assert.equal((await other.list('P')).length, 2);
    });

    it('a write that was refused while its answer was lost is reported as a conflict', async (t) => {
      const { table, other } = await open(t, () => {}, lost);
      await other.write([{ put: key('a'), value: {} }]);
      await assert.rejects(table.write([{ put: key('a'), value: {}, expect: 'absent' }]), ConflictError);
    });
  });

  it('a write succeeds after throttling, a conflicting transaction, a lost request and an internal error', async (t) => {
    const { table, other, requests } = await open(
      t,
      async (other) => assert.deepEqual(await other.list('P'), []),
      exception('ThrottlingException'),
      cancelled('TransactionConflict', 'None'),
      { lost: 'request' },
      exception('InternalServerError', 'scripted', 500),
    );
    await table.write(['a', 'b'].map((sort) => ({ put: key(sort), value: { sort }, expect: 'absent' })));
    assert.equal(requests.length, 5);
    assert.equal((await other.list('P')).length, 2);
  });

  it('a list spans many pages of a megabyte, with any prefix, starting point and limit', async (t) => {
    const { table, requests } = await open(t, () => {});
    const sorts = Array.from({ length: 3000 }, (_, n) => `N#${String(n).padStart(5, '0')}`);
    const text = 'x'.repeat(1000);
    for (let from = 0; from < sorts.length; from += 100) {
      await table.write(sorts.slice(from, from + 100).map((sort) => ({ put: key(sort), value: { text } })));
    }
    await table.write(['M', 'O'].map((sort) => ({ put: key(sort), value: {} })));
    requests.length = 0;
    const list = async (options: Parameters<Table['list']>[1]) =>
      (await table.list('P', options)).map((item) => item.key.sort);
    assert.deepEqual(await list({}), ['M', ...sorts, 'O']);
    assert.ok(requests.length > 3, `${requests.length} pages`);
    assert.deepEqual(await list({ prefix: 'N#' }), sorts);
    assert.deepEqual(await list({ prefix: 'N#', after: sorts[4]!, limit: 2500 }), sorts.slice(5, 2505));
    assert.deepEqual(await list({ prefix: 'N#01', after: 'N#0101', limit: 3 }), sorts.slice(1010, 1013));
  });

  it('a read of many items gets more than the 16 MB that fit into one answer', async (t) => {
    const { table, requests } = await open(t, () => {});
    const keys = Array.from({ length: 45 }, (_, n) => key(`${n}`));
    const text = 'x'.repeat(408_000);
    for (let from = 0; from < keys.length; from += 9) {
      await table.write(keys.slice(from, from + 9).map((one) => ({ put: one, value: { text } })));
    }
    requests.length = 0;
    const items = await table.getMany(keys);
    assert.deepEqual(
      items.map((item) => item?.value.text === text && item.key),
      keys,
    );
    assert.ok(requests.length > 1, `${requests.length} requests`);
  });

  it('of many processes that write at one version, exactly one wins', async (t) => {
    const tableName = await dynamo.makeTable();
    const racers = Array.from({ length: 8 }, () => {
      const racer = openLocalTable(dynamo.endpoint, tableName);
      t.after(racer.close);
      return racer;
    });
    const contested = { partition: randomUUID(), sort: 'COUNTER' };
    await racers[0]!.write([{ put: contested, value: { winner: null } }]);
    for (let round = 0; round < 10; round++) {
      const found = (await racers[0]!.get(contested))!;
      const ends = await Promise.allSettled(
        racers.map((racer, winner) =>
          racer.write([
            { put: contested, value: { winner }, expect: { version: found.version } },
            { put: { ...contested, sort: `WON#${round}#${winner}` }, value: {} },
          ]),
        ),
      );
      const winners = ends.flatMap((end, racer) => (end.status === 'fulfilled' ? [racer] : []));
      for (const end of ends) if (end.status === 'rejected') assert.ok(end.reason instanceof ConflictError);
      assert.equal(winners.length, 1);
      assert.deepEqual((await racers[1]!.get(contested))!.value, { winner: winners[0] });
    }
    assert.equal((await racers[0]!.list(contested.partition, { prefix: 'WON#' })).length, 10);
  });
});
