/**
 * Stands between a module and `node:fs/promises`: shows each call to a hook before it is done. The hook may
 * wait, throw, or end the process. The built-in module is replaced for the whole process.
 */
import fs, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

export interface IoCall {
  /** The number of this call, counted from 1. */
  readonly number: number;
  /**
   * `mkdir`, `rename` …; `create` is an `open` that makes a file; `write`, `sync` and `close` are calls on an
   * open file.
   */
  readonly name: string;
  /** The path that the call is about; for a rename, the new path. */
  readonly path: string;
}

const CALLS = ['chmod', 'mkdir', 'open', 'readFile', 'readdir', 'rename', 'rm', 'stat'] as const;
const FILE_CALLS = { writeFile: 'write', sync: 'sync', close: 'close' } as const;

/** @returns a function that takes the hook away */
export function watchIo(hook: (call: IoCall) => void | Promise<void>): () => void {
  let number = 0;
  const originals = Object.fromEntries(CALLS.map((name) => [name, fs[name]]));
  const watched = Object.fromEntries(
    CALLS.map((name) => [
      name,
      async (...values: unknown[]) => {
        const path = String(values[name === 'rename' ? 1 : 0]);
        await hook({ number: ++number, name: name === 'open' && values[1] !== 'r' ? 'create' : name, path });
        const result = await Reflect.apply(originals[name]!, fs, values);
        return name === 'open' ? watchFile(result as FileHandle, path) : result;
      },
    ]),
  );
  Object.assign(fs, watched);
  syncBuiltinESMExports();
  return () => {
    Object.assign(fs, originals);
    syncBuiltinESMExports();
  };

  function watchFile(handle: FileHandle, path: string): FileHandle {
    for (const [method, name] of Object.entries(FILE_CALLS)) {
      const original = Reflect.get(handle, method) as (...values: unknown[]) => unknown;
      Reflect.set(handle, method, async (...values: unknown[]) => {
        await hook({ number: ++number, name, path });
        return Reflect.apply(original, handle, values);
      });
    }
    return handle;
  }
}
