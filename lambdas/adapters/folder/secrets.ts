import { randomUUID } from 'node:crypto';
import { chmod, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Fault } from '#core/errors.ts';
import type { Secrets } from '#core/ports.ts';
import {
  ensureFolder,
  readIfThere,
  syncFolder,
  translateErrors,
  unlessOneOf,
  writeDurably,
} from './files.ts';

/**
 * Keeps secrets in one JSON file of mode 0600 that is replaced as a whole by a rename, so that a reader never
 * sees a partial file. Calls of `set` in one process run one after the other; if two processes set at the
 * same moment, the later one wins.
 * @throws Fault `damaged` when the file is not what was written, `unavailable` when it cannot be read or
 * written
 */
export function createFileSecrets(file: string): Secrets {
  const path = resolve(file);
  let lastSet: Promise<unknown> = Promise.resolve();

  async function read(): Promise<Readonly<Record<string, string>>> {
    const found = await unlessOneOf(stat(path), 'ENOENT', 'ENOTDIR');
    if (!found) return {};
    // The file may have been copied or restored with the wrong permissions. They are repaired, because
    // refusing would only stop the mail. Windows has no such permissions; there those of the folder apply.
    if ((found.mode & 0o077) !== 0) await unlessOneOf(chmod(path, 0o600), 'EPERM', 'ENOTSUP', 'ENOSYS');
    const json = (await readIfThere(path))?.toString() ?? '{}';
    return parse(json, path);
  }

  async function set(name: string, value: string): Promise<void> {
    const secrets = { ...(await read()), [name]: value };
    await ensureFolder(dirname(path));
    const draft = `${path}.${randomUUID()}`;
    try {
      await writeDurably(draft, JSON.stringify(secrets, null, 2), 0o600);
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
    await syncFolder(dirname(path));
  }

  return {
    async get(name) {
      const secrets = await translateErrors(`The secrets file ${path}`, read);
      return Object.hasOwn(secrets, name) ? secrets[name] : undefined;
    },

    async set(name, value) {
      const turn = lastSet.then(() => translateErrors(`The secrets file ${path}`, () => set(name, value)));
      lastSet = turn.catch(() => undefined);
      return turn;
    },
  };
}

function parse(json: string, path: string): Readonly<Record<string, string>> {
  let secrets: unknown;
  try {
    secrets = JSON.parse(json);
  } catch {
    // The parser's message is dropped, because it would quote the secrets.
  }
  if (secrets !== null && typeof secrets === 'object' && !Array.isArray(secrets)) {
    if (Object.values(secrets).every((value) => typeof value === 'string')) {
      return secrets as Record<string, string>;
    }
  }
  throw new Fault(
    'damaged',
    `${path} is not a JSON object of texts; mend it, or remove it and set the secrets anew`,
  );
}
