import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { createFolderArchive } from '#adapters/folder/archive.ts';
import { archiveContract } from '#test/contracts/archive-contract.ts';
import { makeTempFolder, tempFolder } from '#test/support/process/temp-folder.ts';
import { watchIo } from './io-calls.ts';

archiveContract('folder', async () => {
  const folder = makeTempFolder();
  return { archive: createFolderArchive(join(folder.path, 'made', 'archive')), close: folder.remove };
});

const KEY = 'invoices/2026/10/Rechnung-1.pdf';
const info = { contentType: 'application/pdf', metadata: { draft: 'd1' } };
const entryOf = (root: string) => join(root, '.rechnungspost/files/invoices/2026/10/.Rechnung-1.pdf');
const staging = (root: string) => readdirSync(join(root, '.rechnungspost/staging'));
const put = (root: string, text = 'ours') => createFolderArchive(root).putOnce(KEY, Buffer.from(text), info);
const get = (root: string, version?: string) => createFolderArchive(root).get(KEY, version);

describe('the folder archive', () => {
  it('a file lies read-only in the visible folder, and no temporary files are left over', async (t) => {
    const root = tempFolder(t);
    const { file } = await put(root);
    assert.equal(readFileSync(join(root, KEY), 'utf8'), 'ours');
    assert.equal(statSync(join(root, KEY)).mode & 0o222, 0);
    assert.equal(file.version, file.sha256);
    assert.deepEqual(readdirSync(entryOf(root)), ['info.json']);
    assert.deepEqual(staging(root), []);
    await put(root, 'again');
    assert.deepEqual(staging(root), []);
  });

  it('a file is recognized by its content after the hidden folder was lost', async (t) => {
    const root = tempFolder(t);
    const { file } = await put(root);
    rmSync(join(root, '.rechnungspost'), { recursive: true });
    const found = await get(root, file.version);
    assert.deepEqual(found?.file, { ...file, contentType: 'application/octet-stream', metadata: {} });
  });

  it('a file that somebody else put under the key is never overwritten', async (t) => {
    const root = tempFolder(t);
    mkdirSync(dirname(join(root, KEY)), { recursive: true });
    writeFileSync(join(root, KEY), 'theirs');
    const { outcome, file } = await put(root);
    assert.equal(outcome, 'exists');
    assert.deepEqual(file.metadata, {});
    assert.equal(file.size, 6);
    assert.equal(readFileSync(join(root, KEY), 'utf8'), 'theirs');
    assert.equal(Buffer.from((await get(root))!.bytes).toString(), 'theirs');
    assert.deepEqual(await createFolderArchive(root).list('invoices/'), [KEY]);
  });

  it('a file that is stored while it is being read is not taken for somebody else’s file', async (t) => {
    for (const look of [1, 2, 3]) {
      const root = tempFolder(t);
      let reads = 0;
      const unwatch = watchIo(async ({ name }) => {
        if (name === 'readFile' && ++reads === look) await put(root);
      });
      t.after(unwatch);
      const found = await get(root);
      unwatch();
      assert.ok(!found || found.file.metadata.draft === 'd1');
      assert.equal(found === undefined, look > 2);
    }
  });

  it('both files are kept when somebody puts a file there between commit and move', async (t) => {
    const root = tempFolder(t);
    const unwatch = watchIo(({ name, path }) => {
      if (name === 'rename' && path === entryOf(root)) writeFileSync(join(root, KEY), 'theirs');
    });
    t.after(unwatch);
    const { outcome, file } = await put(root);
    unwatch();
    assert.equal(outcome, 'stored');
    assert.equal(readFileSync(join(root, KEY), 'utf8'), 'theirs');
    assert.deepEqual((await get(root))?.file, file);
    assert.equal(Buffer.from((await get(root))!.bytes).toString(), 'ours');
    assert.equal((await put(root)).outcome, 'exists');
  });

  it('a file that was changed, cut off or removed is reported as damaged, and a backup of it is accepted', async (t) => {
    const root = tempFolder(t);
    const { file } = await put(root);
    const visible = join(root, KEY);
    for (const damage of ['0urs', 'our', '', undefined]) {
      rmSync(visible);
      if (damage !== undefined) writeFileSync(visible, damage);
      const damaged = (error: Error & { code?: string }) =>
        error.code === 'damaged' && error.message.includes(visible) && error.message.includes('backup');
      await assert.rejects(get(root), damaged);
      await assert.rejects(put(root), damaged);
      assert.deepEqual(await createFolderArchive(root).list(''), [KEY]);
    }
    writeFileSync(visible, 'ours');
    assert.deepEqual((await get(root))?.file, file);

    const entry = join(entryOf(root), 'info.json');
    chmodSync(entry, 0o644);
    writeFileSync(entry, '');
    await assert.rejects(get(root), { code: 'damaged', message: /info\.json/ });
  });

  it('the list contains only names that can be keys', async (t) => {
    const root = tempFolder(t);
    await put(root);
    writeFileSync(join(root, '.DS_Store'), '');
    writeFileSync(join(root, 'invoices', 'a\\b'), '');
    mkdirSync(join(root, '.Trash'));
    writeFileSync(join(root, '.Trash', 'old.pdf'), '');
    mkdirSync(join(root, 'empty'));
    assert.deepEqual(await createFolderArchive(root).list(''), [KEY]);
  });

  it('leftovers of killed processes are removed when they are older than a day', async (t) => {
    const root = tempFolder(t);
    for (const [name, age] of [
      ['old', 25],
      ['young', 23],
    ] as const) {
      const path = join(root, '.rechnungspost/staging', name);
      mkdirSync(path, { recursive: true });
      writeFileSync(join(path, 'data'), 'part', { mode: 0o444 });
      const then = Date.now() / 1000 - age * 3600;
      utimesSync(path, then, then);
    }
    await put(root);
    assert.deepEqual(staging(root), ['young']);
  });

  it('a folder that cannot be used is named, and nothing is committed', async (t) => {
    const root = tempFolder(t);
    writeFileSync(join(root, 'invoices'), 'a file where a folder should be');
    await assert.rejects(put(root), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'unavailable');
      assert.ok(error.message.includes(root));
      return true;
    });
    assert.equal(existsSync(entryOf(root)), false);
    rmSync(join(root, 'invoices'));
    assert.equal((await put(root)).outcome, 'stored');
  });

  it('bytes that read back differently from what was written are noticed', async (t) => {
    const root = tempFolder(t);
    const unwatch = watchIo(({ name, path }) => {
      if (name !== 'readFile' || !path.includes('staging')) return;
      chmodSync(path, 0o644);
      writeFileSync(path, 'garbled');
    });
    t.after(unwatch);
    await assert.rejects(put(root), { code: 'unavailable', message: /reads back/ });
    unwatch();
    assert.equal(await get(root), undefined);
    assert.equal((await put(root)).outcome, 'stored');
  });

  it('all files and folders are forced to the disk in an order that survives a power cut', async (t) => {
    const root = tempFolder(t);
    const calls: string[] = [];
    const unwatch = watchIo(({ name, path }) => {
      if (name !== 'sync' && name !== 'rename') return;
      calls.push(`${name} ${path.slice(root.length + 1).replace(/[0-9a-f-]{36}/, 'ID')}`);
    });
    t.after(unwatch);
    await put(root);
    const entries = '.rechnungspost/files/invoices/2026/10';
    const commit = calls.indexOf(`rename ${entries}/.Rechnung-1.pdf`);
    const move = calls.indexOf(`rename ${KEY}`);
    const before = [
      'staging/ID/data',
      'staging/ID/info.json',
      'staging/ID',
      'files/invoices/2026',
      'files',
      '',
    ];
    for (const path of before) {
      const at = calls.indexOf(`sync ${join('.rechnungspost', path).replace(/\/$/, '')}`);
      assert.ok(at >= 0 && at < commit, `${path} is forced before the commit: ${calls.join(', ')}`);
    }
    assert.deepEqual(calls.slice(commit + 1), [`sync ${entries}`, `rename ${KEY}`, 'sync invoices/2026/10']);
    assert.equal(move, commit + 2);
  });

  it('the archive survives the failure of any single I/O call', async (t) => {
    let total = Number.POSITIVE_INFINITY;
    for (let failing = 1; failing <= total; failing++) {
      const root = tempFolder(t);
      let seen = 0;
      const unwatch = watchIo(({ number, name }) => {
        seen = number;
        if (number === failing && name !== 'close') {
          throw Object.assign(new Error(`ENOSPC: no space left on device, ${name}`), {
            code: 'ENOSPC',
            syscall: name,
          });
        }
      });
      t.after(unwatch);
      const first = await put(root, 'first').catch((error) => error);
      unwatch();
      if (seen < failing) total = seen;
      if (first instanceof Error) assert.equal((first as Error & { code?: string }).code, 'unavailable');
      const second = await put(root, 'second');
      const text = Buffer.from((await get(root))!.bytes).toString();
      assert.equal(text, second.outcome === 'stored' ? 'second' : 'first', `call ${failing}`);
      if (!(first instanceof Error)) assert.equal(second.outcome, 'exists', `call ${failing}`);
      assert.equal(readFileSync(join(root, KEY), 'utf8'), text);
    }
    assert.ok(total > 20);
    t.diagnostic(`${total} calls, each failed once`);
  });
});
