import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Answer, Call } from './lambda-runtime.ts';

const RUNTIME = join(import.meta.dirname, 'lambda-runtime.ts');

/**
 * A function as Lambda runs it: a bundle in processes that live for many calls and take one at a time;
 * simultaneous calls go to several processes.
 */
export interface LambdaFunction {
  /**
   * Calls the function.
   * @throws what the handler throws, and when the process dies or takes too long
   */
  invoke(event: unknown, aheadMs?: number): Promise<unknown>;
  /** Kills its processes at once, whatever they are doing; the next call starts another one. */
  kill(): Promise<void>;
  /** The lines it has written so far. */
  readonly log: readonly string[];
}

export interface LambdaOptions {
  readonly name: string;
  /** The assembly's folder with the function's code. */
  readonly code: string;
  /** The handler as in the template: `index.handler`. */
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  /** The folder it may write to. */
  readonly tmp: string;
  /** Largest number of processes; further calls wait. */
  readonly atOnce: number;
}

export function lambdaFunction(options: LambdaOptions): LambdaFunction {
  const [file = '', entry = ''] = options.handler.split('.');
  const log: string[] = [];
  const processes = new Set<Promise<ChildProcess>>();
  const idle: ChildProcess[] = [];
  const waiting: (() => void)[] = [];

  /** Returns a process for one call: an idle one, else a new one, else the first that becomes idle. */
  async function take(): Promise<ChildProcess> {
    for (;;) {
      const free = idle.pop();
      if (free) return free;
      if (processes.size < options.atOnce) return start();
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  }

  function start(): Promise<ChildProcess> {
    const starting = load(() => {
      processes.delete(starting);
      waiting.shift()?.();
    });
    processes.add(starting);
    return starting;
  }

  async function load(ended: () => void): Promise<ChildProcess> {
    const child = fork(RUNTIME, [join(options.code, `${file}.mjs`), entry], {
      cwd: options.code,
      // The test's own environment is kept out: a function finds only what Lambda and the stack give it.
      env: {
        PATH: '/usr/bin:/bin',
        HOME: '/dev/null',
        TMPDIR: options.tmp,
        TZ: ':UTC',
        LANG: 'en_US.UTF-8',
        AWS_LAMBDA_FUNCTION_NAME: options.name,
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(options.memoryMb),
        AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
        LAMBDA_TASK_ROOT: options.code,
        ...options.environment,
      },
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [child.stdout!, child.stderr!]) {
      createInterface({ input: stream }).on('line', (line) => log.push(line));
    }
    child.once('exit', () => {
      if (idle.includes(child)) idle.splice(idle.indexOf(child), 1);
      ended();
    });
    if ((await nextAnswer(child)) !== 'ready') throw new Error(`${options.name} does not start`);
    return child;
  }

  return {
    log,
    async invoke(event, aheadMs = 0) {
      const child = await take();
      const timeoutMs = options.timeoutSeconds * 1000;
      const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
      try {
        child.send({ event, timeoutMs, aheadMs } satisfies Call);
        const answer = await nextAnswer(child);
        if (answer === 'ready') throw new Error(`${options.name} answers what it was not asked`);
        if ('result' in answer) return answer.result;
        throw Object.assign(new Error(answer.error.message), answer.error);
      } finally {
        clearTimeout(timer);
        if (isAlive(child)) {
          idle.push(child);
          waiting.shift()?.();
        }
      }
    },
    async kill() {
      for (const one of await Promise.allSettled(processes)) {
        if (one.status === 'rejected' || !isAlive(one.value)) continue;
        one.value.kill('SIGKILL');
        await once(one.value, 'exit');
      }
    },
  };
}

const isAlive = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

async function nextAnswer(child: ChildProcess): Promise<Answer> {
  const settled = new AbortController();
  const { signal } = settled;
  try {
    const exit = once(child, 'exit', { signal }).then(([code, by]) => {
      throw new Error(`the process ended (${code ?? by})`);
    });
    exit.catch(() => {}); // An answer came first, so a later exit is no error.
    const [answer] = (await Promise.race([once(child, 'message', { signal }), exit])) as [Answer];
    return answer;
  } finally {
    settled.abort();
  }
}
