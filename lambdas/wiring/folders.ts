import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { Fault } from '#core/errors.ts';

/**
 * Creates the folder that an environment variable names, if it is missing.
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
 * Checks that a folder can be written, or created later, but creates nothing: a command that only looks must
 * not begin a new archive because the share of the real one is not mounted.
 * @throws Fault `bad-input` naming the variable, the path and the remedy
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

/** Explains what the file system says about a folder to the person who set the variable. */
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

/** The rights to write and to enter a folder; Windows has no right to enter and takes it for granted. */
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
