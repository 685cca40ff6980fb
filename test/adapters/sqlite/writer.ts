/**
 * This process writes what each message tells it to; `killAt: n` makes it die by SIGKILL before the nth
 * statement of its next write.
 */
import { type SQLInputValue, StatementSync } from 'node:sqlite';
import { openSqliteTable } from '#adapters/sqlite/table.ts';
import { ConflictError } from '#core/errors.ts';
import type { Table } from '#core/ports.ts';
import { answer } from '#test/support/process/child.ts';

export type WriterTask =
  | { readonly do: 'open, write, close'; readonly file: string; readonly sort: string }
  | { readonly do: 'count'; readonly file: string; readonly times: number }
  | {
      readonly do: 'write all';
      readonly file: string;
      readonly items: number;
      readonly value: number;
      readonly killAt?: number;
    };

answer(async (task: WriterTask): Promise<unknown> => {
  const table = openSqliteTable(task.file);
  try {
    if (task.do === 'count') {
      for (let n = 0; n < task.times; n++) await countOne(table);
    } else if (task.do === 'open, write, close') {
      await table.write([{ put: { partition: 'P', sort: task.sort }, value: {}, expect: 'absent' }]);
    } else {
      return await writeAll(table, task);
    }
  } finally {
    table.close();
  }
  return undefined;
});

async function countOne(table: Table): Promise<void> {
  const key = { partition: 'P', sort: 'COUNT' };
  for (;;) {
    const item = await table.get(key);
    const expect = item ? { version: item.version } : 'absent';
    const value = { count: Number(item?.value.count ?? 0) + 1 };
    try {
      await table.write([{ put: key, value, expect }]);
      return;
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }
}

/** Writes all items and returns how many statements the write ran. */
async function writeAll(table: Table, task: Extract<WriterTask, { do: 'write all' }>): Promise<number> {
  let statements = 0;
  const { run } = StatementSync.prototype;
  Object.assign(StatementSync.prototype, {
    run(this: StatementSync, ...values: SQLInputValue[]) {
      statements++;
      if (statements === task.killAt) process.kill(process.pid, 'SIGKILL');
      return Reflect.apply(run, this, values);
    },
  });
  await table.write(
    Array.from({ length: task.items }, (_, n) => ({
      put: { partition: 'ALL', sort: `${n}` },
      value: { value: task.value, text: 'x'.repeat(3000) },
    })),
  );
  if (task.killAt !== undefined && task.killAt > statements) process.kill(process.pid, 'SIGKILL');
  Object.assign(StatementSync.prototype, { run });
  return statements;
}
