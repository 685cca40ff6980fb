import { posix } from 'node:path';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { attachmentNamed } from '#core/domain/content-disposition.ts';

/** Long enough to begin a download, too short to be passed on by mistake. */
const VALID_SECONDS = 600;

/**
 * Creates signed addresses under which anybody who knows them can fetch a file of the bucket for ten minutes;
 * it is saved under the last part of its key. They are signed here with the rights of this process, without
 * asking S3.
 */
export function createFileAddresses(options: {
  readonly client: S3Client;
  readonly bucket: string;
}): (key: string) => Promise<string> {
  const { client, bucket: Bucket } = options;
  return (Key) => {
    const ResponseContentDisposition = attachmentNamed(posix.basename(Key));
    const command = new GetObjectCommand({ Bucket, Key, ResponseContentDisposition });
    return getSignedUrl(client, command, { expiresIn: VALID_SECONDS });
  };
}
