import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { refuse } from '#core/errors.ts';

/** No set of templates has more files than this: if there are more, somebody named the wrong folder. */
const MAX_FILES = 300;

/** Files that systems and editors leave behind, and the page that explains templates. */
const IGNORED = /^\.|~$|^#.*#$|^(?:Thumbs\.db|desktop\.ini|README\.md)$/i;

/**
 * Reads all files in a folder of one's own templates, by their paths in it, whatever kind they are.
 * @throws Fault `bad-input` for a folder that is not one of templates
 */
export function readTemplateFolder(folder: string): Record<string, Uint8Array> {
  const paths = list(folder).filter((path) => !path.split(sep).some((part) => IGNORED.test(part)));
  if (paths.length > MAX_FILES) {
    refuse(`${folder} holds more than ${MAX_FILES} files: it is no folder of templates.`);
  }
  const files: Record<string, Uint8Array> = {};
  for (const path of paths.sort()) {
    const bytes = readIfFile(join(folder, path));
    if (bytes) files[path.split(sep).join('/')] = bytes;
  }
  return files;
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch (error) {
    refuse(`The folder ${folder} cannot be read: ${(error as Error).message}`);
  }
}

/** Reads a file, or returns undefined if it has vanished, which can happen while somebody edits it. */
function readIfFile(path: string): Uint8Array | undefined {
  try {
    return statSync(path).isFile() ? readFileSync(path) : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    refuse(`${basename(path)} cannot be read: ${(error as Error).message}`);
  }
}
