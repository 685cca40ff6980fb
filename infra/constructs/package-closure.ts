import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Packages of this name are for Bare, another runtime than Node, which never asks for them. */
const BARE = /^bare-/;

/** Folders below `root` of some packages and of all packages that they need at run time, as npm has installed them. */
export function packageClosure(root: string, names: readonly string[]): string[] {
  const found = new Set<string>();
  const visit = (name: string, from: string): void => {
    const folder = findFrom(from, name);
    if (found.has(folder)) return;
    found.add(folder);
    const { dependencies = {} } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    for (const dependency of Object.keys(dependencies)) if (!BARE.test(dependency)) visit(dependency, folder);
  };

  /** As Node looks for it: in the folder itself, then in those around it. */
  function findFrom(from: string, name: string): string {
    for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
      const folder = join(at, 'node_modules', name);
      if (existsSync(join(root, folder))) return folder;
      if (at === '') throw new Error(`${name} is not installed: run npm ci`);
    }
  }

  for (const name of names) visit(name, '');
  return [...found];
}
