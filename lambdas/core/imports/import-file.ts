/** What a file to be loaded holds, once all of it was found to be in order. */
export interface ImportFile<T> {
  readonly records: readonly T[];
  /** What was left aside without harm, such as an unknown column; a sentence each. */
  readonly notices: readonly string[];
}
