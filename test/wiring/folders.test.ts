import assert from 'node:assert/strict';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openShop } from '#test/support/process/cli.ts';
import { tempFolder } from '#test/support/process/temp-folder.ts';
import { checkFolder, folderFault, makeFolder } from '#wiring/folders.ts';
import { openForThisProcess } from '#wiring/process.ts';

const codeOf = (code: string) => Object.assign(new Error(`${code}: as Node says it`), { code });

describe('a folder of the environment', () => {
  it('that is a file, or lies below one, is refused with variable, path and remedy', (t) => {
    const folder = tempFolder(t);
    const file = join(folder, 'file');
    writeFileSync(file, '');
    for (const use of [makeFolder, checkFolder]) {
      for (const path of [file, join(file, 'data'), join(file, 'deep', 'down')]) {
        assert.throws(() => use('DATA_DIR', path), {
          code: 'bad-input',
          message: `DATA_DIR: ${path} is no folder, it is a file or lies below one: set DATA_DIR to a folder, or move the file away.`,
        });
      }
    }
  });

  it('that is a link to itself is refused', (t) => {
    const link = join(tempFolder(t), 'link');
    symlinkSync(link, link);
    for (const use of [makeFolder, checkFolder]) {
      assert.throws(() => use('ARCHIVE_DIR', join(link, 'a')), {
        code: 'bad-input',
        message: /^ARCHIVE_DIR: /,
      });
    }
  });

  it('that is missing is made where it is needed, and only looked for where it may come later', (t) => {
    const folder = tempFolder(t);
    const [made, later] = [join(folder, 'a', 'b'), join(folder, 'c', 'd')];
    makeFolder('DATA_DIR', made);
    makeFolder('DATA_DIR', made);
    checkFolder('ARCHIVE_DIR', later);
    assert.deepEqual([existsSync(made), existsSync(join(folder, 'c'))], [true, false]);
    mkdirSync(later, { recursive: true });
    checkFolder('ARCHIVE_DIR', later);
  });

  it('is told by what the file system says, also where a user with all rights never sees it', () => {
    for (const [code, words] of [
      [
        'EACCES',
        /^DATA_DIR: \/d must not be written by this user: change the rights .* set DATA_DIR to another one\.$/,
      ],
      ['EPERM', /must not be written by this user/],
      ['EROFS', /lies on a disk that can only be read: set DATA_DIR/],
      ['ENOENT', /cannot be made there: set DATA_DIR/],
      ['ENOSPC', /no room left on its disk: make room/],
      ['EIO', /^DATA_DIR: \/d cannot be used \(EIO: as Node says it\): set DATA_DIR to another folder\.$/],
    ] as const) {
      const fault = folderFault('DATA_DIR', '/d', codeOf(code));
      assert.equal(fault.code, 'bad-input');
      assert.match(fault.message, words, code);
    }
  });

  it('of the archive is looked at before anything is opened', async (t) => {
    const folder = tempFolder(t);
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const before = { ...process.env };
    t.after(() => {
      process.env = before;
      for (const signal of ['SIGINT', 'SIGTERM']) process.removeAllListeners(signal);
    });
    Object.assign(process.env, { DATA_DIR: join(folder, 'data'), ARCHIVE_DIR: file });
    await assert.rejects(openForThisProcess(), {
      code: 'bad-input',
      message: /^ARCHIVE_DIR: .*file is no folder/,
    });
    assert.ok(!existsSync(join(folder, 'data', 'rechnungspost.sqlite')));
  });

  it('is refused with exit code 2 and one sentence by command line, serve and start alike', async (t) => {
    const shop = openShop(t);
    writeFileSync(shop.dataDir, '');
    // The servers say that they start before they load the program, and nothing after that.
    const started = 'rechnungspost starts\n';
    for (const [program, says, ...words] of [
      ['cli', '', 'report'],
      ['serve', started],
      ['start', started],
    ] as const) {
      const { code, stdout, stderr } = await shop.start(program, ...words).ended;
      assert.deepEqual([code, stdout], [2, says], program);
      assert.equal(
        stderr,
        `DATA_DIR: ${shop.dataDir} is no folder, it is a file or lies below one: set DATA_DIR to a folder, or move the file away.\n`,
      );
    }
  });
});
