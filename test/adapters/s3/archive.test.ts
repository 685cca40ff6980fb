import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import {
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { createS3Archive } from '#adapters/s3/archive.ts';
import { archiveContract } from '#test/contracts/archive-contract.ts';
import { makeBucket, s3Client } from '#test/support/aws/s3-bucket.ts';
import { S3_SERVER_MISSING, type S3Server, startS3Server } from '#test/support/aws/s3-server.ts';
import { answered, broken, meddle } from './meddle.ts';

const info = { contentType: 'application/pdf', metadata: { draft: 'd1' } };
const bytesOf = (text: string) => Buffer.from(text);

describe('the archive in S3', { skip: S3_SERVER_MISSING }, () => {
  let server: S3Server;
  let client: S3Client;
  before(async () => {
    server = await startS3Server();
    client = s3Client(server);
    await makeBucket(client, 'plain');
    await makeBucket(client, 'locked', { lock: true });
  });
  after(() => server.close());

  archiveContract('S3', async () => ({
    archive: createS3Archive({ client, bucket: await makeBucket(client, 'contract') }),
    close: () => {},
  }));

  describe('the S3 archive', () => {
    const Bucket = 'plain';
    const archive = () => createS3Archive({ client, bucket: Bucket });
    const newKey = (name = 'Rechnung-1.pdf') => `test/${randomUUID()}/${name}`;
    const versionsOf = async (Prefix: string) =>
      (await client.send(new ListObjectVersionsCommand({ Bucket, Prefix }))).Versions ?? [];

    it('of eight processes that store one key at once, exactly one wins', async () => {
      const key = newKey();
      const results = await Promise.all(
        Array.from({ length: 8 }, (_, racer) =>
          createS3Archive({ client: s3Client(server), bucket: Bucket }).putOnce(
            key,
            bytesOf(`racer ${racer}`),
            info,
          ),
        ),
      );
      assert.equal(results.filter(({ outcome }) => outcome === 'stored').length, 1);
      assert.equal((await versionsOf(key)).length, 1);
    });

    it('a stored file opens in the browser under its own name', async () => {
      for (const [name, disposition] of [
        ['Rechnung-1.pdf', 'inline; filename="Rechnung-1.pdf"'],
        [
          'Müller’s 100% (🥖).pdf',
          `inline; filename="M_ller_s 100_ (_).pdf"; filename*=UTF-8''M%C3%BCller%E2%80%99s%20100%25%20%28%F0%9F%A5%96%29.pdf`,
        ],
      ] as const) {
        const key = newKey(name);
        await archive().putOnce(key, bytesOf('x'), info);
        const head = await client.send(new HeadObjectCommand({ Bucket, Key: key }));
        assert.equal(head.ContentType, 'application/pdf');
        assert.equal(head.ContentDisposition, disposition);
      }
    });

    it('S3 checks the bytes that it is sent and refuses garbled ones', async () => {
      const key = newKey();
      const garbling = meddle(s3Client(server), ({ request, next }) => {
        request.body = request.body.map((byte) => byte ^ 1);
        return next();
      });
      const put = createS3Archive({ client: garbling, bucket: Bucket }).putOnce(
        key,
        bytesOf('right bytes'),
        info,
      );
      await assert.rejects(put, { code: 'unavailable' });
      assert.equal(await archive().get(key), undefined);
      const { file } = await archive().putOnce(key, bytesOf('right bytes'), info);
      const head = await client.send(new HeadObjectCommand({ Bucket, Key: key, ChecksumMode: 'ENABLED' }));
      assert.equal(Buffer.from(head.ChecksumSHA256!, 'base64').toString('hex'), file.sha256);
    });

    it('bytes that differ from what was stored are reported as damaged, never returned', async () => {
      const key = newKey();
      const { file } = await archive().putOnce(key, bytesOf('right bytes'), info);
      const garbling = meddle(s3Client(server), async ({ next }) => {
        const answer = await next();
        answer.response.body.destroy();
        answer.response.body = Readable.from([bytesOf('wrong bytes')]);
        return answer;
      });
      for (const version of [undefined, file.version]) {
        await assert.rejects(createS3Archive({ client: garbling, bucket: Bucket }).get(key, version), {
          code: 'damaged',
          message: `${key} in the bucket plain is not what was stored; restore it from a backup`,
        });
      }
    });

    it('a read is repeated when an answer breaks off', async () => {
      const key = newKey();
      await archive().putOnce(key, bytesOf('whole'), info);
      let reads = 0;
      const breaking = meddle(s3Client(server), async ({ next }) => {
        const answer = await next();
        if (++reads > 2) return answer;
        answer.response.body.destroy();
        answer.response.body = Readable.from(
          (async function* () {
            yield bytesOf('who');
            throw broken('ECONNRESET');
          })(),
        );
        return answer;
      });
      const found = await createS3Archive({ client: breaking, bucket: Bucket }).get(key);
      assert.equal(Buffer.from(found!.bytes).toString(), 'whole');
      assert.equal(reads, 3);
    });

    it('a deleted file keeps its versions, and its key accepts a new file', async () => {
      const key = newKey();
      const { file } = await archive().putOnce(key, bytesOf('first'), info);
      const { VersionId: mark } = await client.send(new DeleteObjectCommand({ Bucket, Key: key }));
      assert.equal(await archive().get(key), undefined);
      assert.equal(await archive().get(key, mark), undefined);
      assert.deepEqual(await archive().list(key), []);
      assert.deepEqual((await archive().get(key, file.version))?.file, file);
      assert.equal(await archive().get(key, 'no-version-of-anything'), undefined);
      const asAws = meddle(s3Client(server), () => Promise.reject(answered(405, 'MethodNotAllowed')));
      assert.equal(await createS3Archive({ client: asAws, bucket: Bucket }).get(key, mark), undefined);
      assert.equal((await archive().putOnce(key, bytesOf('second'), info)).outcome, 'stored');
    });

    it('a file that somebody else put under the key is found as existing, with empty metadata', async () => {
      const key = newKey();
      await client.send(new PutObjectCommand({ Bucket, Key: key, Body: 'theirs' }));
      const { outcome, file } = await archive().putOnce(key, bytesOf('ours'), info);
      assert.equal(outcome, 'exists');
      assert.equal(file.size, 6);
      assert.deepEqual(file.metadata, {});
    });

    it('a list spans more than one page and contains only names that can be keys', async () => {
      const folder = `test/${randomUUID()}`;
      const keys = Array.from({ length: 12 }, (_, n) => `${folder}/${String(n).padStart(2, '0')}.pdf`);
      await Promise.all(keys.map((key) => archive().putOnce(key, bytesOf('x'), info)));
      await client.send(new PutObjectCommand({ Bucket, Key: `${folder}/.DS_Store`, Body: 'x' }));
      const small = s3Client(server);
      let pages = 0;
      small.middlewareStack.add(
        (next) => (args) => {
          pages += 1;
          return next({ ...args, input: { ...args.input, MaxKeys: 5 } });
        },
        { step: 'initialize' },
      );
      assert.deepEqual(await createS3Archive({ client: small, bucket: Bucket }).list(folder), keys);
      assert.equal(pages, 3);
    });

    for (const [what, before] of [
      ['was lost', false],
      ['never came, nor did the request arrive', true],
    ] as const) {
      it(`a file is stored once when the answer ${what}`, async () => {
        const key = newKey();
        let losses = 0;
        const losing = meddle(s3Client(server), async (call) => {
          const lose = call.key === key && ++losses <= 2;
          if (lose && before) throw broken('ECONNRESET');
          const answer = await call.next();
          if (lose) throw broken('ECONNRESET');
          return answer;
        });
        const { outcome, file } = await createS3Archive({ client: losing, bucket: Bucket }).putOnce(
          key,
          bytesOf('ours'),
          info,
        );
        assert.equal(outcome, before ? 'stored' : 'exists');
        assert.deepEqual(file.metadata, info.metadata);
        assert.equal((await versionsOf(key)).length, 1);
      });
    }

    for (const error of [answered(503, 'SlowDown'), answered(409, 'ConditionalRequestConflict')]) {
      it(`a put waits and repeats on ${error.name}`, async () => {
        const busy = meddle(s3Client(server), ({ number, next }) =>
          number <= 2 ? Promise.reject(error) : next(),
        );
        const archive = createS3Archive({ client: busy, bucket: Bucket });
        assert.equal((await archive.putOnce(newKey(), bytesOf('x'), info)).outcome, 'stored');
      });
    }

    it('a bucket that does not answer is named in the end, with what it said and the remedy', async () => {
      const busy = meddle(s3Client(server, { maxAttempts: 2 }), () =>
        Promise.reject(answered(503, 'SlowDown')),
      );
      await assert.rejects(createS3Archive({ client: busy, bucket: Bucket }).get(newKey()), {
        code: 'unavailable',
        message:
          'The archive bucket plain cannot be used (SlowDown: scripted SlowDown); try again in some minutes',
      });
      const missing = createS3Archive({ client, bucket: 'missing' });
      await assert.rejects(missing.putOnce(newKey(), bytesOf('x'), info), {
        code: 'unavailable',
        message: /^The archive bucket missing cannot be used \(NoSuchBucket: .*check the bucket's name/,
      });
    });
  });

  describe('the S3 archive with Object Lock', () => {
    const Bucket = 'locked';
    const KEY = 'invoices/2026/10/Rechnung-10001-2026000123-2026-10-31-1.pdf';

    for (const lock of ['GOVERNANCE', 'COMPLIANCE'] as const) {
      it(`an invoice cannot be deleted for eight years under ${lock}`, async () => {
        const archive = createS3Archive({ client, bucket: Bucket, lock });
        const key = KEY.replace('10001', lock);
        const { file } = await archive.putOnce(key, bytesOf('an invoice'), info);
        const head = await client.send(new HeadObjectCommand({ Bucket, Key: key }));
        assert.equal(head.ObjectLockMode, lock);
        assert.equal(head.ObjectLockRetainUntilDate?.toISOString(), '2034-12-31T23:59:59.000Z');
        const deletion = new DeleteObjectCommand({ Bucket, Key: key, VersionId: file.version });
        await assert.rejects(client.send(deletion), { name: 'AccessDenied' });
        assert.deepEqual((await archive.get(key, file.version))?.file, file);
      });
    }

    it('other files can be deleted, the probe among them', async () => {
      const archive = createS3Archive({ client, bucket: Bucket, lock: 'GOVERNANCE' });
      const { file } = await archive.putOnce('mail/2026/10/10001-1.eml', bytesOf('a mail'), info);
      const deletion = { Bucket, Key: file.key, VersionId: file.version };
      await client.send(new DeleteObjectCommand(deletion));
      assert.equal(await archive.get(file.key, file.version), undefined);
      const { Versions = [] } = await client.send(
        new ListObjectVersionsCommand({ Bucket, Prefix: '.rechnungspost/' }),
      );
      assert.equal(Versions.length, 1, 'however many archives were opened');
      for (const { Key, VersionId } of Versions) {
        await client.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
      }
    });

    it('an invoice whose key lacks the invoice date is refused, because it could not be retained', async () => {
      const archive = createS3Archive({ client, bucket: Bucket, lock: 'GOVERNANCE' });
      const put = archive.putOnce('invoices/letter.pdf', bytesOf('x'), info);
      await assert.rejects(put, {
        code: 'bad-input',
        message: /letter\.pdf does not end in the invoice date/,
      });
    });
  });
});
