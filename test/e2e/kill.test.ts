import { join } from 'node:path';
import { openSqliteTable } from '#adapters/sqlite/table.ts';
import { killSuite } from '#test/contracts/kills.ts';

/** Tries every third moment; an odd step finds moments before and after a call. The long form tries all. */
const STEP = process.env.LONG ? 1 : 3;

killSuite(
  {
    name: 'SQLite',
    open: async (folder) => openSqliteTable(join(folder, 'rechnungspost.sqlite')),
    copy: async () => {}, // The table lies in the folder and is copied with it.
    environment: () => ({}),
  },
  { billing: STEP, cancellation: process.env.LONG ? 1 : 5 },
);
