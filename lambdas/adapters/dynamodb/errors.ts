import { DynamoDBServiceException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { ConflictError, Fault } from '#core/errors.ts';
import type { Change } from '#core/ports.ts';
import { keyOf } from '#core/table-limits.ts';

/**
 * Names of temporary exceptions, and of temporary reasons for which a transaction is cancelled. Any status
 * 5xx is temporary as well.
 */
const PASSING = new Set([
  'ProvisionedThroughputExceeded',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingError',
  'ThrottlingException',
  'TransactionConflict',
  'TransactionInProgressException',
]);

/**
 * Error codes of Node and error names of the SDK that mean: the connection failed, or the answer was lost.
 */
const NO_ANSWER = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'TimeoutError',
]);

/** DynamoDB answered for fewer items than were requested: it throttled, or the answer would exceed 16 MB. */
export class Unprocessed extends Error {
  constructor(items: number) {
    super(`${items} items were left unread`);
    this.name = 'Unprocessed';
  }
}

/** Decides whether the error is temporary, so that a retry may succeed. */
export function isPassing(error: unknown): boolean {
  if (error instanceof TransactionCanceledException) {
    const reasons = failures(error);
    return reasons.length > 0 && reasons.every(({ code }) => PASSING.has(code));
  }
  if (error instanceof DynamoDBServiceException) {
    // When the SDK reports this, it has set its clock by the date of the answer, so the next signature will
    // be right.
    const { httpStatusCode = 0, clockSkewCorrected } = error.$metadata as typeof error.$metadata & {
      clockSkewCorrected?: boolean;
    };
    return PASSING.has(error.name) || httpStatusCode >= 500 || clockSkewCorrected === true;
  }
  if (error instanceof Unprocessed) return true;
  if (!(error instanceof Error)) return false;
  return NO_ANSWER.has('code' in error ? String(error.code) : error.name);
}

/**
 * Turns DynamoDB's final error into what the `Table` port throws.
 * @param changes changes of the write in the order they were sent; empty for a read
 */
export function toFault(error: unknown, tableName: string, changes: readonly Change[]): unknown {
  const reasons = error instanceof TransactionCanceledException ? failures(error) : [];
  const conflict = reasons.find(({ code }) => code === 'ConditionalCheckFailed');
  if (conflict) {
    const { partition, sort } = keyOf(changes[conflict.index]!);
    return new ConflictError(`${partition}/${sort}`);
  }
  if (!(error instanceof Error) || error instanceof Fault) return error;
  const said =
    reasons.length > 0 ? reasons.map(({ code, message }) => `${code}: ${message}`) : [textOf(error)];
  const why = [...new Set(said)].join('; ');
  if (saysTooLarge(error, why)) {
    return new Fault('too-large', `DynamoDB refuses the write as too large (${why}); split it into several`, {
      cause: error,
    });
  }
  if (isPassing(error)) {
    return new Fault(
      'unavailable',
      `The DynamoDB table ${tableName} could not be used for a while (${why}); try again in some minutes`,
      { cause: error },
    );
  }
  if (error instanceof DynamoDBServiceException || error.name === 'CredentialsProviderError') {
    return new Fault(
      'unavailable',
      `The DynamoDB table ${tableName} cannot be used (${why}); check its name, the region, and the rights of who asks`,
      { cause: error },
    );
  }
  return error;
}

/**
 * Recognizes a write that DynamoDB finds too large. Our own limits should prevent it, but DynamoDB counts in
 * its own way.
 */
const saysTooLarge = (error: Error, why: string): boolean =>
  (error instanceof TransactionCanceledException || error.name === 'ValidationException') &&
  /\b(size|too large)\b/i.test(why);

const textOf = (error: Error): string => `${error.name}: ${error.message}`;

/**
 * Returns the changes that failed. Reasons come in the order of the changes, with the code `None` for those
 * that did not fail.
 */
function failures(error: TransactionCanceledException): { index: number; code: string; message: string }[] {
  return (error.CancellationReasons ?? []).flatMap(({ Code = 'None', Message = '' }, index) =>
    Code === 'None' ? [] : [{ index, code: Code, message: Message }],
  );
}
