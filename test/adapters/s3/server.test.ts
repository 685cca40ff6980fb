import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { S3_SERVER_MISSING } from '#test/support/aws/s3-server.ts';
import { startChild } from '#test/support/process/child.ts';
import { descendants, isRunning, until } from '#test/support/process/processes.ts';

describe('the S3 server of the tests', { skip: S3_SERVER_MISSING }, () => {
  it('the daemons of the server end with the process that started them, even if it is killed', async (t) => {
    const child = startChild(t, `${import.meta.dirname}/serve.ts`);
    assert.match(await child.ask<string>('start'), /^http:\/\/127\.0\.0\.1:\d+$/);
    const daemons = descendants(child.process.pid!);
    for (const name of ['ceph-mon', 'ceph-osd', 'radosgw']) {
      assert.ok(
        daemons.some(({ command }) => command.includes(name)),
        name,
      );
    }
    child.process.kill('SIGKILL');
    await until('all have ended', () => daemons.every(({ pid }) => !isRunning(pid)));
  });
});
