import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { refuse } from '#core/errors.ts';

/** More files than any set of templates has: somebody named the wrong folder. */
const MAX_FILES = 300;

/** What systems and editors leave behind, and the page that explains templates. */
const IGNORED = /^\.|~$|^#.*#$|^(?:Thumbs\.db|desktop\.ini|README\.md)$/i;

/**
 * The files of a folder of own templates by their paths in it, whatever they are.
 * @throws Fault `bad-input` for what is no folder of templates
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

/** A file may vanish while it is edited. */
function readIfFile(path: string): Uint8Array | undefined {
  try {
    return statSync(path).isFile() ? readFileSync(path) : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    refuse(`${basename(path)} cannot be read: ${(error as Error).message}`);
  }
}
