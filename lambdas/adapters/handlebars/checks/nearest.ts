/**
 * Returns `, did you mean "customer"?` for a name that is a slip or two away from this one, else an empty
 * text.
 */
export function nearest(name: string, names: Iterable<string>): string {
  const best = [...names]
    .map((candidate) => ({ candidate, slips: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.slips - b.slips)[0];
  if (!best) return '';
  let same = 0;
  while (same < name.length && name[same] === best.candidate[same]) same++;
  const allowed = Math.max(1, Math.floor((name.length - same) / 3));
  return best.slips <= allowed ? `, did you mean "${best.candidate}"?` : '';
}

/** Returns the Levenshtein distance: how many letters must be inserted, deleted or replaced. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const exchanged = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(exchanged, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row.at(-1)!;
}
