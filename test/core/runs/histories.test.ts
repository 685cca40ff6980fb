import { test } from 'node:test';
import { openSqliteTable } from '#adapters/sqlite/table.ts';
import { tellHistories } from '#test/contracts/histories.ts';

const HISTORIES = process.env.LONG ? 5000 : 500;

test(`a run keeps every promise in ${HISTORIES} random histories`, () =>
  tellHistories(HISTORIES, async () => openSqliteTable(':memory:'), { shrink: true }));
