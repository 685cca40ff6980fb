import { refuse } from '#core/errors.ts';

/** Reading stops after this many problems: a file of another kind would have one for each row. */
const MAX_PROBLEMS = 50;

/** Collects what is wrong with a file, so that a person can correct all of it at once. */
export interface Problems {
  /**
   * Adds a problem. `column` is undefined if it concerns the whole row; `cell` is shown unless the reason
   * quotes it.
   */
  add(line: number, column: string | undefined, reason: string, cell?: string): void;
  isFull(): boolean;
  /**
   * Refuses the file if there are problems.
   * @throws Fault `bad-input` with all of them
   */
  refuseIfAny(): void;
}

export function collectProblems(): Problems {
  const found: { readonly line: number; readonly sentence: string }[] = [];
  return {
    add(line, column, reason, cell = '') {
      const where = column === undefined ? `line ${line}` : `line ${line}, column ${column}`;
      const shown = JSON.stringify(cell.length > 40 ? `${cell.slice(0, 40)}…` : cell);
      const value = cell === '' || reason.includes(cell.slice(0, 40)) ? '' : ` (it is ${shown})`;
      if (found.length < MAX_PROBLEMS) found.push({ line, sentence: `${where}: ${reason}${value}` });
    },
    isFull: () => found.length >= MAX_PROBLEMS,
    refuseIfAny() {
      if (found.length === 0) return;
      const sentences = found.sort((a, b) => a.line - b.line).map(({ sentence }) => sentence);
      const more = sentences.length > 1 ? ` (and ${sentences.length - 1} more)` : '';
      refuse(`Nothing of the file was loaded: ${sentences[0]}${more}`, sentences);
    },
  };
}
