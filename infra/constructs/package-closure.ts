import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Packages with these names are for Bare, a runtime other than Node; Node never loads them. */
const BARE = /^bare-/;

/**
 * Returns the folders below `root` of the packages named and of all their run-time dependencies, as npm
 * installed them.
 */
export function packageClosure(root: string, names: readonly string[]): string[] {
  const found = new Set<string>();
  const visit = (name: string, from: string): void => {
    const folder = findFrom(from, name);
    if (found.has(folder)) return;
    found.add(folder);
    const { dependencies = {} } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    for (const dependency of Object.keys(dependencies)) if (!BARE.test(dependency)) visit(dependency, folder);
  };

  /** Looks up a package as Node does: in the folder itself, then in each folder above it. */
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
