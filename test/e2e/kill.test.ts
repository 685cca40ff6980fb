import { join } from 'node:path';
import { openSqliteTable } from '#adapters/sqlite/table.ts';
import { killSuite } from '#test/contracts/kills.ts';

killSuite(
  {
    name: 'SQLite',
    open: async (folder) => openSqliteTable(join(folder, 'rechnungspost.sqlite')),
    copy: async () => {}, // The table lies in the folder and is copied with it.
    environment: () => ({}),
  },
  { billing: 1, cancellation: process.env.LONG ? 1 : 5 },
);
