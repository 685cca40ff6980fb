import assert from 'node:assert/strict';
import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createFileSecrets } from '#adapters/folder/secrets.ts';
import { secretsContract } from '#test/contracts/secrets-contract.ts';
import { makeTempFolder, tempFolder } from '#test/support/process/temp-folder.ts';

secretsContract('file', async () => {
  const folder = makeTempFolder();
  return { secrets: createFileSecrets(join(folder.path, 'made', 'secrets.json')), close: folder.remove };
});

describe('the secrets file', () => {
  it('reading a secret does not create the secrets file', async (t) => {
    const folder = tempFolder(t);
    assert.equal(await createFileSecrets(join(folder, 'secrets.json')).get('a'), undefined);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('the secrets file is readable by its owner alone, and no temporary file stays behind', async (t) => {
    const folder = tempFolder(t);
    const file = join(folder, 'secrets.json');
    await createFileSecrets(file).set('smtp', 'one');
    await createFileSecrets(file).set('__proto__', 'two');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder), ['secrets.json']);
    assert.equal(await createFileSecrets(file).get('smtp'), 'one');
    assert.equal(await createFileSecrets(file).get('__proto__'), 'two');
  });

  it('a secrets file that others may read is made private again when it is read', {
    skip: process.platform === 'win32',
  }, async (t) => {
    const file = join(tempFolder(t), 'secrets.json');
    writeFileSync(file, '{"smtp":"one"}');
    chmodSync(file, 0o644);
    assert.equal(await createFileSecrets(file).get('smtp'), 'one');
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  for (const content of ['', '{"smtp":"geheim"', '[]', 'null', '{"smtp":1}']) {
    it(`a secrets file that holds ${content || 'nothing'} is refused and not overwritten`, async (t) => {
      const file = join(tempFolder(t), 'secrets.json');
      writeFileSync(file, content);
      const damaged = (error: Error & { code?: string }) => {
        assert.equal(error.code, 'damaged');
        assert.ok(error.message.includes(file) && !error.message.includes('geheim') && !error.cause);
        return true;
      };
      await assert.rejects(createFileSecrets(file).get('smtp'), damaged);
      await assert.rejects(createFileSecrets(file).set('smtp', 'x'), damaged);
      assert.equal(statSync(file).size, content.length);
    });
  }

  it('a secrets file that cannot be written is named in the error, again at the next attempt', async (t) => {
    const folder = tempFolder(t);
    writeFileSync(join(folder, 'file'), '');
    const secrets = createFileSecrets(join(folder, 'file', 'secrets.json'));
    await assert.rejects(secrets.set('a', 'b'), { code: 'unavailable', message: /secrets\.json/ });
    await assert.rejects(secrets.set('a', 'b'), { code: 'unavailable' });
  });
});
