import { Fault } from './errors.ts';

/**
 * Keys and metadata that every archive can hold: S3's limits, and names that a folder on any disk or network share
 * can bear, Windows' included.
 */
const KEY_BYTES = 1024;
const SEGMENT_BYTES = 250;
const METADATA_BYTES = 2048;
const UNSUITABLE = /[\u0000-\u001f\u007f\\<>:"|?*]/;

/** Why a text is no archive key, or undefined. A key is relative, its segments are separated by `/`. */
export function archiveKeyProblem(key: string): string | undefined {
  if (!key.isWellFormed()) return 'is not Unicode';
  if (UNSUITABLE.test(key)) return 'has a control character or one of \\ < > : " | ? *';
  if (bytesOf(key) > KEY_BYTES) return `is longer than ${KEY_BYTES} bytes`;
  for (const segment of key.split('/')) {
    if (segment === '') return 'has an empty part';
    if (segment.startsWith('.')) return 'has a part that begins with a dot';
    if (/[. ]$/.test(segment)) return 'has a part that ends with a dot or a space';
    if (bytesOf(segment) > SEGMENT_BYTES) return `has a part of more than ${SEGMENT_BYTES} bytes`;
  }
  return undefined;
}

/** @throws Fault `bad-input` */
export function assertArchiveKey(key: string): void {
  const problem = archiveKeyProblem(key);
  if (problem)
    throw new Fault('bad-input', `The archive key ${JSON.stringify(key.slice(0, 200))} ${problem}`);
}

/** @throws Fault `bad-input` when a name is not in lower case, a value not printable ASCII, or all are above 2 KB */
export function assertArchiveMetadata(key: string, metadata: Readonly<Record<string, string>>): void {
  let bytes = 0;
  for (const [name, value] of Object.entries(metadata)) {
    bytes += name.length + value.length;
    if (!/^[a-z0-9][a-z0-9-]*$/.test(name) || !/^[\x20-\x7e]*$/.test(value)) {
      throw new Fault(
        'bad-input',
        `The metadata "${name}" of ${key} is not lower-case ASCII, or its value not ASCII`,
      );
    }
  }
  if (bytes > METADATA_BYTES) {
    throw new Fault('bad-input', `The metadata of ${key} is longer than ${METADATA_BYTES} bytes`);
  }
}

const utf8 = new TextEncoder();
const bytesOf = (text: string): number => utf8.encode(text).length;
