import { appendFileSync } from 'node:fs';
import type { Progress } from '#core/deps.ts';
import { Fault } from '#core/errors.ts';
import type { Log } from '#core/ports.ts';
import { type LocalConfig, localConfig } from './config.ts';
import { makeFolder } from './folders.ts';
import { openLocal } from './local.ts';
import type { Program } from './program.ts';
import { createLocalWorkers } from './workers.ts';

/**
 * Opens the program for this process. The first Ctrl-C (or SIGTERM) finishes what was begun and begins no
 * more; the second one exits at once, which is just as safe.
 * @param stage name of a deployed stage to work on instead of this machine's data
 * @throws Fault `bad-input` for a data or archive folder that cannot be one
 */
export async function openForThisProcess(
  onProgress?: (progress: Progress) => void,
  stage?: string,
): Promise<{ config: LocalConfig; program: Program }> {
  const config = localConfig(process.env);
  makeFolder('DATA_DIR', config.dataDir);
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort();
    });
  }
  const thisProcess = {
    workers: createLocalWorkers(),
    stop: controller.signal,
    log: fileLog(config.dataDir),
    ...(onProgress ? { onProgress } : {}),
  };
  if (stage === undefined) return { config, program: openLocal(config, thisProcess) };
  // The AWS modules take a second to load, so they are loaded only for a stage.
  const { openStage } = await import('./stage-program.ts');
  return { config, program: await openStage(stage, config, thisProcess) };
}

/**
 * Logs each event as one line of JSON to `DATA_DIR/rechnungspost.log`. The log has the causes; the caller got
 * only the sentence.
 */
function fileLog(dataDir: string): Log {
  return (level, event, fields = {}) => {
    const line = JSON.stringify({ at: new Date().toISOString(), level, event, ...fields }, (_, value) =>
      value instanceof Error ? { message: value.message, stack: value.stack, cause: value.cause } : value,
    );
    appendFileSync(`${dataDir}/rechnungspost.log`, `${line}\n`);
  };
}

/** Returns the exit code for a fault: 130 interrupted, 2 refused, 1 anything else. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof Fault)) return 1;
  if (error.code === 'interrupted') return 130;
  const refused = [
    'bad-input',
    'bad-settings',
    'not-found',
    'nothing-to-bill',
    'note-not-open',
    'customer-in-use',
    'import-interrupted',
    'number-taken',
    'too-large',
    'newer-data',
  ];
  return refused.includes(error.code) ? 2 : 1;
}

export function describeError(error: unknown): string {
  if (!(error instanceof Fault))
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const details = error.details.filter((detail) => detail !== error.message);
  return [error.message, ...details.map((detail) => `  - ${detail}`)].join('\n');
}
