import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createS3Archive } from '#adapters/s3/archive.ts';
import { createFileAddresses } from '#adapters/s3/file-address.ts';
import { makeBucket, s3Client } from '#test/support/aws/s3-bucket.ts';
import { S3_SERVER_MISSING, startS3Server } from '#test/support/aws/s3-server.ts';

describe('the address of a file in S3', { skip: S3_SERVER_MISSING }, () => {
  it('the address lets anybody download this one file under its name for ten minutes, and do nothing else', async (t) => {
    const server = await startS3Server();
    const client = s3Client(server);
    t.after(async () => {
      client.destroy();
      await server.close();
    });
    const bucket = await makeBucket(client, 'archive');
    const key = 'print/r1/abc/Post für Käse.pdf';
    const bytes = new TextEncoder().encode('%PDF-1.7');
    await createS3Archive({ client, bucket }).putOnce(key, bytes, {
      contentType: 'application/pdf',
      metadata: {},
    });

    const address = await createFileAddresses({ client, bucket })(key);
    const found = await fetch(address);
    assert.equal(found.status, 200);
    assert.deepEqual(new Uint8Array(await found.arrayBuffer()), bytes);
    assert.equal(found.headers.get('content-type'), 'application/pdf');
    assert.equal(
      found.headers.get('content-disposition'),
      `attachment; filename="Post f_r K_se.pdf"; filename*=UTF-8''Post%20f%C3%BCr%20K%C3%A4se.pdf`,
    );
    assert.equal(new URL(address).searchParams.get('X-Amz-Expires'), '600');
    for (const change of ['abc', 'X-Amz-Expires=600']) {
      const other = address.replace(change, change === 'abc' ? 'abd' : 'X-Amz-Expires=60000');
      assert.equal((await fetch(other)).status, 403, change);
    }
    assert.equal((await fetch(address, { method: 'DELETE' })).status, 403);
  });
});
