import { Fault } from './errors.ts';

/**
 * Limits on archive keys and metadata that every archive can hold: those of S3, and those of file names on
 * any disk or network share, Windows included.
 */
const KEY_BYTES = 1024;
const SEGMENT_BYTES = 250;
const METADATA_BYTES = 2048;
const UNSUITABLE = /[\u0000-\u001f\u007f\\<>:"|?*]/;

/**
 * Returns why a text cannot be an archive key, as the end of a sentence, or undefined if it can. A key is
 * relative, and `/` separates its segments.
 */
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

/**
 * Checks a key before any archive is asked, so that no archive accepts what another cannot hold.
 * @throws Fault `bad-input` naming the key and what is wrong with it
 */
export function assertArchiveKey(key: string): void {
  const problem = archiveKeyProblem(key);
  if (problem)
    throw new Fault('bad-input', `The archive key ${JSON.stringify(key.slice(0, 200))} ${problem}`);
}

/**
 * Checks that metadata fits every archive, S3's headers included.
 * @throws Fault `bad-input` if a name is not lower-case, a value is not printable ASCII, or all together
 *   exceed 2 KB
 */
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
