import { spawn } from 'node:child_process';
import { constants, existsSync } from 'node:fs';
import { access, mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fault } from '#core/errors.ts';
import { folderOfDead, markedFolderName } from './marked-folder.ts';

/**
 * The files of a browser that is ready to start; `libraries` is the folder of its shared libraries if it
 * brings its own.
 */
export interface BrowserFiles {
  readonly executable: string;
  readonly libraries: string | undefined;
}

/**
 * Unpacks the Chromium of `@sparticuz/chromium` (Linux x64) with its own system libraries into the user's
 * cache folder, once for each version; later calls take no time. It is unpacked beside its final place and
 * then renamed, so that another process sees all of it or nothing, and one that comes second uses what the
 * first one made.
 */
export async function unpackChromium(cacheFolder?: string): Promise<BrowserFiles> {
  const packageFolder = join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '..');
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'));
  const cache = cacheFolder ?? (await userCacheFolder());
  const folder = join(cache, `chromium-${version}`);
  const files = { executable: join(folder, 'chromium'), libraries: join(folder, 'al2023', 'lib') };
  if (existsSync(folder)) return files;
  try {
    await mkdir(cache, { recursive: true, mode: 0o700 });
    await removeUnfinished(cache);
    await unpackInto(folder, packageFolder);
    return files;
  } catch (cause) {
    throw new Fault(
      'unavailable',
      `Chromium cannot be unpacked into ${cache}: make room there (220 MB), or name an installed Chrome by CHROME_PATH`,
      { cause },
    );
  }
}

async function unpackInto(folder: string, packageFolder: string): Promise<void> {
  const unfinished = await mkdtemp(join(dirname(folder), markedFolderName('unpacking')));
  try {
    await inflate(packageFolder, unfinished);
    await flushToDisk(unfinished);
    await rename(unfinished, folder).catch((error) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/**
 * Returns a cache folder that survives restarts if the user has a writable home; else one beside the
 * temporary files that only this user may write.
 */
async function userCacheFolder(): Promise<string> {
  const uid = process.getuid?.();
  const passing = join(tmpdir(), `rechnungspost-cache-${uid}`);
  try {
    const lasting = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'rechnungspost');
    await mkdir(lasting, { recursive: true, mode: 0o700 });
    await access(lasting, constants.W_OK);
    return lasting;
  } catch {
    await mkdir(passing, { recursive: true, mode: 0o700 });
    if ((await stat(passing)).uid === uid) return passing;
    throw new Fault(
      'unavailable',
      `Chromium has no place to be unpacked: ${passing} is somebody else's; set XDG_CACHE_HOME to a folder of your own, or name an installed Chrome by CHROME_PATH`,
    );
  }
}

/**
 * Unpacks in a short-lived child process, because the package unpacks into TMPDIR and changes the environment
 * when it is imported, and both affect a whole process.
 */
function inflate(packageFolder: string, target: string): Promise<void> {
  const script = `
    const { inflate } = await import(process.argv[1]);
    await Promise.all(process.argv.slice(2).map((archive) => inflate(archive)));`;
  // Without SwiftShader's libraries a single-process browser, which Lambda needs, exits at once.
  const archives = ['chromium.br', 'al2023.tar.br', 'swiftshader.tar.br'].map((name) =>
    join(packageFolder, 'bin', name),
  );
  const child = spawn(
    process.execPath,
    ['--input-type=module', '--eval', script, import.meta.resolve('@sparticuz/chromium'), ...archives],
    { env: { ...process.env, TMPDIR: target }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(complaint.slice(-2000)))));
  });
}

/**
 * Flushes all files to disk, because a power failure must not leave a complete-looking folder with empty
 * files.
 */
async function flushToDisk(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = await open(join(entry.parentPath, entry.name));
    await file.sync();
    await file.close();
  }
}

async function removeUnfinished(cacheFolder: string): Promise<void> {
  for (const name of await readdir(cacheFolder)) {
    if (folderOfDead(name, 'unpacking')) await rm(join(cacheFolder, name), { recursive: true, force: true });
  }
}
