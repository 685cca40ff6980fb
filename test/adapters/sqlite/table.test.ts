import { join } from 'node:path';
import { openSqliteTable } from '#adapters/sqlite/table.ts';
import { tableContract } from '#test/contracts/table-contract.ts';
import { makeTempFolder } from '#test/support/process/temp-folder.ts';

tableContract('SQLite', async () => {
  const folder = makeTempFolder();
  const table = openSqliteTable(join(folder.path, 'made', 'table.sqlite'));
  return {
    table,
    close() {
      table.close();
      folder.remove();
    },
  };
});
