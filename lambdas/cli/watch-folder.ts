import { type FSWatcher, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** Milliseconds within which changes count as one, because editors write a file in several steps. */
const SETTLE_MS = 50;

/**
 * Does the work at once and again after each change in the folder or its subfolders, one at a time, until it
 * is asked to stop. A change during the work makes it run again.
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
      // New watchers start before the old ones are closed and before anything is read, so that no change is
      // lost.
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

/**
 * Watches each folder by itself, because Node's watchers for whole trees lose files that are replaced by
 * others.
 */
function watchAll(folder: string, wake: () => void): FSWatcher[] {
  const inner = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [folder, ...inner.map(({ name }) => join(folder, name))].map((path) =>
    // A folder that is removed wakes the work too, and its next look at the folders finds out.
    watch(path, wake).on('error', wake),
  );
}
