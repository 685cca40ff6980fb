import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createLambdaClient } from '#adapters/lambda/client.ts';
import { createLambdaDocuments } from '#adapters/lambda/documents-on-demand.ts';
import { type OnDemandAnswer, type OnDemandRequest, readRequest } from '#adapters/lambda/on-demand.ts';
import { Fault } from '#core/errors.ts';
import { startLambdaServer } from '#test/support/aws/lambda-server.ts';
import { createMemoryArchive } from '#test/support/simulation/memory-archive.ts';

/** Starts a function that answers as `work` says and keeps each request as the function reads it. */
async function open(t: TestContext, work: (asked: OnDemandRequest) => Promise<OnDemandAnswer>) {
  const asked: OnDemandRequest[] = [];
  const server = await startLambdaServer(async (_name, event) => {
    const request = readRequest(event);
    asked.push(request);
    return work(request);
  });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = createLambdaClient({ endpoint: server.endpoint, region: 'eu-central-1', credentials });
  t.after(() => {
    client.destroy();
    server.close();
  });
  const call = new AbortController();
  const archive = createMemoryArchive();
  const shop = createLambdaDocuments({
    client,
    functionName: 'rechnungspost-PrintOnDemand',
    archive,
    addressOf: async (key) => `https://archive.example/${key}`,
    patience: () => call.signal,
  });
  return { shop, asked, archive, server, call };
}

const never = () => new Promise<never>(() => {});
const codeIs =
  (code: string, message: RegExp) =>
  (error: unknown): boolean =>
    error instanceof Fault && error.code === code && message.test(error.message);

describe('printing on demand by another Lambda function', () => {
  it('the function bills a run, and the caller learns that its books are closed', async (t) => {
    const { shop, asked, server } = await open(t, async () => ({ closed: true }));
    assert.equal(await shop.bill('r1'), 'closed');
    assert.deepEqual(asked, [{ kind: 'bill', run: 'r1' }]);
    assert.deepEqual(server.state.calls, ['rechnungspost-PrintOnDemand']);
  });

  it('a bill that takes longer than a call may wait is answered with "later", and the caller hangs up', async (t) => {
    const { shop, call } = await open(t, async () => {
      call.abort();
      return never();
    });
    assert.equal(await shop.bill('r1'), 'later');
  });

  it('a preview comes in the answer itself, or through the archive', async (t) => {
    const pdf = Buffer.from([0x25, 0x50, 0xff, 0x00]);
    const { shop, asked, archive } = await open(t, async () =>
      asked.length === 1 ? { pdf: pdf.toString('base64') } : { key: 'print/preview/x.pdf' },
    );
    const order = { customer: '10001', invoiceDate: '2026-11-02' };
    assert.deepEqual(Buffer.from(await shop.preview(order)), pdf);
    assert.deepEqual(asked, [{ kind: 'preview', order }]);
    await assert.rejects(shop.preview(order), codeIs('unavailable', /print\/preview\/x\.pdf is gone/));
    await archive.putOnce('print/preview/x.pdf', pdf, { contentType: 'application/pdf', metadata: {} });
    assert.deepEqual(Buffer.from(await shop.preview(order)), pdf);
  });

  it('delivery notes are made with prices, without prices, or as the settings say', async (t) => {
    const made = { made: [], held: [{ noteId: '2026/L1', customer: '1', reasons: ['中'] }] };
    const { shop, asked } = await open(t, async () => made);
    for (const prices of [true, false, undefined]) {
      assert.deepEqual(await shop.deliveryNotes(['2026/L1'], prices), made);
    }
    assert.deepEqual(asked, [
      { kind: 'delivery-notes', notes: ['2026/L1'], prices: true },
      { kind: 'delivery-notes', notes: ['2026/L1'], prices: false },
      { kind: 'delivery-notes', notes: ['2026/L1'] },
    ]);
  });

  it('a print file is given as file names and addresses', async (t) => {
    const keys = ['print/r1/abc/r1-1-of-2.pdf', 'print/r1/def/r1-2-of-2.pdf'];
    const { shop } = await open(t, async () => ({ keys }));
    assert.deepEqual(await shop.printFile('r1'), [
      { fileName: 'r1-1-of-2.pdf', url: `https://archive.example/${keys[0]}` },
      { fileName: 'r1-2-of-2.pdf', url: `https://archive.example/${keys[1]}` },
    ]);
  });

  it('a picture is drawn and comes back byte for byte', async (t) => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const { shop, asked } = await open(t, async (request) => ({
      png: request.kind === 'picture' ? request.picture.bytes : '',
    }));
    const box = { width: 10, height: 20 };
    assert.deepEqual(
      Uint8Array.from(await shop.pictures.toPng({ name: 'logo', kind: 'png', bytes }, box)),
      bytes,
    );
    assert.deepEqual(asked[0]?.kind === 'picture' && asked[0].box, box);
  });

  it('any other work than a bill that takes too long is refused with the advice to repeat the call', async (t) => {
    const { shop, call } = await open(t, never);
    call.abort();
    const picture = { name: 'logo.png', kind: 'png' as const, bytes: new Uint8Array(1) };
    for (const work of [
      () => shop.preview({ customer: '1' }),
      () => shop.deliveryNotes(['2026/L1'], undefined),
      () => shop.printFile('r1'),
      () => shop.pictures.toPng(picture, { width: 1, height: 1 }),
    ]) {
      await assert.rejects(work, codeIs('unavailable', /longer than a call may wait: repeat the call/));
    }
  });
});

describe('faults of the function that prints on demand', () => {
  it('a fault of the function is reported with its code, message and details', async (t) => {
    const error = { code: 'bad-input' as const, message: 'two things', details: ['one', 'another'] };
    const { shop } = await open(t, async () => ({ error }));
    await assert.rejects(shop.preview({ customer: '1' }), ({ code, message, details }: Fault) => {
      assert.deepEqual({ code, message, details }, error);
      return true;
    });
  });

  it('when the function breaks down, the error hides what the function said and keeps it as the cause', async (t) => {
    const { shop } = await open(t, async () => {
      throw new Error('secret words');
    });
    await assert.rejects(shop.bill('r1'), (error: Fault) => {
      assert.ok(codeIs('unavailable', /broke down while it was at "bill": its log/)(error));
      assert.ok(!error.message.includes('secret words'));
      assert.match(String(error.cause), /secret words/);
      return true;
    });
  });

  it('a failed call is not repeated, because the function may be at work', async (t) => {
    const { shop, server } = await open(t, never);
    for (const [status, type] of [
      [429, 'TooManyRequestsException'],
      [500, 'ServiceException'],
      [403, 'AccessDeniedException'],
    ] as const) {
      server.state.refuse = { status, type, message: 'not now' };
      await assert.rejects(shop.bill('r1'), codeIs('unavailable', new RegExp(`${type}: not now`)));
    }
    assert.equal(server.state.calls.length, 3);
    server.close();
    await assert.rejects(shop.bill('r1'), codeIs('unavailable', /ECONNREFUSED|socket hang up|ECONNRESET/));
  });
});
