import { Fault } from '#core/errors.ts';

// Primary result codes, https://sqlite.org/rescode.html
const BUSY = 5;
const CORRUPT = 11;
const PROTOCOL = 15;
const NOTADB = 26;

/**
 * Runs a call on a database file, and turns errors of SQLite or the file system into a Fault that names the
 * file and the remedy.
 */
export function translateErrors<T>(file: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof Fault || !(error instanceof Error)) throw error;
    const code = sqliteCode(error);
    if (code === CORRUPT || code === NOTADB) {
      throw new Fault('damaged', `${file} is not a sound SQLite database; restore it from a backup`, {
        cause: error,
      });
    }
    if (code !== undefined || 'syscall' in error) {
      throw new Fault(
        'unavailable',
        `The database ${file} cannot be used (${error.message}); check its folder, rights and free disk space`,
        { cause: error },
      );
    }
    throw error;
  }
}

/**
 * Retries a call while other processes hold the file. SQLite's own busy timeout does not cover the switch to
 * the write-ahead log, nor creating the schema, when two processes open a new file at the same moment.
 */
export function retryWhileBusy<T>(milliseconds: number, call: () => T): T {
  const end = Date.now() + milliseconds;
  for (;;) {
    try {
      return call();
    } catch (error) {
      const code = sqliteCode(error);
      if ((code !== BUSY && code !== PROTOCOL) || Date.now() > end) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5 + Math.random() * 10);
    }
  }
}

/** Returns SQLite's primary result code, which is the low byte of the extended one. */
function sqliteCode(error: unknown): number | undefined {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  return typeof code === 'number' ? code & 0xff : undefined;
}
