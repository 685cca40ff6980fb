import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { createS3Archive, PROBE_KEY } from '#adapters/s3/archive.ts';
import { createS3Client } from '#adapters/s3/client.ts';

const info = { contentType: 'application/pdf', metadata: {} };
const bytes = Buffer.from('x');

/** Starts a store that answers puts with one status after the other; the last status repeats. */
async function startStore(t: TestContext, ...statuses: number[]) {
  const puts: string[] = [];
  const server = createServer((request, response) => {
    request.resume();
    puts.push(request.url!.replace(/\?.*/, ''));
    const status = statuses[Math.min(puts.length, statuses.length) - 1]!;
    response.writeHead(status, { 'x-amz-version-id': 'v1' }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const client = createS3Client({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    forcePathStyle: true,
    maxAttempts: 1,
  });
  return { archive: createS3Archive({ client, bucket: 'archive' }), puts };
}

const PROBE = `/archive/${PROBE_KEY}`;

describe('the S3 archive with stores that only look like S3', () => {
  it('nothing is filed in a store that ignores If-None-Match', async (t) => {
    const { archive, puts } = await startStore(t, 200);
    for (let use = 1; use <= 2; use++) {
      await assert.rejects(archive.putOnce('a.pdf', bytes, info), {
        code: 'bad-settings',
        message: /bucket archive ignores "If-None-Match: \*".*use Amazon S3, or a store/,
      });
    }
    assert.deepEqual(puts, [PROBE, PROBE, PROBE, PROBE]);
  });

  it('a store that honours If-None-Match is probed twice at first, and then once in each process', async (t) => {
    const first = await startStore(t, 200, 412, 200);
    await Promise.all(['a.pdf', 'b.pdf'].map((key) => first.archive.putOnce(key, bytes, info)));
    assert.deepEqual(first.puts.toSorted(), [PROBE, PROBE, '/archive/a.pdf', '/archive/b.pdf']);
    const later = await startStore(t, 412, 200);
    await later.archive.putOnce('a.pdf', bytes, info);
    await later.archive.putOnce('b.pdf', bytes, info);
    assert.deepEqual(later.puts, [PROBE, '/archive/a.pdf', '/archive/b.pdf']);
  });

  it('the probe is repeated when the store could not answer it', async (t) => {
    const { archive } = await startStore(t, 503, 412, 200);
    await assert.rejects(archive.putOnce('a.pdf', bytes, info), { code: 'unavailable' });
    assert.equal((await archive.putOnce('a.pdf', bytes, info)).outcome, 'stored');
  });
});
