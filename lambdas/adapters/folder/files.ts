import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Fault } from '#core/errors.ts';

/**
 * Writes a new file with its final mode from the first moment and flushes it to disk. Fails if the path
 * exists.
 */
export async function writeDurably(path: string, data: string | Uint8Array, mode: number): Promise<void> {
  await using handle = await open(path, 'wx', mode);
  await handle.writeFile(data);
  await handle.sync();
}

/**
 * Syncs of folders by path: `syncing` holds the one that runs, `nextSync` the one after it, shared by all who
 * ask meanwhile.
 */
const syncing = new Map<string, Promise<void>>();
const nextSync = new Map<string, Promise<void>>();

/**
 * Flushes the names in a folder to disk. Calls that come while the folder is being synced share the next
 * sync.
 */
export function syncFolder(path: string): Promise<void> {
  const current = syncing.get(path);
  if (!current) return startSync(path);
  const next =
    nextSync.get(path) ??
    current.then(
      () => startSync(path),
      () => startSync(path),
    );
  nextSync.set(path, next);
  return next;
}

function startSync(path: string): Promise<void> {
  nextSync.delete(path);
  const sync = syncNow(path).finally(() => {
    if (syncing.get(path) === sync) syncing.delete(path);
  });
  syncing.set(path, sync);
  return sync;
}

/**
 * Syncs a folder. Windows and some shares cannot do this and keep the order of such changes themselves, so
 * their errors are ignored.
 */
async function syncNow(path: string): Promise<void> {
  try {
    await using handle = await open(path, 'r');
    await handle.sync();
  } catch (error) {
    if (!isOneOf(error, 'EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'ENOSYS', 'EBADF')) throw error;
  }
}

/**
 * Flushes a folder's names and those of the folders above it to disk, up to and including the names in `top`.
 */
export async function syncFolders(path: string, top: string): Promise<void> {
  for (let folder = path; ; folder = dirname(folder)) {
    await syncFolder(folder);
    if (folder === top || folder === dirname(folder)) return;
  }
}

/** Creates a folder and its missing parents durably; if it exists, this costs one call. */
export async function ensureFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first !== undefined) await syncFolders(dirname(path), dirname(first));
}

/** Reads a file, or returns undefined when it does not exist. */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  return unlessOneOf(readFile(path), 'ENOENT', 'ENOTDIR');
}

/** Awaits the result, or returns undefined when it fails with one of these error codes. */
export async function unlessOneOf<T>(result: Promise<T>, ...codes: string[]): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if (isOneOf(error, ...codes)) return undefined;
    throw error;
  }
}

/** Turns errors of the file system into a Fault that names the path and the remedy. */
export async function translateErrors<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new Fault(
      'unavailable',
      `${what} cannot be used (${error.message}); check that the folder is reachable, writable and not full`,
      { cause: error },
    );
  }
}

function isOneOf(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
