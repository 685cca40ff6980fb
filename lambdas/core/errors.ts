/**
 * The kinds of errors that this program reports. Each carries a stable code and a sentence that is safe to
 * show: it names the thing, the reason and the remedy. A cause is written to the log only.
 */
export type FaultCode =
  | 'bad-input'
  | 'bad-settings'
  | 'not-found'
  | 'note-not-open'
  | 'customer-in-use'
  | 'nothing-to-bill'
  | 'import-interrupted'
  | 'number-taken'
  | 'too-large'
  | 'conflict'
  | 'archive-conflict'
  | 'damaged'
  | 'newer-data'
  | 'unavailable'
  | 'interrupted'
  | 'no-login'
  | 'forbidden'
  | 'too-many-requests'
  | 'idempotency-mismatch';

export class Fault extends Error {
  readonly code: FaultCode;
  /**
   * One sentence for each thing that is wrong, for a person to read; the message is the first of them or sums
   * them up.
   */
  readonly details: readonly string[];

  constructor(
    code: FaultCode,
    message: string,
    options: { details?: readonly string[]; cause?: unknown } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'Fault';
    this.code = code;
    this.details = options.details ?? [];
  }
}

/**
 * Thrown when the expectation of a write did not hold because somebody else was faster: read again and decide
 * anew.
 */
export class ConflictError extends Fault {
  /** The change whose expectation failed first, as `partition/sort`. */
  readonly at: string;

  constructor(at: string) {
    super('conflict', `${at} was changed by somebody else in the meantime`);
    this.name = 'ConflictError';
    this.at = at;
  }
}

/** Decides whether a write failed for exceeding `table-limits.ts`; with fewer changes in it, it may pass. */
export const isTooLarge = (error: unknown): boolean => error instanceof Fault && error.code === 'too-large';

/** Refuses input before anything is changed; the command line exits with code 2, the API answers 422. */
export function refuse(message: string, details: readonly string[] = []): never {
  throw new Fault('bad-input', message, { details });
}
