/** The contents of a file to import, once all of it was found to be in order. */
export interface ImportFile<T> {
  readonly records: readonly T[];
  /** What was ignored without harm, such as an unknown column; one sentence each. */
  readonly notices: readonly string[];
}

export interface ImportFileInfo {
  readonly name: string;
  /** SHA-256 of the file's bytes. */
  readonly hash: string;
  /** Whether to give up another file whose import was interrupted. */
  readonly discardInterrupted?: boolean;
}
export interface ImportResult {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
}

export type PutOutcome = 'created' | 'updated' | 'unchanged';
