import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { folderOfDead, markedFolderName } from './marked-folder.ts';

const KIND = 'rechnungspost-chrome';

/** A browser's private folder: its profile, and the fontconfig file that shows it our fonts and no others. */
export interface Profile {
  readonly folder: string;
  readonly fontConfig: string;
  remove(): Promise<void>;
}

/** Creates a profile, and removes those whose process was killed. */
export async function createProfile(fontsFolder: string): Promise<Profile> {
  for (const name of await readdir(tmpdir())) {
    if (folderOfDead(name, KIND)) await removeFolder(join(tmpdir(), name));
  }
  const folder = await mkdtemp(join(tmpdir(), markedFolderName(KIND)));
  const fontConfig = join(folder, 'fonts.conf');
  await writeFile(
    fontConfig,
    `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${escapeXml(resolve(fontsFolder))}</dir>
  <cachedir>${escapeXml(join(folder, 'fontconfig'))}</cachedir>
</fontconfig>
`,
  );
  return { folder, fontConfig, remove: () => removeFolder(folder) };
}

/** Retries for a short while, because a browser that was just killed may still be writing. */
const removeFolder = (folder: string) =>
  rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });

const escapeXml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
