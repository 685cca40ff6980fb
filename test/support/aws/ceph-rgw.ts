import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The folder that Ceph RGW is installed in: `RGW_PREFIX`, or a cache folder outside the work tree. */
export const PREFIX =
  process.env.RGW_PREFIX ||
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'rechnungspost', 'ceph-rgw');

/** Older versions silently ignore `If-None-Match` in buckets with versioning. */
export const OLDEST_VERSION = 20;

/** The programs that the server consists of and is set up with. */
export const PROGRAMS = ['radosgw', 'ceph-mon', 'ceph-osd', 'radosgw-admin', 'monmaptool', 'osdmaptool'];

const [TRIPLET, LOADER] =
  process.arch === 'arm64'
    ? ['aarch64-linux-gnu', 'usr/lib/ld-linux-aarch64.so.1']
    : ['x86_64-linux-gnu', 'usr/lib64/ld-linux-x86-64.so.2'];

export const isInstalled = (prefix = PREFIX): boolean => existsSync(join(prefix, 'usr/bin/radosgw'));

/** The value for `skip`: false where the server can be started, else why not and how to install it. */
export const S3_SERVER_MISSING: string | false = isInstalled()
  ? false
  : 'skipped: Ceph RGW 20 not installed (run: npm run fetch:s3-server)';

/**
 * Returns the paths and commands of Ceph. It brings all its libraries, even the C library, so that it runs on
 * older hosts.
 */
export function cephPaths(prefix = PREFIX) {
  const libraries = join(prefix, 'usr/lib', TRIPLET);
  return {
    plugins: join(libraries, 'ceph'),
    classes: join(libraries, 'rados-classes'),
    command: (program: string, ...args: string[]): [string, string[]] => [
      join(prefix, LOADER),
      [
        '--library-path',
        [libraries, join(libraries, 'ceph')].join(':'),
        join(prefix, 'usr/bin', program),
        ...args,
      ],
    ],
  };
}

/** Reads the major version: 20 from `ceph version 20.2.4 (…) tentacle (stable)`. */
export const majorVersion = (printed: string): number => Number(/ceph version (\d+)\./.exec(printed)?.[1]);
