import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real process that runs a module and answers each message with one. It is killed when the test ends. */
export interface Child {
  ask<T>(message: unknown): Promise<T>;
  /** The signal that ended it, or null if it ended by itself. */
  readonly ended: Promise<NodeJS.Signals | null>;
  readonly process: ChildProcess;
}

/** Starts a module in a process of its own. */
export function startChild(test: { after(fn: () => void): void }, module: string, ...args: string[]): Child {
  const child = fork(module, args, {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // The compile cache halves the start-up time.
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') },
  });
  test.after(() => {
    child.kill('SIGKILL');
  });
  return {
    process: child,
    ended: once(child, 'exit').then(([, signal]) => signal),
    async ask(message) {
      child.send(message as object);
      const [answer] = await once(child, 'message');
      return answer;
    },
  };
}

/** Answers each message of the parent, in the child process, until the parent is gone. */
export function answer(work: (message: never) => unknown): void {
  process.on('message', async (message) => process.send?.((await work(message as never)) ?? null));
}
