import { hostname } from 'node:os';

/**
 * Returns a name for a private folder that holds machine and process, so that a later process can tell when
 * it is abandoned.
 */
export function markedFolderName(kind: string): string {
  return `${kind}-${machine()}-${process.pid}-`;
}

/**
 * Decides whether the folder was made by a process of this machine that is gone, killed before it could
 * remove it.
 */
export function folderOfDead(name: string, kind: string): boolean {
  const start = `${kind}-${machine()}-`;
  if (!name.startsWith(start)) return false;
  const pid = Number(/^(\d+)-/.exec(name.slice(start.length))?.[1]);
  return pid > 0 && !isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const machine = () => hostname().replace(/[^A-Za-z0-9]/g, '');
