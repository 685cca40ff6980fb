import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { MAX_PICTURE_BYTES, refuseLargeFile } from '#core/domain/picture.ts';
import { refuse } from '#core/errors.ts';

/**
 * Returns a function that opens the picture files that settings in this folder name; absolute paths work too.
 * @throws Fault `bad-input` for what cannot be read, is not a file or is too large for a picture
 */
export function fileBeside(folder: string): (path: string) => Promise<Uint8Array> {
  return async (path) => {
    const file = resolve(folder, path);
    try {
      const found = await stat(file);
      if (!found.isFile()) refuse(`pdf.logo: ${file} is no file; name a PNG, JPEG or SVG.`);
      if (found.size > MAX_PICTURE_BYTES) refuseLargeFile(`pdf.logo: ${file}`);
      return await readFile(file);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') {
        refuse(`pdf.logo: there is no file ${file}; the path counts from where the settings file lies.`);
      }
      if (code === 'EACCES')
        refuse(`pdf.logo: ${file} must not be read by this user; change its permissions.`);
      throw error;
    }
  };
}
