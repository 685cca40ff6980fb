import { randomUUID } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { archiveKeyProblem } from '#core/archive-limits.ts';
import { unlessOneOf } from './files.ts';

const STALE_MS = 24 * 60 * 60 * 1000;

/**
 * Removes what killed processes left under `staging` more than a day ago. The age is measured by the clock of
 * the disk or share itself, from `fresh`, a folder just made there. A stale folder is renamed before it is
 * removed: if its process was only asleep, that process's own rename then fails, and no half-removed folder
 * is ever committed.
 */
export async function removeStale(staging: string, fresh: string): Promise<void> {
  const now = (await stat(fresh)).mtimeMs;
  for (const name of await readdir(staging)) {
    const path = join(staging, name);
    const doomed = join(staging, `stale-${randomUUID()}`);
    // Several processes may clean up at once, and a share may refuse: the next cleanup tries again.
    try {
      if (now - (await stat(path)).mtimeMs < STALE_MS) continue;
      await rename(path, doomed);
      await rm(doomed, { recursive: true, force: true });
    } catch {}
  }
}

/**
 * Returns the keys that begin with a prefix, in the order of their UTF-8 bytes. They come from the visible
 * files, whoever put them there, and from the entries, whose names begin with a dot.
 */
export async function keysUnder(
  prefix: string,
  places: { readonly visible: string; readonly entries: string },
): Promise<string[]> {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  if (folder !== '' && archiveKeyProblem(folder.slice(0, -1))) return [];
  const keys = new Set<string>();
  const visible = (found: Dirent) => (found.isFile() ? found.name : undefined);
  const entry = (found: Dirent) => (found.name.startsWith('.') ? found.name.slice(1) : undefined);
  await collect(places.visible, folder, prefix, visible, keys);
  await collect(places.entries, folder, prefix, entry, keys);
  return [...keys]
    .map((key) => ({ key, bytes: Buffer.from(key) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ key }) => key);
}

async function collect(
  base: string,
  folder: string,
  prefix: string,
  nameIn: (found: Dirent) => string | undefined,
  keys: Set<string>,
): Promise<void> {
  const content = unlessOneOf(readdir(join(base, folder), { withFileTypes: true }), 'ENOENT', 'ENOTDIR');
  for (const found of (await content) ?? []) {
    const name = nameIn(found);
    const path = folder + (name ?? found.name);
    // Names that no key can have do not belong to the archive: `.DS_Store`, for example, and the hidden
    // folder itself.
    if (!path.startsWith(prefix.slice(0, path.length)) || archiveKeyProblem(path)) continue;
    if (name === undefined) await collect(base, `${path}/`, prefix, nameIn, keys);
    else if (path.startsWith(prefix)) keys.add(path);
  }
}
