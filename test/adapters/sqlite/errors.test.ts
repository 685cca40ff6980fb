import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { retryWhileBusy } from '#adapters/sqlite/errors.ts';
import { openSqliteTable } from '#adapters/sqlite/table.ts';
import { tempFolder } from '#test/support/process/temp-folder.ts';

const sqliteError = (errcode: number) => Object.assign(new Error(`SQLite ${errcode}`), { errcode });

describe('a SQLite file that cannot be used', () => {
  it('a file that is no database is reported as damaged, with the remedy', (t) => {
    const file = join(tempFolder(t), 'table.sqlite');
    writeFileSync(file, 'this is not a database, however long it is '.repeat(100));
    assert.throws(() => openSqliteTable(file), {
      name: 'Fault',
      code: 'damaged',
      message: `${file} is not a sound SQLite database; restore it from a backup`,
    });
  });

  it('a path that cannot be opened is named in the error', (t) => {
    const folder = tempFolder(t);
    mkdirSync(join(folder, 'folder'));
    writeFileSync(join(folder, 'file'), '');
    for (const name of ['folder', 'file/table.sqlite']) {
      assert.throws(() => openSqliteTable(join(folder, name)), {
        code: 'unavailable',
        message: new RegExp(name),
      });
    }
  });

  it('opening is repeated only while other processes are busy with the file', () => {
    const failing =
      (...codes: number[]) =>
      () => {
        const code = codes.shift();
        if (code !== undefined) throw sqliteError(code);
        return 'open';
      };
    assert.equal(retryWhileBusy(10_000, failing(5, 261, 15)), 'open');
    assert.throws(() => retryWhileBusy(10_000, failing(26)), { errcode: 26 });
    assert.throws(() => retryWhileBusy(-1, failing(5)), { errcode: 5 });
  });
});
