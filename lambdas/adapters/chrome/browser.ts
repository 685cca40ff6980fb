import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '#core/errors.ts';
import { type BrowserFiles, unpackChromium } from './unpack.ts';

/**
 * Chooses the browser: the one named by CHROME_PATH, else the Chromium that comes with this program (Linux
 * x64), else an installed Chrome, Chromium or Edge.
 * @param chromePath the value of CHROME_PATH, when it is set
 * @throws Fault `unavailable` when there is none
 */
export async function findBrowser(chromePath: string | undefined): Promise<BrowserFiles> {
  if (chromePath) {
    if (existsSync(chromePath)) return { executable: chromePath, libraries: undefined };
    throw new Fault(
      'unavailable',
      `CHROME_PATH names ${chromePath}, where no browser is; correct it or unset it`,
    );
  }
  if (process.platform === 'linux' && process.arch === 'x64') return await unpackChromium();
  const installed = usualPlaces(process.platform, process.env).find((path) => existsSync(path));
  if (installed) return { executable: installed, libraries: undefined };
  throw new Fault(
    'unavailable',
    'no Chrome or Edge is found where they usually are; install one, or name it by CHROME_PATH',
  );
}

/** Returns where Chrome, Chromium and Edge are usually installed, the preferred one first. */
export function usualPlaces(
  platform: NodeJS.Platform,
  environment: Readonly<Record<string, string | undefined>>,
): string[] {
  if (platform === 'darwin') {
    const apps = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
    return ['/Applications', join(homedir(), 'Applications')].flatMap((folder) =>
      apps.map((app) => `${folder}/${app}.app/Contents/MacOS/${app}`),
    );
  }
  if (platform === 'win32') {
    const roots = ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].map((name) => environment[name]);
    const programs = ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'];
    return programs.flatMap((program) => roots.filter(Boolean).map((root) => `${root}\\${program}`));
  }
  const names = [
    'google-chrome-stable',
    'google-chrome',
    'chromium',
    'chromium-browser',
    'microsoft-edge-stable',
  ];
  return ['/usr/bin', '/usr/local/bin', '/snap/bin', '/opt/google/chrome'].flatMap((folder) =>
    names.map((name) => `${folder}/${name}`),
  );
}
