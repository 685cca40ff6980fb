import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Fault } from '#core/errors.ts';

/** Writes a new file and forces it to the disk; the mode holds from the first moment. Fails if the path is taken. */
export async function writeDurably(path: string, data: string | Uint8Array, mode: number): Promise<void> {
  await using handle = await open(path, 'wx', mode);
  await handle.writeFile(data);
  await handle.sync();
}

/** By path: the sync of a folder under way, and the one after it, which serves all who ask meanwhile. */
const syncing = new Map<string, Promise<void>>();
const nextSync = new Map<string, Promise<void>>();

/**
 * Forces the names in a folder to the disk. Those who ask while the disk is busy with the same folder share the next
 * round.
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

/** Windows and some shares cannot do that for a folder, and keep the order of such changes themselves. */
async function syncNow(path: string): Promise<void> {
  try {
    await using handle = await open(path, 'r');
    await handle.sync();
  } catch (error) {
    if (!isOneOf(error, 'EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'ENOSYS', 'EBADF')) throw error;
  }
}

/** Forces a folder's own name to the disk as well, up to and including the names in `top`. */
export async function syncFolders(path: string, top: string): Promise<void> {
  for (let folder = path; ; folder = dirname(folder)) {
    await syncFolder(folder);
    if (folder === top || folder === dirname(folder)) return;
  }
}

/** Makes a folder and those above it durably; costs one call where it exists. */
export async function ensureFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first !== undefined) await syncFolders(dirname(path), dirname(first));
}

/** Undefined when there is no such file. */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  return unlessOneOf(readFile(path), 'ENOENT', 'ENOTDIR');
}

/** The result, or undefined when it fails for one of these reasons. */
export async function unlessOneOf<T>(result: Promise<T>, ...codes: string[]): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if (isOneOf(error, ...codes)) return undefined;
    throw error;
  }
}

/** What the file system complains about, as a Fault that names the path and the remedy. */
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
