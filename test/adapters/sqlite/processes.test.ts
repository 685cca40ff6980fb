import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openSqliteTable } from '#adapters/sqlite/table.ts';
import { type Child, startChild } from '#test/support/process/child.ts';
import { tempFolder } from '#test/support/process/temp-folder.ts';
import type { WriterTask } from './writer.ts';

const WRITER = join(import.meta.dirname, 'writer.ts');
const tell = (child: Child, task: WriterTask) => child.ask<number>(task);

describe('a SQLite table that several processes use', () => {
  it('three processes may open and write a new file at the same moment', async (t) => {
    const folder = tempFolder(t);
    const children = [1, 2, 3].map(() => startChild(t, WRITER));
    for (let round = 0; round < 15; round++) {
      const file = join(folder, `${round}`, 'table.sqlite');
      await Promise.all(
        children.map((child, n) => tell(child, { do: 'open, write, close', file, sort: `${n}` })),
      );
      const table = openSqliteTable(file);
      assert.equal((await table.list('P')).length, 3);
      table.close();
    }
  });

  it('no update is lost when two processes count at once', async (t) => {
    const file = join(tempFolder(t), 'table.sqlite');
    const children = [1, 2].map(() => startChild(t, WRITER));
    await Promise.all(children.map((child) => tell(child, { do: 'count', file, times: 150 })));
    const table = openSqliteTable(file);
    assert.equal((await table.get({ partition: 'P', sort: 'COUNT' }))?.value.count, 300);
    table.close();
  });

  it('a write that is killed at any of its statements is kept whole or not at all', async (t) => {
    const folder = tempFolder(t);
    const items = 4;
    const first = startChild(t, WRITER);
    const statements = await tell(first, { do: 'write all', file: join(folder, 'dry'), items, value: 0 });
    assert.equal(statements, items + 2);

    const killedAt = async (killAt: number) => {
      const file = join(folder, `${killAt}.sqlite`);
      const child = startChild(t, WRITER);
      await tell(child, { do: 'write all', file, items, value: 1 });
      child.process.send({ do: 'write all', file, items, value: 2, killAt } satisfies WriterTask);
      assert.equal(await child.ended, 'SIGKILL');
      const table = openSqliteTable(file);
      const values = (await table.list('ALL')).map((item) => item.value.value);
      assert.deepEqual(values, Array(items).fill(killAt > statements ? 2 : 1), `killed at ${killAt}`);
      await table.write([{ put: { partition: 'ALL', sort: 'next' }, value: {} }]);
      table.close();
    };
    for (let killAt = 1; killAt <= statements + 1; killAt += 2) {
      await Promise.all([killedAt(killAt), killAt <= statements && killedAt(killAt + 1)]);
    }
  });

  it('whatever was written before a kill from outside is kept', async (t) => {
    const file = join(tempFolder(t), 'table.sqlite');
    const items = 50;
    for (let round = 1; round <= 3; round++) {
      const child = startChild(t, WRITER);
      let acknowledged = 0;
      for (let value = round * 100; acknowledged < round * 100 + 5; value++) {
        await tell(child, { do: 'write all', file, items, value });
        acknowledged = value;
      }
      // The signal comes while the next write is under way or about to begin.
      child.process.send({ do: 'write all', file, items, value: acknowledged + 1 } satisfies WriterTask);
      setImmediate(() => child.process.kill('SIGKILL'));
      await child.ended;
      const table = openSqliteTable(file);
      const values = new Set((await table.list('ALL')).map((item) => Number(item.value.value)));
      table.close();
      assert.equal(values.size, 1);
      assert.ok([acknowledged, acknowledged + 1].includes([...values][0]!));
    }
  });
});
