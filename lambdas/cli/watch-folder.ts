import { type FSWatcher, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** Editors write a file in several steps: what changes within this time counts as one change. */
const SETTLE_MS = 50;

/**
 * Does the work at once and after each change in the folder or the folders in it, one at a time, until it is asked to
 * stop. A change while the work is being done has it done again.
 */
export async function watchFolder(
  folder: string,
  stop: AbortSignal,
  work: () => Promise<void>,
): Promise<void> {
  let changed = Promise.withResolvers<void>();
  let watchers: FSWatcher[] = [];
  const wake = () => changed.resolve();
  stop.addEventListener('abort', wake);
  try {
    while (!stop.aborted) {
      changed = Promise.withResolvers<void>();
      // The new ones stand before the old ones go, and before anything is read: no change is lost.
      const old = watchers;
      watchers = watchAll(folder, wake);
      for (const watcher of old) watcher.close();
      await work();
      if (!stop.aborted) await changed.promise;
      await setTimeout(SETTLE_MS, undefined, { signal: stop }).catch(() => {});
    }
  } finally {
    stop.removeEventListener('abort', wake);
    for (const watcher of watchers) watcher.close();
  }
}

/** One watcher a folder: those that Node makes for whole trees lose files that are replaced by others. */
function watchAll(folder: string, wake: () => void): FSWatcher[] {
  const inner = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [folder, ...inner.map(({ name }) => join(folder, name))].map((path) =>
    // A folder that goes away wakes as well: the next look finds out.
    watch(path, wake).on('error', wake),
  );
}
