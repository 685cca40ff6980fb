import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createFolderArchive } from '#adapters/folder/archive.ts';
import { type Child, startChild } from '#test/support/process/child.ts';
import { tempFolder } from '#test/support/process/temp-folder.ts';
import type { PutAnswer, PutTask } from './putter.ts';

const PUTTER = join(import.meta.dirname, 'putter.ts');
const KEY = 'invoices/2026/10/Rechnung-1.pdf';
const OURS = 'ours '.repeat(12_000);
const OTHER = 'other '.repeat(9_000);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const tell = (child: Child, task: PutTask) => child.ask<PutAnswer>(task);

describe('a folder archive that several processes use', () => {
  it('of three processes that put one key at once, one wins, and all of them see its bytes', async (t) => {
    const root = tempFolder(t);
    const children = [1, 2, 3].map(() => startChild(t, PUTTER));
    const winners = new Set<number>();
    for (let round = 0; round < 40; round++) {
      const key = `invoices/${round}/x.pdf`;
      const texts = children.map((_, n) => `${n} of ${round}`.repeat(5000));
      const answers = await Promise.all(
        children.map((child, n) => tell(child, { root, key, text: texts[n]! })),
      );
      const winner = answers.findIndex(({ outcome }) => outcome === 'stored');
      assert.equal(answers.filter(({ outcome }) => outcome === 'stored').length, 1);
      for (const answer of answers) assert.equal(answer.sha256, sha256(texts[winner]!));
      assert.equal(readFileSync(join(root, key), 'utf8'), texts[winner]);
      const [metadata] = [(await createFolderArchive(root).get(key))?.file.metadata];
      assert.deepEqual(metadata, { by: String(children[winner]!.process.pid) });
      winners.add(winner);
    }
    t.diagnostic(`${winners.size} of 3 processes won a race`);
  });

  it('a put may be killed at any call: afterwards the key can be read, or stored again with any bytes', async (t) => {
    const { calls } = await tell(startChild(t, PUTTER), { root: tempFolder(t), key: KEY, text: OURS });
    // A kill before any other call leaves what a kill before the next changing call leaves.
    const changing = calls.flatMap((name, index) =>
      ['mkdir', 'create', 'write', 'rename'].includes(name) ? [index + 1] : [],
    );
    assert.ok(changing.length >= 9);
    for (let at = 0; at < changing.length; at += 2) {
      await Promise.all(changing.slice(at, at + 2).map((killAt) => killedAt(t, killAt)));
    }
    await killedAt(t, calls.length);
    t.diagnostic(`killed before each of ${changing.length + 1} calls`);
  });
});

async function killedAt(t: TestContext, killAt: number): Promise<void> {
  const root = tempFolder(t);
  const child = startChild(t, PUTTER);
  child.process.send({ root, key: KEY, text: OURS, killAt } satisfies PutTask);
  assert.equal(await child.ended, 'SIGKILL');
  if (existsSync(join(root, KEY))) assert.equal(readFileSync(join(root, KEY), 'utf8'), OURS);

  // The folder is copied for three ways to go on: to read, to put the first bytes again, and to put other
  // bytes.
  const [reading, again, other] = [tempFolder(t), tempFolder(t), tempFolder(t)];
  for (const copy of [reading, again, other]) cpSync(root, copy, { recursive: true });

  const listed = await createFolderArchive(reading).list('invoices/');
  const read = await createFolderArchive(reading).get(KEY);
  assert.deepEqual(listed, read ? [KEY] : [], `killed at ${killAt}`);
  assert.equal(existsSync(join(reading, KEY)), read !== undefined);
  if (read) assert.equal(Buffer.from(read.bytes).toString(), OURS);

  for (const [copy, text] of [
    [again, OURS],
    [other, OTHER],
  ] as const) {
    const archive = createFolderArchive(copy);
    const { outcome, file } = await archive.putOnce(KEY, Buffer.from(text), {
      contentType: 'text/plain',
      metadata: { by: 'later' },
    });
    const expected = read ? OURS : text;
    assert.equal(outcome, read ? 'exists' : 'stored', `killed at ${killAt}`);
    assert.equal(file.metadata.by, read ? String(child.process.pid) : 'later');
    assert.equal(readFileSync(join(copy, KEY), 'utf8'), expected);
    assert.deepEqual((await archive.get(KEY))?.file, file);
  }
}
