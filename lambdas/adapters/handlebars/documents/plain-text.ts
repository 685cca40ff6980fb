/** Maximum length of a line; RFC 3676 section 4.2 wants lines of text under 78 characters. */
const WIDTH = 72;
const INDENT = '  ';

export interface TextColumns {
  readonly label: string;
  readonly value: string;
}

/** Aligns rows of label and value in two columns; a value that does not fit goes on lines of its own. */
export function columns(rows: readonly TextColumns[]): string[] {
  const width = Math.max(0, ...rows.map(({ label }) => label.length)) + 2;
  return rows.flatMap(({ label, value }) => {
    const row = `${`${label}:`.padEnd(width)} ${value}`;
    const fits = INDENT.length + row.length <= WIDTH;
    return fits ? [row] : [`${label}:`, ...fold(value, WIDTH - 4).map((line) => INDENT + line)];
  });
}

/** Aligns rows like `columns`, with the values flush right, for amounts. */
export function sums(rows: readonly TextColumns[]): string[] {
  const width = Math.max(0, ...rows.map(({ value }) => value.length));
  return columns(rows.map(({ label, value }) => ({ label, value: value.padStart(width) })));
}

/**
 * Breaks long paragraphs between words and leaves indented lines alone. Non-breaking spaces become plain
 * ones.
 */
export function wrap(text: string): string {
  return text
    .split('\n')
    .flatMap((line) => (line.length <= WIDTH || line.startsWith(INDENT) ? [line] : fold(line, WIDTH)))
    .join('\n')
    .replaceAll('\u00a0', ' ');
}

function fold(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1)!;
    if (last !== '' && last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}
