import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { createLocalWorkers } from '#wiring/workers.ts';

const workers = createLocalWorkers();
const [host, pid, start] = workers.me.split(':') as [string, string, string];
const [boot, namespace, tick] = start.split('.');

/** Starts another process, and returns it with the name of its worker. */
async function otherWorker() {
  const script = `import(${JSON.stringify(import.meta.resolve('#wiring/workers.ts'))})
    .then(({ createLocalWorkers }) => process.stdout.write(createLocalWorkers().me))`;
  const child = spawn(process.execPath, ['--eval', `${script}; process.stdin.resume()`], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const [me] = await once(child.stdout, 'data');
  return { child, me: String(me) };
}

describe('workers on one machine', () => {
  it('a worker names its process, and always by the same name', () => {
    assert.equal(Number(pid), process.pid);
    assert.equal(createLocalWorkers().me, workers.me);
    assert.equal(workers.isDead(workers.me), false);
  });

  it('a worker knows whether another process of this machine lives', async () => {
    const { child, me } = await otherWorker();
    assert.notEqual(me, workers.me);
    assert.equal(workers.isDead(me), false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal(workers.isDead(me), true);
  });

  it('a process that reuses a process number, or a worker from before the last boot, counts as dead', {
    skip: process.platform !== 'linux',
  }, () => {
    assert.equal(workers.isDead(`${host}:${pid}:${boot}.${namespace}.${Number(tick) - 1}`), true);
    assert.equal(workers.isDead(`${host}:${pid}:0${boot}.${namespace}.${tick}`), true);
  });

  it('a process that belongs to another user counts as living', {
    skip: process.platform === 'win32',
  }, () => {
    assert.equal(workers.isDead(`${host}:1:-`), false);
  });

  it('a worker on another machine or in another container, or with an odd name, never counts as dead', () => {
    for (const other of [
      `other${host}:${pid}:${boot}.${namespace}.1`,
      `${host}:999999:${boot}.1${namespace}.${tick}`,
      `${host}`,
      `${host}:-1:-`,
      `${host}:x:y`,
      '',
    ]) {
      assert.equal(workers.isDead(other), false, other);
    }
  });
});
