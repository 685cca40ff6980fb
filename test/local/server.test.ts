import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startServer } from '#local/server.ts';
import { makeTempFolder } from '#test/support/process/temp-folder.ts';
import { type LocalConfig, localConfig } from '#wiring/config.ts';
import { openLocal } from '#wiring/local.ts';
import { localHttp } from '#wiring/local-http.ts';
import type { Program } from '#wiring/program.ts';

const TOKEN = 'a-secret-of-more-than-thirty-two-characters';

describe('the server on one machine', () => {
  const folder = makeTempFolder();
  let program: Program;
  const configOf = (environment: NodeJS.ProcessEnv): LocalConfig =>
    localConfig({ DATA_DIR: `${folder.path}/data`, PORT: '0', DNS_SERVER: 'none', ...environment });
  before(() => {
    const stop = new AbortController().signal;
    const workers = { me: 'test', isDead: () => false };
    program = openLocal(configOf({}), { workers, stop, log: () => {} });
  });
  after(async () => {
    await program.close();
    folder.remove();
  });

  async function served(environment: NodeJS.ProcessEnv, look: (url: string) => Promise<void>): Promise<void> {
    const server = await startServer(program, configOf(environment));
    try {
      await look(server.url);
    } finally {
      await server.close();
    }
  }
  const statusOf = async (url: string, headers: Readonly<Record<string, string>> = {}) => {
    const answer = await fetch(url, { headers });
    await answer.arrayBuffer();
    return answer.status;
  };
  const PATHS = ['/api/info', '/api/info/', '/', '/archive', '/archive/', '/mailbox', '/mailbox/'];

  it('callers on this machine need no login', () =>
    served({}, async (url) => {
      for (const path of PATHS) assert.equal(await statusOf(url + path), 200, path);
    }));

  it('with a token every caller must show it: programs by Bearer, browsers as a password', () =>
    served({ API_TOKEN: TOKEN }, async (url) => {
      const basic = (password: string) => `Basic ${Buffer.from(`office:${password}`).toString('base64')}`;
      for (const path of PATHS) {
        for (const authorization of ['', 'Bearer wrong', basic('wrong'), basic('')]) {
          assert.equal(await statusOf(url + path, { authorization }), 401, `${path} ${authorization}`);
        }
        for (const authorization of [`Bearer ${TOKEN}`, basic(TOKEN)]) {
          assert.equal(await statusOf(url + path, { authorization }), 200, `${path} ${authorization}`);
        }
      }
      assert.match((await fetch(url)).headers.get('www-authenticate') ?? '', /^Basic /);
      assert.match((await fetch(`${url}/api/info`)).headers.get('www-authenticate') ?? '', /^Bearer /);
      assert.equal(await statusOf(`${url}/healthz`), 200);
    }));

  it('the server refuses to open to other machines without a token or with one that can be guessed', () => {
    const open = (environment: NodeJS.ProcessEnv) => localHttp(program, configOf(environment));
    for (const HOST of ['0.0.0.0', '::', '192.168.1.5', 'office.example']) {
      assert.throws(() => open({ HOST }), { code: 'bad-settings', message: /API_TOKEN/ }, HOST);
      assert.throws(() => open({ HOST, API_TOKEN: 'short' }), { code: 'bad-settings', message: /too short/ });
      open({ HOST, API_TOKEN: TOKEN });
    }
  });

  it('the server says which port is taken', () =>
    served({}, async (url) => {
      const { port } = new URL(url);
      await assert.rejects(startServer(program, configOf({ PORT: port })), {
        code: 'bad-settings',
        message: new RegExp(`Port ${port} is taken`),
      });
    }));
});
