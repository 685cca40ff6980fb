import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes a new, empty folder that is removed after the test. */
export function tempFolder(test: { after(fn: () => void): void }): string {
  const folder = makeTempFolder();
  test.after(folder.remove);
  return folder.path;
}

/** Makes a new, empty folder where there is no test context yet; the caller removes it. */
export function makeTempFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'rechnungspost-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
