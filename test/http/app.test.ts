import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hono } from 'hono';
import { createApp } from '#http/app.ts';
import { isLoopback, loopbackOnly } from '#http/loopback-only.ts';

const app = new Hono();
app.use(loopbackOnly);
app.route('/', createApp());

test('it answers that it lives', async () => {
  const answer = await app.request('/healthz', { headers: { host: '127.0.0.1:3000' } });
  assert.deepEqual([answer.status, await answer.json()], [200, { status: 'ok' }]);
});

test('a request under a stranger’s name is refused', async () => {
  for (const host of ['localhost:3000', '127.0.0.1', '[::1]:3000']) {
    assert.equal((await app.request('/healthz', { headers: { host } })).status, 200, host);
  }
  for (const host of ['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:3000', '']) {
    assert.equal((await app.request('/healthz', { headers: { host } })).status, 421, host);
  }
});

test('only loopback addresses count as loopback', () => {
  for (const host of ['127.0.0.1', '127.1.2.3', 'localhost', '::1']) assert.ok(isLoopback(host), host);
  for (const host of ['0.0.0.0', '192.168.1.2', '::', 'example.org']) assert.ok(!isLoopback(host), host);
});
