import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A temp folder and the daemons that work in it. Both go when this process ends, however that ends. */
export interface Keeper {
  readonly folder: string;
  /** Starts a daemon that stays in the foreground, in a process group of its own; its output goes into `log`. */
  run(log: string, program: string, ...args: string[]): ChildProcess;
  /** Ends the daemons with all that they have started, and removes the folder. */
  end(): Promise<void>;
}

/** By a shell that waits for the end of its input, which comes when this process ends, also when it is killed. */
export function startKeeper(name: string): Keeper {
  const folder = mkdtempSync(join(tmpdir(), `rechnungspost-${name}-`));
  // Once more if one that was just dying had still added a file.
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
      child.on('error', () => {}); // its exit is looked at
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

/** Ports that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
