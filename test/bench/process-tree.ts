import { readdirSync, readFileSync } from 'node:fs';

/**
 * Sums the proportional set size of this process and all below it, in MB; undefined where there is no /proc.
 */
export function treePss(root = process.pid): number | undefined {
  let kilobytes = 0;
  for (const pid of tree(root)) {
    kilobytes += Number(/^Pss:\s+(\d+)/m.exec(readIfThere(`/proc/${pid}/smaps_rollup`) ?? '')?.[1] ?? 0);
  }
  return kilobytes === 0 ? undefined : kilobytes / 1024;
}

/**
 * Sums the milliseconds of processor time that this process and all living ones below it have used, on Linux.
 */
export function treeCpu(root = process.pid): number {
  let ticks = 0;
  for (const pid of tree(root)) {
    // User and system time are the twelfth and thirteenth field after the name, in hundredths of a second.
    const fields = afterName(pid);
    ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  }
  return ticks * 10;
}

/** Lists a process and all below it. */
function tree(root: number): number[] {
  const parents = new Map<number, number>();
  for (const entry of processes()) {
    const parent = afterName(Number(entry))[1];
    if (parent) parents.set(Number(entry), Number(parent));
  }
  const isBelow = (pid: number): boolean => {
    for (let at: number | undefined = pid; at; at = parents.get(at)) if (at === root) return true;
    return false;
  };
  return [...parents.keys()].filter(isBelow);
}

function processes(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/**
 * Returns the fields after the name, beginning with the state: the name stands in parentheses and may hold
 * spaces.
 */
function afterName(pid: number): string[] {
  const stat = readIfThere(`/proc/${pid}/stat`);
  return stat ? stat.slice(stat.lastIndexOf(')') + 2).split(' ') : [];
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
