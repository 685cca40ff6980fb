import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A temporary folder with the daemons that work in it. Both go when this process ends, however that happens.
 */
export interface Keeper {
  readonly folder: string;
  /**
   * Starts a daemon in the foreground, in a process group of its own; its output goes into the file `log`.
   */
  run(log: string, program: string, ...args: string[]): ChildProcess;
  /** Kills the daemons with everything they have started, and removes the folder. */
  end(): Promise<void>;
}

/**
 * Starts a keeper. A shell waits for the end of its input, which comes when this process ends, even if it is
 * killed.
 */
export function startKeeper(name: string): Keeper {
  const folder = mkdtempSync(join(tmpdir(), `rechnungspost-${name}-`));
  // Removal is retried, because a dying daemon may still add a file.
  const script = `while read -r pid; do groups="$groups -$pid"; done
    kill -s KILL -- $groups
    for turn in $(seq 20); do rm -rf "$0" && break; sleep 0.05; done`;
  const shell = spawn('sh', ['-c', script, folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  const ended = once(shell, 'exit');
  shell.unref();
  (shell.stdin as typeof shell.stdin & { unref(): void }).unref();
  return {
    folder,
    run(log, program, ...args) {
      const output = openSync(log, 'a');
      const child = spawn(program, args, { stdio: ['ignore', output, output], detached: true });
      closeSync(output);
      child.unref();
      child.on('error', () => {}); // its exit is checked elsewhere
      if (child.pid !== undefined) shell.stdin.write(`${child.pid}\n`);
      return child;
    },
    async end() {
      shell.ref();
      shell.stdin.end();
      await ended;
    },
  };
}

/** Returns ports that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
