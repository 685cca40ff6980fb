/**
 * The faults this program speaks of. Each carries a stable code and a sentence that is safe to show: it names
 * the thing, the reason and the remedy. The cause, where there is one, is for the log alone.
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
  /** One sentence per thing that is wrong, for a person; the message is the first of them or their summary. */
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

/** A write whose expectation did not hold: somebody else was faster. Read again and decide anew. */
export class ConflictError extends Fault {
  /** The change whose expectation failed first, as `partition/sort`. */
  readonly at: string;

  constructor(at: string) {
    super('conflict', `${at} was changed by somebody else in the meantime`);
    this.name = 'ConflictError';
    this.at = at;
  }
}

/** A write beyond the limits of `table-limits.ts`: with fewer things in it, it may pass. */
export const isTooLarge = (error: unknown): boolean => error instanceof Fault && error.code === 'too-large';

/** Bad input: nothing was changed. Exit code 2, HTTP 422. */
export function refuse(message: string, details: readonly string[] = []): never {
  throw new Fault('bad-input', message, { details });
}
