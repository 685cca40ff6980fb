import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Archive } from '#core/ports.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const info = { contentType: 'application/pdf', metadata: { draft: 'd1', 'content-hash': 'abc' } };

/**
 * Runs the suite of what every engine of the `Archive` port promises. All tests share one archive; each has
 * its own folder.
 */
export function archiveContract(
  name: string,
  open: () => Promise<{ archive: Archive; close(): Promise<void> | void }>,
): void {
  describe(`archive contract: ${name}`, () => {
    let opened: Awaited<ReturnType<typeof open>>;
    let archive: Archive;
    before(async () => {
      opened = await open();
      archive = opened.archive;
    });
    after(() => opened.close());

    const folder = () => `contract/${randomUUID()}`;
    const bytesOf = (text: string) => new TextEncoder().encode(text);

    for (const [what, bytes] of [
      ['an empty file', new Uint8Array()],
      ['every byte', Uint8Array.from({ length: 256 }, (_, byte) => byte)],
      ['three megabytes', randomBytes(3_000_000)],
    ] as const) {
      it(`returns ${what} as it was stored`, async () => {
        const key = `${folder()}/2026/10/Müller_🥖-1.pdf`;
        const { outcome, file } = await archive.putOnce(key, bytes, info);
        assert.equal(outcome, 'stored');
        const { version, ...rest } = file;
        assert.ok(version.length > 0);
        assert.deepEqual(rest, { key, size: bytes.length, sha256: sha256(bytes), ...info });
        const found = await archive.get(key);
        assert.deepEqual(found?.file, file);
        assert.equal(Buffer.compare(found.bytes, bytes), 0);
      });
    }

    it('finds nothing under a key that was never put', async () => {
      assert.equal(await archive.get(`${folder()}/1.pdf`), undefined);
      assert.deepEqual(await archive.list(`${folder()}/`), []);
    });

    it('keeps the first file of a key and refuses every later one', async () => {
      const key = `${folder()}/1.pdf`;
      const first = await archive.putOnce(key, bytesOf('first'), info);
      for (const later of ['first', 'second', '']) {
        const second = await archive.putOnce(key, bytesOf(later), {
          contentType: 'text/plain',
          metadata: {},
        });
        assert.deepEqual(second, { outcome: 'exists', file: first.file });
      }
      const found = await archive.get(key);
      assert.deepEqual(found?.file, first.file);
      assert.equal(Buffer.from(found.bytes).toString(), 'first');
    });

    it('returns a file only for its own version', async () => {
      const at = folder();
      const { file } = await archive.putOnce(`${at}/1.pdf`, bytesOf('one'), info);
      const other = await archive.putOnce(`${at}/2.pdf`, bytesOf('two'), info);
      assert.deepEqual((await archive.get(file.key, file.version))?.file, file);
      assert.equal(await archive.get(file.key, other.file.version), undefined);
    });

    it('lists the keys with a prefix in the order of their UTF-8 bytes', async () => {
      const at = folder();
      const names = ['10/a.pdf', '10/b/c.xml', '10/b.pdf', '11/ü.pdf', '11/\uffee.pdf', '11/🥖.pdf', '9.pdf'];
      const keys = names.map((key) => `${at}/${key}`);
      await Promise.all(keys.map((key) => archive.putOnce(key, bytesOf(key), info)));
      const ordered = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      for (const prefix of [
        '',
        '/',
        '/1',
        '/10',
        '/10/',
        '/10/b',
        '/10/b.',
        '/11/ü',
        '/2',
        '/9.pdf',
        '/9.pdf/',
      ]) {
        const expected = ordered.filter((key) => key.startsWith(at + prefix));
        assert.deepEqual(await archive.list(at + prefix), expected, prefix);
      }
      assert.deepEqual(
        (await archive.list('')).filter((key) => key.startsWith(at)),
        ordered,
      );
      assert.deepEqual(await archive.list('../'), []);
    });

    it('lets one of many simultaneous writers win and shows its file to the others', async () => {
      const key = `${folder()}/1.pdf`;
      const files = Array.from({ length: 12 }, (_, writer) => randomBytes(20_000 + writer));
      const results = await Promise.all(files.map((bytes) => archive.putOnce(key, bytes, info)));
      const stored = results.filter((result) => result.outcome === 'stored');
      assert.equal(stored.length, 1);
      for (const result of results) assert.deepEqual(result.file, stored[0]!.file);
      const winner = files[results.indexOf(stored[0]!)]!;
      assert.equal(stored[0]!.file.sha256, sha256(winner));
      assert.equal(Buffer.compare((await archive.get(key))!.bytes, winner), 0);
    });

    for (const key of [
      '',
      '/a',
      'a/',
      'a//b',
      '.',
      '..',
      '../a',
      'a/../b',
      'a/./b',
      '.hidden/a',
      'a/.b',
      'a\\b',
      'a\nb',
      'a\u0000b',
      'C:/a',
      'a/b.',
      'a /b',
      'a/\ud800',
      `a/${'x'.repeat(300)}`,
      `${'long/'.repeat(250)}a`,
    ]) {
      it(`refuses the key ${JSON.stringify(key.slice(0, 20))}`, async () => {
        const refused = { name: 'Fault', code: 'bad-input' };
        await assert.rejects(archive.putOnce(key, bytesOf('x'), info), refused);
        await assert.rejects(archive.get(key), refused);
      });
    }

    it('refuses metadata that a header cannot hold', async () => {
      const key = `${folder()}/1.pdf`;
      for (const metadata of [
        { Draft: 'x' },
        { 'a b': 'x' },
        { a: 'Müller' },
        { a: 'x\r\ny' },
        { a: 'x'.repeat(3000) },
      ]) {
        await assert.rejects(archive.putOnce(key, bytesOf('x'), { ...info, metadata }), {
          code: 'bad-input',
        });
      }
      assert.equal(await archive.get(key), undefined);
    });
  });
}
