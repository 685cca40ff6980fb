import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { ConflictError } from '#core/errors.ts';
import type { Change, Expectation, Item, Key, Table } from '#core/ports.ts';
import { assertKey, assertWithinLimits, keyOf } from '#core/table-limits.ts';
import { retryWhileBusy, translateErrors } from './errors.ts';

/**
 * How long a write may wait for those of other processes, in milliseconds; each holds the file for about one
 * fsync.
 */
const PATIENCE_MS = 60_000;

// The table is not WITHOUT ROWID: items of a kilobyte and more would lie in the index itself, spill out of
// its pages and make a look-up three times slower. Pages of 8 KB hold a delivery note whole.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS items (
    partition TEXT NOT NULL,
    sort      TEXT NOT NULL,
    version   TEXT NOT NULL,
    value     TEXT NOT NULL,
    PRIMARY KEY (partition, sort)
  )`;

const PUT = `
  INSERT INTO items (partition, sort, version, value) VALUES (?, ?, ?, ?)
  ON CONFLICT (partition, sort) DO UPDATE SET version = excluded.version, value = excluded.value`;

// Every text with the prefix lies between it and the prefix followed by 0xFF, a byte that UTF-8 never uses.
// The index gets a single lower bound, the greater of the two, so that paging does not walk over earlier
// pages.
const LIST = `
  SELECT sort, version, value FROM items
  WHERE partition = ?1 AND sort >= max(?2, ?3) AND sort < ?2 || x'ff' AND +sort > ?3
  ORDER BY sort LIMIT ?4`;

const LIST_BACKWARDS = `
  SELECT sort, version, value FROM items
  WHERE partition = ?1 AND sort >= ?2 AND sort < iif(?3 = '', ?2 || x'ff', min(?2 || x'ff', ?3))
  ORDER BY sort DESC LIMIT ?4`;

interface Write {
  readonly changes: readonly Change[];
  readonly version: string;
  /** The value of each change as JSON; empty for a change that puts nothing. */
  readonly json: readonly string[];
  readonly resolve: (version: string) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Opens the table in one SQLite file, which several processes may have open at once; file and folder are
 * created if missing. The file must lie on a disk of this machine, because the write-ahead log needs shared
 * memory. Text compares by its UTF-8 bytes (SQLite's BINARY collation). A write that has returned was fsynced
 * (`synchronous = FULL`); writes that come at the same moment share one fsync.
 * @throws Fault `unavailable` or `damaged`, here and in every call, when the file cannot be used
 */
export function openSqliteTable(file: string): Table & { close(): void } {
  const db = translateErrors(file, () => {
    mkdirSync(dirname(file), { recursive: true });
    return retryWhileBusy(PATIENCE_MS, () => open(file));
  });
  const statement = (sql: string) => {
    const prepared = db.prepare(sql);
    prepared.setReturnArrays(true);
    return prepared;
  };
  const selectOne = statement('SELECT version, value FROM items WHERE partition = ? AND sort = ?');
  const selectVersion = statement('SELECT version FROM items WHERE partition = ? AND sort = ?');
  const selectList = statement(LIST);
  const selectListBackwards = statement(LIST_BACKWARDS);
  const put = statement(PUT);
  const remove = statement('DELETE FROM items WHERE partition = ? AND sort = ?');
  const beginRead = statement('BEGIN');
  const beginWrite = statement('BEGIN IMMEDIATE');
  const commit = statement('COMMIT');
  const rollback = statement('ROLLBACK');
  const savepoint = statement('SAVEPOINT one');
  const undo = statement('ROLLBACK TO one');
  const release = statement('RELEASE one');
  const waiting: Write[] = [];

  function read({ partition, sort }: Key): Item | undefined {
    const row = selectOne.get(partition, sort) as [string, string] | undefined;
    return row && { key: { partition, sort }, version: row[0], value: JSON.parse(row[1]) };
  }

  function apply(change: Change, version: string, json: string): void {
    const { partition, sort } = keyOf(change);
    if (change.expect !== undefined) {
      const [found] = (selectVersion.get(partition, sort) as [string] | undefined) ?? [];
      if (!holds(change.expect, found)) throw new ConflictError(`${partition}/${sort}`);
    }
    if ('put' in change) put.run(partition, sort, version, json);
    else if ('delete' in change) remove.run(partition, sort);
  }

  function applyAll({ changes, version, json }: Write): void {
    for (const [index, change] of changes.entries()) apply(change, version, json[index]!);
  }

  /** Writes everything that waits in one transaction with one fsync. Each write is still all or nothing. */
  function writeWaiting(): void {
    const group = waiting.splice(0, waiting.length);
    if (group.length === 0) return;
    const refused = new Map<Write, unknown>();
    try {
      transaction(beginWrite, () => {
        if (group.length === 1) return applyAll(group[0]!);
        for (const write of group) {
          savepoint.run();
          try {
            applyAll(write);
          } catch (error) {
            if (!(error instanceof ConflictError)) throw error;
            refused.set(write, error);
            undo.run();
          }
          release.run();
        }
      });
    } catch (error) {
      for (const { reject } of group) reject(error);
      return;
    }
    for (const write of group) {
      if (refused.has(write)) write.reject(refused.get(write));
      else write.resolve(write.version);
    }
  }

  function transaction<T>(begin: StatementSync, work: () => T): T {
    return translateErrors(file, () => {
      begin.run();
      try {
        const result = work();
        commit.run();
        return result;
      } catch (error) {
        if (db.isTransaction) rollback.run();
        throw error;
      }
    });
  }

  return {
    async get(key) {
      assertKey(key);
      return translateErrors(file, () => read(key));
    },

    async getMany(keys) {
      for (const key of keys) assertKey(key);
      return transaction(beginRead, () => keys.map(read));
    },

    async list(partition, { prefix = '', after = '', limit = -1, backwards = false } = {}) {
      assertKey({ partition, sort: '-' });
      const select = backwards ? selectListBackwards : selectList;
      const rows = translateErrors(
        file,
        () => select.all(partition, prefix, after, limit) as unknown as [string, string, string][],
      );
      return rows.map(([sort, version, value]) => ({
        key: { partition, sort },
        version,
        value: JSON.parse(value),
      }));
    },

    write(changes) {
      return new Promise((resolve, reject) => {
        assertWithinLimits(changes);
        // Serialized before the transaction, because other processes wait while that lasts.
        const json = changes.map((change) => ('put' in change ? JSON.stringify(change.value) : ''));
        waiting.push({ changes, version: randomUUID(), json, resolve, reject });
        if (waiting.length === 1) setImmediate(writeWaiting);
      });
    },

    close() {
      if (!db.isOpen) return;
      writeWaiting();
      db.close();
    },
  };
}

function open(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: PATIENCE_MS });
  try {
    db.exec('PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    db.exec(SCHEMA);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function holds(expect: Expectation, found: string | undefined): boolean {
  if (expect === 'absent') return found === undefined;
  if (expect === 'present') return found !== undefined;
  return found === expect.version;
}
