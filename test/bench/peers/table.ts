/**
 * The measurements of one peer: milliseconds for each invoice, one figure for each round, and the size of one
 * file.
 */
export interface Measured {
  readonly name: string;
  readonly took: readonly number[];
  readonly bytes: number;
}

/**
 * Lists the peers by their medians. "times ours" is the median of the quotients of each round, with the least
 * and the greatest: a disturbance of the machine concerns all peers that print in that round.
 */
export function table(peers: readonly Measured[], ours: Measured): string {
  const rows = peers
    .toSorted((a, b) => quantile(a.took, 0.5) - quantile(b.took, 0.5))
    .map(({ name, took, bytes }) => {
      const times = took.map((each, round) => each / ours.took[round]!);
      return [
        name,
        ...[0.5, 0, 0.25, 0.75].map((part) => quantile(took, part).toFixed(1)),
        (bytes / 1024).toFixed(0),
        ...[0.5, 0, 1].map((part) => quantile(times, part).toFixed(1)),
      ];
    });
  const head = [
    'ms an invoice',
    'median',
    'min',
    'quartile 1',
    'quartile 3',
    'KB',
    'times ours',
    'least',
    'most',
  ];
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)));
  const line = ([name = '', ...cells]: readonly string[]) =>
    [name.padEnd(widths[0]!), ...cells.map((cell, column) => cell.padStart(widths[column + 1]!))].join('  ');
  return [head, ...rows].map(line).join('\n');
}

/** Interpolates between the two values around the quantile. */
function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = part * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return below + (above - below) * (at % 1);
}
