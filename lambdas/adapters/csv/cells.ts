/**
 * What a cell means, or why it cannot be read. Empty cells are never passed to a reader; their field takes
 * its default.
 */
export type Reading = { readonly value: unknown } | { readonly problem: string };
export type ReadCell = (cell: string) => Reading;

/** Reads texts, decimals and days, which the schema parses itself. */
export const asText: ReadCell = (cell) => ({ value: cell });

export const asLowerCase: ReadCell = (cell) => ({ value: cell.toLowerCase() });

export const asUpperCase: ReadCell = (cell) => ({ value: cell.toUpperCase() });

export const asInteger: ReadCell = (cell) =>
  /^-?\d{1,9}$/.test(cell) ? { value: Number(cell) } : { problem: `"${cell}" is not a whole number` };

const YES = ['yes', 'ja', 'true', '1'];
const NO = ['no', 'nein', 'false', '0'];

export const asYesNo: ReadCell = (cell) => {
  const word = cell.toLowerCase();
  if (YES.includes(word)) return { value: true };
  return NO.includes(word) ? { value: false } : { problem: `"${cell}" is neither yes nor no` };
};
