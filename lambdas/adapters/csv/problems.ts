import { refuse } from '#core/errors.ts';

/** Reading stops here: a file of another kind has as many as rows. */
const MAX_PROBLEMS = 50;

/** What is wrong with a file, collected so that a person can mend it all at once. */
export interface Problems {
  /** `column` is undefined for what concerns the whole row; `cell` is shown unless the reason quotes it. */
  add(line: number, column: string | undefined, reason: string, cell?: string): void;
  isFull(): boolean;
  /** @throws Fault `bad-input` with all of them, where there are any */
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
