import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Fault } from '#core/errors.ts';

/** Writes a new file and forces it to the disk; the mode holds from the first moment. Fails if the path is taken. */
export async function writeDurably(path: string, data: string | Uint8Array, mode: number): Promise<void> {
  await using handle = await open(path, 'wx', mode);
  await handle.writeFile(data);
  await handle.sync();
}

/**
 * Forces the names in a folder to the disk. Windows and some shares cannot do that for a folder, and keep the order
 * of such changes themselves.
 */
export async function syncFolder(path: string): Promise<void> {
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
export async function speaking<T>(what: string, work: () => Promise<T>): Promise<T> {
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
