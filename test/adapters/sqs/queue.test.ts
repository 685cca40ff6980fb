import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ReceiveMessageCommand, type SendMessageBatchCommandInput } from '@aws-sdk/client-sqs';
import { createSqsQueue, type QueueUrls, readWake } from '#adapters/sqs/queue.ts';
import { Fault } from '#core/errors.ts';
import type { Wake } from '#core/ports.ts';
import { type SqsServer, sqsClient, startSqsServer } from '#test/support/aws/sqs-server.ts';

const mail = (n: number): Wake => ({ kind: 'mail', id: `2026000001-${n}` });
const unavailable = (error: unknown) => error instanceof Fault && error.code === 'unavailable';

describe('the queues of SQS', () => {
  let server: SqsServer;
  let urls: QueueUrls;
  let count = 0;

  before(async () => {
    server = await startSqsServer();
  });
  after(() => server.close());

  /** Makes queues for one test, and a client whose requests and answers can be spoilt. */
  async function open() {
    count++;
    urls = {
      run: await server.makeQueue(`runs-${count}`),
      documents: await server.makeQueue(`documents-${count}`),
      mail: await server.makeQueue(`mails-${count}`),
    };
    const client = sqsClient(server.endpoint);
    return { client, queue: createSqsQueue({ client, urls }) };
  }

  /**
   * Refuses these entries of each batch, so that they never reach the queue, and records the size of each
   * batch.
   */
  function refusing(client: ReturnType<typeof sqsClient>, refuses: (body: string, batch: number) => boolean) {
    const sizes: number[] = [];
    client.middlewareStack.add(
      (next) => async (args) => {
        const input = args.input as SendMessageBatchCommandInput;
        const entries = input.Entries!;
        sizes.push(entries.length);
        const refused = entries.filter(({ MessageBody }) => refuses(MessageBody!, sizes.length));
        const taken = entries.filter((entry) => !refused.includes(entry));
        const Failed = refused.map(({ Id }) => ({ Id, Code: 'InternalError', SenderFault: false }));
        if (taken.length === 0) return { response: {}, output: { $metadata: {}, Successful: [], Failed } };
        const result = await next({ ...args, input: { ...input, Entries: taken } });
        return { ...result, output: { ...result.output, Failed } };
      },
      { step: 'initialize', name: 'refusing', tags: [] },
    );
    return sizes;
  }

  it('each call arrives unchanged in the queue of its kind', async () => {
    const { queue } = await open();
    const calls: Wake[] = [
      { kind: 'run', id: 'r1' },
      { kind: 'run', id: 'r1', turn: 7, after: '10' },
      { kind: 'run', id: 'r1', turn: 7, after: '' },
      { kind: 'documents', run: 'r1', customers: ['9', '10', 'A2'] },
      mail(1),
    ];
    await queue.wake(calls);
    const read = (url: string) => server.bodies(url).ready.map(readWake);
    assert.deepEqual([urls.run, urls.documents, urls.mail].flatMap(read), calls);
  });

  it('any number of calls is sent in batches of ten', async () => {
    const { client, queue } = await open();
    const sizes = refusing(client, () => false);
    const calls = Array.from({ length: 25 }, (_, n) => mail(n));
    await queue.wake(calls);
    assert.deepEqual(sizes, [10, 10, 5]);
    assert.deepEqual(server.bodies(urls.mail).ready.map(readWake), calls);
    await queue.wake([]);
    assert.equal(sizes.length, 3, 'nothing is sent for nothing');
  });

  it('only the entries that a queue refused are sent again', async () => {
    const { client, queue } = await open();
    const sizes = refusing(client, (body, batch) => batch < 3 && /-[37]"/.test(body));
    await queue.wake(Array.from({ length: 10 }, (_, n) => mail(n)));
    assert.deepEqual(sizes, [10, 2, 2]);
    const ids = server.bodies(urls.mail).ready.map((body) => (JSON.parse(body) as { id: string }).id);
    assert.deepEqual(
      ids,
      [0, 1, 2, 4, 5, 6, 8, 9, 3, 7].map((n) => `2026000001-${n}`),
    );
  });

  it('a queue that goes on refusing is a fault that names the queue and the reason', async () => {
    const { client, queue } = await open();
    const sizes = refusing(client, (body) => /-3"/.test(body));
    await assert.rejects(
      queue.wake(Array.from({ length: 5 }, (_, n) => mail(n))),
      (error) =>
        unavailable(error) &&
        /mails-\d+ cannot be used \(it did not take 1 of 5 calls, InternalError/.test(`${error}`),
    );
    assert.equal(sizes.length, 4);
    assert.equal(server.bodies(urls.mail).ready.length, 4, 'the others are there');
  });

  it('a queue that does not exist or cannot be reached is a fault', async () => {
    const { client } = await open();
    const nowhere = createSqsQueue({
      client,
      urls: { ...urls, mail: `${server.endpoint}/000000000000/nowhere` },
    });
    await assert.rejects(nowhere.wake([mail(1)]), unavailable);
    const closed = createSqsQueue({ client: sqsClient('http://127.0.0.1:1', { maxAttempts: 1 }), urls });
    await assert.rejects(closed.wake([mail(1)]), unavailable);
  });

  it('a delayed call becomes visible when its time has come', async () => {
    const { client, queue } = await open();
    await queue.wake([mail(1)], { delaySeconds: 20 });
    const receive = async () =>
      (await client.send(new ReceiveMessageCommand({ QueueUrl: urls.mail, WaitTimeSeconds: 0 }))).Messages;
    assert.equal(await receive(), undefined);
    server.skip(19_000);
    assert.equal(await receive(), undefined);
    server.skip(1_000);
    assert.deepEqual(
      (await receive())?.map(({ Body }) => readWake(Body!)),
      [mail(1)],
    );
  });
});

describe('a message that asks for no known work', () => {
  const foreign: [string, string][] = [
    ['no JSON', 'hello'],
    ['nothing', ''],
    ['a list', '[]'],
    ['another kind', '{"kind":"coffee","id":"1"}'],
    ['no id', '{"kind":"mail"}'],
    ['an empty id', '{"kind":"mail","id":""}'],
    ['documents of nobody', '{"kind":"documents","run":"r1","customers":[]}'],
    ['customers that are numbers', '{"kind":"documents","run":"r1","customers":[10]}'],
    ['a turn that is none', '{"kind":"run","id":"r1","turn":"soon"}'],
  ];
  for (const [name, body] of foreign) {
    it(`a malformed message is refused: ${name}`, () => {
      assert.throws(
        () => readWake(body),
        (error) => error instanceof Fault && error.code === 'bad-input',
      );
    });
  }

  it('a long message is quoted only in part', () => {
    assert.throws(
      () => readWake('x'.repeat(5000)),
      (error) => error instanceof Error && error.message.length < 300,
    );
  });
});
