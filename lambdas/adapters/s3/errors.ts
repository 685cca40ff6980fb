import { S3ServiceException } from '@aws-sdk/client-s3';
import { Fault } from '#core/errors.ts';

/** What S3 says when the key is taken, or another writer is just at it. */
export const isTaken = (error: unknown): boolean => statusOf(error) === 412;
export const isRace = (error: unknown): boolean => statusOf(error) === 409;

/** No such file, no such version of it, a text that is no version of anything, or a mark that it was deleted. */
export const isAbsent = (error: unknown): boolean =>
  error instanceof S3ServiceException &&
  (['NoSuchKey', 'NoSuchVersion', 'MethodNotAllowed'].includes(error.name) ||
    (error.name === 'InvalidArgument' && /version/i.test(error.message)));

/** The SDK compares the bytes with the checksum that S3 has kept since they were stored. */
export const isChecksumMismatch = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('Checksum mismatch');

/** What S3 or the way to it complains about, as a Fault that names the bucket, the reason and the remedy. */
export function translated(error: unknown, bucket: string): unknown {
  const isRefused = isClientFault(error) || isNamed(error, 'CredentialsProviderError');
  if (!isRefused && !(error instanceof S3ServiceException) && !isLost(error)) return error;
  const { name, message } = error as Error;
  const remedy = isRefused
    ? "check the bucket's name, its region, and the rights of who asks"
    : 'try again in some minutes';
  return new Fault(
    'unavailable',
    `The archive bucket ${bucket} cannot be used (${name}: ${message}); ${remedy}`,
    { cause: error },
  );
}

const isClientFault = (error: unknown): boolean => {
  const status = statusOf(error) ?? 500;
  return status < 500 && status !== 429;
};

/** The connection failed, or the answer was lost: Node's errors have a code, the SDK's a name. */
const isLost = (error: unknown): boolean =>
  (error instanceof Error && 'code' in error && !(error instanceof Fault)) || isNamed(error, 'TimeoutError');

const isNamed = (error: unknown, name: string): boolean => error instanceof Error && error.name === name;

const statusOf = (error: unknown): number | undefined =>
  error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
