import { hash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, posix, resolve } from 'node:path';
import { assertArchiveKey, assertArchiveMetadata } from '#core/archive-limits.ts';
import { Fault } from '#core/errors.ts';
import type { Archive, StoredFile } from '#core/ports.ts';
import {
  ensureFolder,
  readIfThere,
  syncFolder,
  syncFolders,
  translateErrors,
  unlessOneOf,
  writeDurably,
} from './files.ts';
import { keysUnder, removeStale } from './folders.ts';

/**
 * The content of an entry's `info.json`. `put` is unique to each call, so that concurrent writers of one key
 * can be told apart.
 */
interface Entry {
  readonly put: string;
  readonly sha256: string;
  readonly size: number;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Found {
  readonly file: StoredFile;
  readonly bytes: Uint8Array;
}

/**
 * Creates an archive as a plain folder that people may browse: the file of a key lies at `root/key`,
 * read-only. Everything else known about it lies in `root/.rechnungspost`.
 *
 * A put prepares a folder with `data` and `info.json` under `staging/` and renames it to `files/…/.name`.
 * This rename is the commit: renaming a folder onto one that is not empty fails, so exactly one writer wins
 * and nobody ever sees a partial file, on any file system or share, without links, locks or permissions. Then
 * `data` moves to its visible place; if the process dies before that, the next call that asks for the key
 * moves it. A file at `root/key` without an entry was put there by somebody else: it counts as stored, with
 * empty metadata, and is never overwritten.
 */
export function createFolderArchive(root: string): Archive {
  const top = resolve(root);
  const hidden = join(top, '.rechnungspost');
  const staging = join(hidden, 'staging');
  const files = join(hidden, 'files');
  let cleaned = false;

  const placesOf = (key: string) => {
    const entry = join(files, posix.dirname(key), `.${posix.basename(key)}`);
    return { visible: join(top, key), entry, data: join(entry, 'data'), info: join(entry, 'info.json') };
  };

  /** Completes a put that was committed but interrupted, then reads and verifies the file. */
  async function find(key: string): Promise<Found | undefined> {
    const at = placesOf(key);
    // The visible file must be read first: our writers make the entry before it, so a visible file without an
    // entry is foreign.
    let bytes = await readIfThere(at.visible);
    const entry = await readEntry(at.info);
    if (!entry) return bytes && { file: foreignFile(key, bytes), bytes };
    if (!bytes || sha256(bytes) !== entry.sha256) {
      await ensureFolder(dirname(at.visible));
      await reveal(at);
      bytes = (await readIfThere(at.data)) ?? (await readIfThere(at.visible));
    }
    if (!bytes) throw new Fault('damaged', `${at.visible} was removed; restore it from a backup`);
    if (sha256(bytes) !== entry.sha256) {
      throw new Fault('damaged', `${at.visible} is not what was stored; restore it from a backup`);
    }
    return { file: storedFile(key, entry), bytes };
  }

  /** Writes an entry into the staging folder, flushes it to disk and reads it back. */
  async function stage(folder: string, key: string, bytes: Uint8Array, entry: Entry): Promise<void> {
    const data = join(folder, 'data');
    await mkdir(folder, { recursive: true });
    if (!cleaned) {
      cleaned = true;
      await removeStale(staging, folder);
    }
    await Promise.all([
      writeDurably(data, bytes, 0o444),
      writeDurably(join(folder, 'info.json'), JSON.stringify(entry), 0o444),
    ]);
    const [written] = await Promise.all([readFile(data), syncFolder(folder)]);
    if (sha256(written) !== entry.sha256) {
      throw new Fault(
        'unavailable',
        `${key} reads back from ${top} otherwise than written; check disk or share`,
      );
    }
  }

  async function taken(key: string): Promise<StoredFile | undefined> {
    const found = await find(key);
    // The writer may have died before it flushed the folder's name. A foreign file has no entry, hence ENOENT
    // is fine.
    if (found) await unlessOneOf(syncFolders(dirname(placesOf(key).entry), top), 'ENOENT');
    return found?.file;
  }

  async function putOnce(key: string, bytes: Uint8Array, entry: Entry): ReturnType<Archive['putOnce']> {
    const earlier = await taken(key);
    if (earlier) return { outcome: 'exists', file: earlier };
    const at = placesOf(key);
    const folder = join(staging, entry.put);
    try {
      await stage(folder, key, bytes, entry);
      await ensureFolder(dirname(at.visible));
      await ensureFolder(dirname(at.entry));
      await rename(folder, at.entry);
    } catch (error) {
      // A share may repeat a rename whose answer was lost: the repetition fails although the entry is ours.
      if ((await readEntry(at.info))?.put !== entry.put) {
        // If this fails, `removeStale` removes the folder when it is old.
        await rm(folder, { recursive: true, force: true }).catch(() => undefined);
        const winner = await taken(key);
        if (winner) return { outcome: 'exists', file: winner };
        throw error;
      }
    }
    await syncFolder(dirname(at.entry));
    await reveal(at);
    return { outcome: 'stored', file: storedFile(key, entry) };
  }

  return {
    async putOnce(key, bytes, { contentType, metadata }) {
      assertArchiveKey(key);
      assertArchiveMetadata(key, metadata);
      const entry = { put: randomUUID(), sha256: sha256(bytes), size: bytes.length, contentType, metadata };
      return translateErrors(`The archive ${top}`, () => putOnce(key, bytes, entry));
    },

    async get(key, version) {
      assertArchiveKey(key);
      const found = await translateErrors(`The archive ${top}`, () => find(key));
      return version === undefined || found?.file.version === version ? found : undefined;
    },

    async list(prefix) {
      return translateErrors(`The archive ${top}`, () => keysUnder(prefix, { visible: top, entries: files }));
    },
  };
}

/** Moves the data of an entry to its visible place, unless that is done or somebody else put a file there. */
async function reveal(at: { readonly visible: string; readonly data: string }): Promise<void> {
  if (await unlessOneOf(stat(at.visible), 'ENOENT')) return;
  await unlessOneOf(rename(at.data, at.visible), 'ENOENT'); // another process was faster
  await syncFolder(dirname(at.visible));
}

async function readEntry(path: string): Promise<Entry | undefined> {
  const json = await readIfThere(path);
  if (!json) return undefined;
  try {
    return JSON.parse(json.toString());
  } catch (cause) {
    throw new Fault('damaged', `${path} is not what was stored; restore it from a backup`, { cause });
  }
}

const storedFile = (key: string, { sha256, size, contentType, metadata }: Entry): StoredFile => ({
  key,
  version: sha256,
  size,
  sha256,
  contentType,
  metadata,
});

function foreignFile(key: string, bytes: Uint8Array): StoredFile {
  const sum = sha256(bytes);
  return {
    key,
    version: sum,
    size: bytes.length,
    sha256: sum,
    contentType: 'application/octet-stream',
    metadata: {},
  };
}

const sha256 = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex');
