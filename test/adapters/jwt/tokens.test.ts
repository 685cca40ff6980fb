import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { SimpleFetcher } from 'aws-jwt-verify/https';
import { createTokenReader } from '#adapters/jwt/tokens.ts';
import { Fault } from '#core/errors.ts';
import { ISSUER_CERTIFICATE, makeKey, sign, startTokenIssuer } from '#test/support/aws/token-issuer.ts';

const ROLES = ['read', 'write', 'auditor'] as const;

async function open(t: TestContext) {
  const issuer = await startTokenIssuer();
  t.after(() => issuer.close());
  const fetcher = new SimpleFetcher({ defaultRequestOptions: { ca: readFileSync(ISSUER_CERTIFICATE) } });
  const read = createTokenReader({
    issuer: issuer.url,
    roles: ROLES,
    scopePrefix: 'rechnungspost/',
    fetcher,
  });
  return { issuer, read };
}

describe('access tokens', () => {
  it('people get the roles of their groups, and machines get the roles of their scopes', async (t) => {
    const { issuer, read } = await open(t);
    assert.deepEqual(await read(issuer.token(issuer.person(['auditor', 'write', 'canteen'], 'anna'))), {
      name: 'anna',
      roles: ['write', 'auditor'],
    });
    assert.deepEqual(await read(issuer.token(issuer.machine(['read', 'cook'], 'till-3'))), {
      name: 'till-3',
      roles: ['read'],
    });
    assert.equal(issuer.state.fetches, 1, 'the keys are kept');
  });

  it('a caller without groups or scopes is known and has no role', async (t) => {
    const { issuer, read } = await open(t);
    for (const claims of [issuer.person([]), issuer.machine([])]) {
      assert.deepEqual((await read(issuer.token(claims)))?.roles, []);
    }
  });

  it('a scope gives no role to a person, because anybody may ask for a scope', async (t) => {
    const { issuer, read } = await open(t);
    const claims = { ...issuer.person(['read']), scope: 'openid rechnungspost/write' };
    assert.deepEqual((await read(issuer.token(claims)))?.roles, ['read']);
  });

  it('a scope or a group that only resembles one of ours gives no role', async (t) => {
    const { issuer, read } = await open(t);
    const scopes = { ...issuer.machine([]), scope: 'write other/write rechnungspost/writer rechnungspost/' };
    assert.deepEqual((await read(issuer.token(scopes)))?.roles, []);
    const group = { ...issuer.person([]), 'cognito:groups': 'write' };
    assert.deepEqual((await read(issuer.token(group)))?.roles, []);
  });
});

describe('credentials that leave a caller unknown', () => {
  const cases: [string, (issuer: Awaited<ReturnType<typeof startTokenIssuer>>) => string | undefined][] = [
    ['nothing', () => undefined],
    ['what is no token', () => 'abc'],
    ['parts that are no JSON', () => 'YQ.YQ.YQ'],
    [
      'an expired token',
      ({ token, machine }) => token({ ...machine(['write']), exp: Date.now() / 1000 - 1 }),
    ],
    [
      'a token that never ends',
      ({ token, machine }) => {
        const { exp: _, ...endless } = machine(['write']);
        return token(endless);
      },
    ],
    [
      'a token that is not valid yet',
      ({ token, machine }) => token({ ...machine(['write']), nbf: Date.now() / 1000 + 60 }),
    ],
    [
      'a token of another pool',
      ({ token, machine }) => token({ ...machine(['write']), iss: 'https://127.0.0.1/other' }),
    ],
    ['an ID token', ({ token, person }) => token({ ...person(['write']), token_use: 'id' })],
    [
      'a token signed by another key under the same name',
      ({ machine }) => sign(machine(['write']), makeKey('first')),
    ],
    [
      'a token whose claims were changed',
      ({ token, machine }) => {
        const [header, , signature] = token(machine(['read'])).split('.');
        const claims = Buffer.from(JSON.stringify(machine(['write']))).toString('base64url');
        return [header, claims, signature].join('.');
      },
    ],
    [
      'a token without signature (alg none)',
      ({ state, machine }) => sign(machine(['write']), state.keys[0]!, { alg: 'none' }),
    ],
    [
      'a token with the public key as shared secret (alg HS256)',
      ({ state, machine }) => sign(machine(['write']), state.keys[0]!, { alg: 'HS256' }),
    ],
    ['a token of an unknown key', ({ machine }) => sign(machine(['write']), makeKey('unknown'))],
    [
      'a token without the name of its key',
      ({ state, machine }) => sign(machine(['write']), state.keys[0]!, { kid: undefined }),
    ],
  ];
  for (const [what, make] of cases) {
    it(what, async (t) => {
      const { issuer, read } = await open(t);
      assert.equal(await read(make(issuer)), undefined);
    });
  }
});

describe('the keys of the token issuer', () => {
  it('the keys are fetched again for an unknown key, and only once in some seconds for many of them', async (t) => {
    const { issuer, read } = await open(t);
    const old = issuer.token(issuer.machine(['read']));
    assert.ok(await read(old));
    issuer.state.keys.unshift(makeKey('second'));
    assert.ok(await read(issuer.token(issuer.machine(['write']))));
    assert.equal(issuer.state.fetches, 2);
    const stranger = makeKey('stranger');
    for (let n = 0; n < 20; n++)
      assert.equal(await read(sign(issuer.machine(['write']), stranger)), undefined);
    assert.equal(issuer.state.fetches, 3);
    assert.ok(await read(old), 'known ones are not disturbed by it');
  });

  it('while the keys cannot be fetched, a token is not called bad, and the service is unavailable', async (t) => {
    const { issuer, read } = await open(t);
    const token = issuer.token(issuer.machine(['read']));
    issuer.state.broken = true;
    const isUnavailable = (error: unknown) => {
      assert.ok(error instanceof Fault);
      assert.equal(error.code, 'unavailable');
      assert.ok(error.message.includes(issuer.url) && !error.message.includes(token));
      return true;
    };
    await assert.rejects(read(token), isUnavailable);
    assert.equal(await read('abc'), undefined, 'what is no token needs no key');
    issuer.state.broken = false;
    assert.ok(await read(token), 'and are fetched as soon as they can be');
    issuer.close();
    assert.ok(await read(token));
  });
});
