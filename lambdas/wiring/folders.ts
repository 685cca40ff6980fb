import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { Fault } from '#core/errors.ts';

/**
 * Makes the folder that a variable of the environment names, where it is missing.
 * @throws Fault `bad-input` naming the variable, the path and the remedy
 */
export function makeFolder(variable: string, path: string): void {
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, WRITABLE);
  } catch (cause) {
    throw folderFault(variable, path, cause);
  }
}

/**
 * Sees that a folder can be written, or made later; makes nothing. An archive on a share that is not mounted is not to
 * be begun anew beside it by a command that only looks.
 * @throws Fault as `makeFolder`
 */
export function checkFolder(variable: string, path: string): void {
  let nearest = path;
  try {
    while (!statSync(nearest, { throwIfNoEntry: false })) nearest = dirname(nearest);
    if (!statSync(nearest).isDirectory()) throw Object.assign(new Error(nearest), { code: 'ENOTDIR' });
    accessSync(nearest, WRITABLE);
  } catch (cause) {
    throw folderFault(variable, path, cause);
  }
}

/** What the file system says about a folder, as a sentence for who has set the variable. */
export function folderFault(variable: string, path: string, cause: unknown): Fault {
  const { code = 'unknown', message } = cause as NodeJS.ErrnoException;
  const [reason, remedy] = REASONS[code] ?? [
    `cannot be used (${message})`,
    `set ${variable} to another folder`,
  ];
  return new Fault('bad-input', `${variable}: ${path} ${reason}: ${remedy.replace('VARIABLE', variable)}.`, {
    cause,
  });
}

/** Windows knows no right to enter a folder and takes it for granted. */
const WRITABLE = constants.W_OK | constants.X_OK;

const IS_FILE = [
  'is no folder, it is a file or lies below one',
  'set VARIABLE to a folder, or move the file away',
] as const;
const NO_RIGHT = [
  'must not be written by this user',
  'change the rights of the folder, or set VARIABLE to another one',
] as const;

const REASONS: Readonly<Record<string, readonly [string, string] | undefined>> = {
  EEXIST: IS_FILE,
  ENOTDIR: IS_FILE,
  EACCES: NO_RIGHT,
  EPERM: NO_RIGHT,
  EROFS: ['lies on a disk that can only be read', 'set VARIABLE to a folder on another one'],
  ENOENT: ['cannot be made there', 'set VARIABLE to a folder that can be made'],
  ENOSPC: ['has no room left on its disk', 'make room, or set VARIABLE to a folder on another one'],
  ENAMETOOLONG: ['is too long for a path', 'set VARIABLE to a shorter one'],
  ELOOP: ['is a link that leads back to itself', 'mend the link, or set VARIABLE to a folder'],
};
