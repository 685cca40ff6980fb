import { S3ServiceException } from '@aws-sdk/client-s3';
import { Fault } from '#core/errors.ts';

/** Decides whether S3 says that the key is taken; `isRace`: that another writer is at it right now. */
export const isTaken = (error: unknown): boolean => statusOf(error) === 412;
export const isRace = (error: unknown): boolean => statusOf(error) === 409;

/**
 * Recognizes that there is no such file or version, that the version is malformed, or that the file is marked
 * as deleted.
 */
export const isAbsent = (error: unknown): boolean =>
  error instanceof S3ServiceException &&
  (['NoSuchKey', 'NoSuchVersion', 'MethodNotAllowed'].includes(error.name) ||
    (error.name === 'InvalidArgument' && /version/i.test(error.message)));

/**
 * Recognizes the SDK's report that the bytes differ from the checksum that S3 has kept since they were
 * stored.
 */
export const isChecksumMismatch = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('Checksum mismatch');

/**
 * Turns errors of S3 or the connection to it into a Fault that names the bucket, the reason and the remedy.
 */
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

/**
 * Decides whether the connection failed or the answer was lost: Node's errors have a code, the SDK's a name.
 */
const isLost = (error: unknown): boolean =>
  (error instanceof Error && 'code' in error && !(error instanceof Fault)) || isNamed(error, 'TimeoutError');

const isNamed = (error: unknown, name: string): boolean => error instanceof Error && error.name === name;

const statusOf = (error: unknown): number | undefined =>
  error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
