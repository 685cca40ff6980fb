import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createSecretsManagerSecrets } from '#adapters/secrets-manager/secrets.ts';
import { secretsContract } from '#test/contracts/secrets-contract.ts';
import { startSecretsManager } from '#test/support/aws/secrets-manager-server.ts';

const ID = 'rechnungspost/prod';

secretsContract('Secrets Manager', async () => {
  const { client, close } = await startSecretsManager(new Map([[ID, undefined]]));
  return { secrets: createSecretsManagerSecrets({ client, secretId: ID }), close };
});

async function open(t: TestContext, value: string | undefined) {
  const stored = new Map([[ID, value]]);
  const { client, state, close } = await startSecretsManager(stored);
  t.after(close);
  return { secrets: createSecretsManagerSecrets({ client, secretId: ID }), stored, state, client };
}

describe('secrets in Secrets Manager', () => {
  it('writing a secret leaves values that the program does not know alone', async (t) => {
    const { secrets, stored } = await open(t, '{"made by hand":"x","__proto__":"y"}');
    await secrets.set('smtp.password', 'geheim');
    assert.deepEqual(
      JSON.parse(stored.get(ID)!),
      JSON.parse('{"made by hand":"x","__proto__":"y","smtp.password":"geheim"}'),
    );
    assert.equal(await secrets.get('__proto__'), 'y');
  });

  for (const content of ['geheim', '{"smtp":"geheim"', '[]', 'null', '{"geheim":1}']) {
    it(`a secret that holds ${content} is refused and not overwritten`, async (t) => {
      const { secrets, stored } = await open(t, content);
      const damaged = (error: Error & { code?: string }) => {
        assert.equal(error.code, 'damaged');
        assert.ok(error.message.includes(ID) && !error.message.includes('geheim') && !error.cause);
        return true;
      };
      await assert.rejects(secrets.get('smtp'), damaged);
      await assert.rejects(secrets.set('smtp', 'x'), damaged);
      assert.equal(stored.get(ID), content);
    });
  }

  it('a secret that does not exist is named in the error', async (t) => {
    const { client } = await open(t, '{}');
    const secrets = createSecretsManagerSecrets({ client, secretId: 'missing' });
    const message =
      "The secret missing cannot be used (ResourceNotFoundException: Secrets Manager can't find the specified secret.); " +
      'check its name, the region, and the rights of who asks';
    await assert.rejects(secrets.get('a'), { code: 'unavailable', message });
    await assert.rejects(secrets.set('a', 'b'), { code: 'unavailable', message });
  });

  it('a call is repeated while the service has trouble, given up in the end, and blocks no later call', async (t) => {
    const { secrets, state } = await open(t, '{"a":"b"}');
    state.refuse = { status: 500, type: 'InternalServiceError', message: 'scripted' };
    await assert.rejects(secrets.get('a'), { code: 'unavailable', message: /try again in some minutes$/ });
    await assert.rejects(secrets.set('a', 'c'), { code: 'unavailable' });
    assert.deepEqual(state.calls, Array(4).fill('GetSecretValue'));
    state.refuse = undefined;
    await secrets.set('a', 'c');
    assert.equal(await secrets.get('a'), 'c', 'a failed set blocks no later one');
  });

  it('the error says that a right is missing', async (t) => {
    const { secrets, state } = await open(t, '{}');
    state.refuse = { status: 400, type: 'AccessDeniedException', message: 'not authorized' };
    await assert.rejects(secrets.get('a'), { code: 'unavailable', message: /rights of who asks$/ });
  });
});
