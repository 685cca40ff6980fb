import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import PostalMime, { type Address, type Email } from 'postal-mime';
import { ENVELOPES, type KeptEnvelope } from './smtp-sink.ts';

export interface KeptMail {
  readonly name: string;
  readonly bytes: Buffer;
  readonly mail: Email;
  /** Undefined for a message that somebody else put into the folder. */
  readonly envelope: KeptEnvelope | undefined;
}

const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*\.eml$/;

/** Lists the names of the messages, newest first; with `before`, only those older than that one. */
export async function listMails(folder: string, before?: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names
    .filter((name) => NAME.test(name) && (before === undefined || name < before))
    .sort()
    .reverse();
}

/**
 * Reads a message, or returns undefined if there is none of that name. A name with a path in it never
 * matches.
 */
export async function readMail(folder: string, name: string): Promise<KeptMail | undefined> {
  if (!NAME.test(name)) return undefined;
  const bytes = await readFile(join(folder, name)).catch(() => undefined);
  if (!bytes) return undefined;
  const envelope = await readFile(join(folder, ENVELOPES, `${name}.json`), 'utf8')
    .then((text) => JSON.parse(text) as KeptEnvelope)
    .catch(() => undefined);
  return { name, bytes, mail: await PostalMime.parse(bytes), envelope };
}

export function addressList(addresses: Address | readonly Address[] | undefined): string {
  return [addresses ?? []]
    .flat()
    .flatMap((it) => it.group ?? [it])
    .map(({ name, address }) => (name ? `${name} <${address}>` : address))
    .join(', ');
}
