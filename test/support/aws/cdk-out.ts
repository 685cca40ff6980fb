import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isRunning } from '#test/support/process/processes.ts';
import { type Synthesized, templatesIn } from './synthesized.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const FOLDER = join(ROOT, 'cdk.out');
/** The lock file lies beside the folder, because synthesis clears the folder. */
const LOCK = `${FOLDER}.lock`;
const SOURCES = ['infra/**', 'lambdas/**', 'templates/**', 'cdk.json', 'package-lock.json'];

/**
 * Returns the assembly in `cdk.out`. It is synthesized anew, as by `npm run synth`, when a source is newer.
 */
export function cdkOut(): Pick<Synthesized, 'folder' | 'stack'> {
  if (isStale() || existsSync(LOCK)) {
    // Test files run side by side, and none may read what another one is writing.
    oneAtATime(() => {
      if (isStale()) execFileSync('npm', ['run', '--silent', 'synth'], { cwd: ROOT, stdio: 'pipe' });
    });
  }
  return { folder: FOLDER, stack: templatesIn(FOLDER) };
}

function isStale(): boolean {
  const made = statSync(join(FOLDER, 'manifest.json'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const youngest = Math.max(
    ...globSync(SOURCES, { cwd: ROOT }).map((file) => statSync(join(ROOT, file)).mtimeMs),
  );
  return youngest > made;
}

/** Runs work under a lock among the processes of this machine; the lock of a dead process is ignored. */
function oneAtATime(work: () => void): void {
  for (;;) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (isHeld()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
      else rmSync(LOCK, { force: true });
    }
  }
  try {
    work();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

function isHeld(): boolean {
  try {
    const holder = Number(readFileSync(LOCK, 'utf8'));
    // 0 means that the file was just created and its process number is not written yet.
    return holder === 0 || isRunning(holder);
  } catch {
    return false;
  }
}
