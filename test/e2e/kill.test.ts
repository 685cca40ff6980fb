import { join } from 'node:path';
import { openSqliteTable } from '#adapters/sqlite/table.ts';
import { killSuite } from '#test/contracts/kills.ts';

killSuite(
  {
    name: 'SQLite',
    open: async (folder) => openSqliteTable(join(folder, 'rechnungspost.sqlite')),
    copy: async () => {}, // It lies in the folder.
    environment: () => ({}),
  },
  { billing: 1, cancellation: process.env.LONG ? 1 : 5 },
);
