import { execFileSync } from 'node:child_process';
import { globSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Synthesized, templatesIn } from './synthesized.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'cdk.out');
const SOURCES = ['infra/**', 'lambdas/**', 'templates/**', 'cdk.json', 'package-lock.json'];

/** The assembly in `cdk.out`, made anew as by `npm run synth` when a source is younger than it. */
export function cdkOut(): Pick<Synthesized, 'folder' | 'stack'> {
  const made = statSync(join(FOLDER, 'manifest.json'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const youngest = Math.max(
    ...globSync(SOURCES, { cwd: ROOT }).map((file) => statSync(join(ROOT, file)).mtimeMs),
  );
  if (youngest > made) {
    execFileSync('npm', ['run', '--silent', 'synth'], { cwd: ROOT, stdio: 'pipe' });
  }
  return { folder: FOLDER, stack: templatesIn(FOLDER) };
}
