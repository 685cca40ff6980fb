import { hash } from 'node:crypto';
import { posix } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  GetObjectCommand,
  type ObjectLockMode,
  PutObjectCommand,
  type PutObjectCommandInput,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { archiveKeyProblem, assertArchiveKey, assertArchiveMetadata } from '#core/archive-limits.ts';
import { inlineNamed } from '#core/domain/content-disposition.ts';
import { Fault } from '#core/errors.ts';
import type { Archive, StoredFile } from '#core/ports.ts';
import { isAbsent, isChecksumMismatch, isRace, isTaken, translated } from './errors.ts';
import { retainUntil } from './retention.ts';

/**
 * Key of the probe object, which stays in the bucket. Whoever files anything needs the right to put it. No
 * archive key begins like this.
 */
export const PROBE_KEY = '.rechnungspost/probe';

const ATTEMPTS = 8;
const FIRST_PAUSE_MS = 20;
const READS = 3;

/**
 * Creates the archive in a bucket with versioning. `If-None-Match: *` makes the first write of a key win. S3
 * checks the SHA-256 of what it is sent and keeps it with the object; what is read is checked against it. A
 * repeated put whose first answer was lost finds its own file and reports `exists`.
 *
 * Stores that resemble S3 often ignore `If-None-Match` silently, so before the first put a probe makes sure
 * that this one does not.
 * @param options `client`: made by `createS3Client`. `lock`: how invoices are protected until `retainUntil`,
 * in a bucket with Object Lock; GOVERNANCE can be lifted with a special right, COMPLIANCE by nobody. Without
 * `lock` they are not protected
 * @throws Fault `unavailable`, in every call, when the bucket cannot be used; `bad-settings` for a store that
 * would overwrite files
 */
export function createS3Archive(options: {
  readonly client: S3Client;
  readonly bucket: string;
  readonly lock?: ObjectLockMode;
}): Archive {
  const { client, bucket: Bucket, lock } = options;
  let probed: Promise<void> | undefined;

  async function translateErrors<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw translated(error, Bucket);
    }
  }

  /** Stores an object unless its key is taken; returns undefined if it is. */
  async function putUnlessTaken(
    input: Omit<PutObjectCommandInput, 'Bucket'> & { readonly Body: Uint8Array },
  ): Promise<{ readonly version: string } | undefined> {
    const command = new PutObjectCommand({
      Bucket,
      IfNoneMatch: '*',
      ChecksumAlgorithm: 'SHA256',
      ChecksumSHA256: hash('sha256', input.Body, 'base64'),
      ...input,
    });
    for (let attempt = 1; ; attempt++) {
      try {
        const { VersionId } = await client.send(command);
        return { version: VersionId ?? NO_VERSIONS };
      } catch (error) {
        if (isTaken(error)) return undefined;
        if (!isRace(error) || attempt === ATTEMPTS) throw error;
        await setTimeout(Math.random() * FIRST_PAUSE_MS * 2 ** attempt);
      }
    }
  }

  /**
   * Puts a small object twice, to see whether the second put is refused. Mostly the first one is refused
   * already, because the object exists.
   */
  async function probe(): Promise<void> {
    const Body = Buffer.from('Shows that this store keeps the first write of a key.\n');
    const input = { Key: PROBE_KEY, Body, ContentType: 'text/plain' };
    for (let put = 1; put <= 2; put++) if (!(await putUnlessTaken(input))) return;
    throw new Fault(
      'bad-settings',
      `The store of the bucket ${Bucket} ignores "If-None-Match: *", so that one invoice could overwrite another; ` +
        'use Amazon S3, or a store that honours it in buckets with versions, as Ceph does since 20',
    );
  }

  async function find(key: string, version?: string): ReturnType<Archive['get']> {
    const command = new GetObjectCommand({ Bucket, Key: key, VersionId: version, ChecksumMode: 'ENABLED' });
    for (let read = 1; ; read++) {
      const found = await client.send(command).catch((error) => {
        if (isAbsent(error)) return undefined;
        throw error;
      });
      if (!found) return undefined;
      try {
        const bytes = await found.Body!.transformToByteArray();
        const file: StoredFile = {
          key,
          version: found.VersionId ?? NO_VERSIONS,
          size: bytes.length,
          sha256: hash('sha256', bytes, 'hex'),
          contentType: found.ContentType ?? 'application/octet-stream',
          metadata: found.Metadata ?? {},
        };
        return { file, bytes };
      } catch (error) {
        if (isChecksumMismatch(error)) {
          const reason = `${key} in the bucket ${Bucket} is not what was stored; restore it from a backup`;
          throw new Fault('damaged', reason, { cause: error });
        }
        // The SDK retries a failed request, but not one whose answer breaks off in the middle of the file.
        if (read === READS) throw error;
      }
    }
  }

  async function putOnce(
    key: string,
    bytes: Uint8Array,
    { contentType, metadata }: Parameters<Archive['putOnce']>[2],
  ): ReturnType<Archive['putOnce']> {
    const until = lock && retainUntil(key);
    probed ??= probe().catch((error) => {
      probed = undefined;
      throw error;
    });
    await probed;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const put = await putUnlessTaken({
        Key: key,
        Body: bytes,
        ContentType: contentType,
        ContentDisposition: inlineNamed(posix.basename(key)),
        Metadata: { ...metadata },
        ...(until && { ObjectLockMode: lock, ObjectLockRetainUntilDate: until }),
      });
      if (put) {
        const sha256 = hash('sha256', bytes, 'hex');
        const file = { key, ...put, size: bytes.length, sha256, contentType, metadata };
        return { outcome: 'stored', file };
      }
      const found = await find(key);
      if (found) return { outcome: 'exists', file: found.file };
      // The file was deleted between the two calls, so try again.
    }
    throw new Fault(
      'unavailable',
      `${key} in the bucket ${Bucket} comes and goes; try again in some minutes`,
    );
  }

  return {
    async putOnce(key, bytes, info) {
      assertArchiveKey(key);
      assertArchiveMetadata(key, info.metadata);
      return translateErrors(() => putOnce(key, bytes, info));
    },

    async get(key, version) {
      assertArchiveKey(key);
      return translateErrors(() => find(key, version));
    },

    async list(prefix) {
      return translateErrors(async () => {
        const keys: string[] = [];
        for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix: prefix })) {
          // Objects that cannot be archive keys do not belong to the archive; the probe is one of them.
          for (const { Key = '' } of Contents) if (!archiveKeyProblem(Key)) keys.push(Key);
        }
        return keys;
      });
    },
  };
}

/** S3's version id for the only version in a bucket without versioning. */
const NO_VERSIONS = 'null';
