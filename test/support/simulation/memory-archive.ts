import { createHash } from 'node:crypto';
import type { Archive, StoredFile } from '#core/ports.ts';

/** Creates an archive in memory. It keeps the port's promises, as its contract suite shows. */
export function createMemoryArchive(): Archive {
  const files = new Map<string, { readonly file: StoredFile; readonly bytes: Uint8Array }>();
  return {
    async putOnce(key, bytes, { contentType, metadata }) {
      const there = files.get(key);
      if (there) return { outcome: 'exists', file: there.file };
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const file = {
        key,
        version: sha256,
        size: bytes.length,
        sha256,
        contentType,
        metadata: { ...metadata },
      };
      files.set(key, { file, bytes: Uint8Array.from(bytes) });
      return { outcome: 'stored', file };
    },
    async get(key, version) {
      const there = files.get(key);
      return there && (version === undefined || version === there.file.version) ? there : undefined;
    },
    list: async (prefix) => [...files.keys()].filter((key) => key.startsWith(prefix)).sort(),
  };
}
