import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Workers } from '#core/ports.ts';

const WORKER = /^(.*):([1-9]\d{0,9}):(?:-|([0-9a-f]+)\.(\d+)\.(\d+))$/;

/**
 * Names this process among those of this machine: `host:pid:boot.namespace.tick` on Linux, where boot, PID
 * namespace and start tick tell it from any other process that ever has its number; `host:pid:-` elsewhere,
 * where a reused number counts as alive. A process that is not known to be dead counts as alive; its leases
 * run out in the end.
 */
export function createLocalWorkers(): Workers {
  const host = hostname().replaceAll(':', '-');
  const system = readSystem();
  const began = statOf(process.pid)?.began;

  return {
    me: `${host}:${process.pid}:${system && began ? `${system.boot}.${system.namespace}.${began}` : '-'}`,

    isDead(worker) {
      const [, otherHost, pid, boot, namespace, tick] = WORKER.exec(worker) ?? [];
      if (otherHost !== host) return false;
      if (!system || boot === undefined) return !isAlive(Number(pid));
      if (boot !== system.boot) return true;
      // In another container process numbers mean nothing here, so the process counts as alive.
      if (namespace !== system.namespace) return false;
      if (!isAlive(Number(pid))) return true;
      const now = statOf(Number(pid));
      return now !== undefined && (now.ended || now.began !== tick);
    },
  };
}

/** Decides whether a process has that number now. EPERM means that one does, but belongs to another user. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

function readSystem(): { readonly boot: string; readonly namespace: string } | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim().replaceAll('-', '');
    const [namespace] = /\d+/.exec(readlinkSync('/proc/self/ns/pid')) ?? [];
    return namespace === undefined ? undefined : { boot, namespace };
  } catch {
    return undefined;
  }
}

/** Reads fields 3 and 22 of proc(5); returns undefined where the system does not provide them. */
function statOf(pid: number): { readonly ended: boolean; readonly began: string | undefined } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the name in brackets, may contain anything, so parsing starts behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended; only its parent has not collected it yet.
    return { ended: fields[0] === 'Z' || fields[0] === 'X', began: fields[19] };
  } catch {
    return undefined;
  }
}
