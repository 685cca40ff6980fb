/** What a file to be loaded holds, once all of it was found to be in order. */
export interface ImportFile<T> {
  readonly records: readonly T[];
  /** What was left aside without harm, such as an unknown column; a sentence each. */
  readonly notices: readonly string[];
}

export interface ImportFileInfo {
  readonly name: string;
  /** SHA-256 of its bytes. */
  readonly hash: string;
  /** Gives up another file whose import was interrupted. */
  readonly discardInterrupted?: boolean;
}
export interface ImportResult {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
}

export type PutOutcome = 'created' | 'updated' | 'unchanged';
