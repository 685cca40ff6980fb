import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { CreateQueueCommand, type SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { createSqsClient } from '#adapters/sqs/client.ts';
// The stores are created here, because the package hides its own, and time can be advanced only in stores
// within reach.
import { S3Store } from '../../../node_modules/fauxqs/dist/s3/s3Store.js';
import { SnsStore } from '../../../node_modules/fauxqs/dist/sns/snsStore.js';
import { SqsStore } from '../../../node_modules/fauxqs/dist/sqs/sqsStore.js';

export interface SqsServer {
  readonly endpoint: string;
  /**
   * Creates an ordinary queue.
   * @returns its address
   */
  makeQueue(
    name: string,
    options?: {
      /** Visibility timeout in seconds. */
      readonly hiddenSeconds?: number;
      /** Dead-letter queue for messages that were received this many times in vain. */
      readonly deadLetters?: { readonly url: string; readonly tries: number };
    },
  ): Promise<string>;
  /** Returns the bodies of the messages in a queue. */
  bodies(url: string): { readonly ready: string[]; readonly delayed: string[]; readonly hidden: string[] };
  /**
   * Removes everything from a queue, as if it had been lost.
   * @returns the number of messages
   */
  lose(url: string): number;
  /**
   * Returns the milliseconds until a delayed or hidden message becomes visible; undefined if there is none.
   */
  nextIn(): number | undefined;
  /** Lets time pass for delayed and hidden messages. */
  skip(milliseconds: number): void;
  close(): Promise<void>;
}

const REGION = 'eu-central-1';

/**
 * Starts fauxqs on the loopback; its own `startFauxqs` would listen on all interfaces. It ends with this
 * process at the latest.
 */
export async function startSqsServer(): Promise<SqsServer> {
  const store = new SqsStore();
  const app = buildApp({
    logger: false,
    defaultRegion: REGION,
    stores: { sqsStore: store, snsStore: new SnsStore(), s3Store: new S3Store() },
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  app.server.unref();
  const endpoint = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const client = sqsClient(endpoint);
  const queueOf = (url: string) => store.getQueue(url)!;
  return {
    endpoint,
    async makeQueue(QueueName, { hiddenSeconds, deadLetters } = {}) {
      const redrive = deadLetters && {
        deadLetterTargetArn: queueOf(deadLetters.url).arn,
        maxReceiveCount: deadLetters.tries,
      };
      const Attributes = {
        ...(hiddenSeconds !== undefined && { VisibilityTimeout: String(hiddenSeconds) }),
        ...(redrive && { RedrivePolicy: JSON.stringify(redrive) }),
      };
      await client.send(new CreateQueueCommand({ QueueName, Attributes }));
      // The queue's own address has a host name that not every machine resolves.
      return `${endpoint}/000000000000/${QueueName}`;
    },
    bodies(url) {
      const { ready, delayed, inflight } = queueOf(url).inspectMessages();
      const texts = (messages: readonly { readonly body: string }[]) => messages.map(({ body }) => body);
      return {
        ready: texts(ready),
        delayed: texts(delayed),
        hidden: texts(inflight.map((one) => one.message)),
      };
    },
    lose(url) {
      const { ready, delayed, inflight } = queueOf(url).inspectMessages();
      queueOf(url).purge();
      return ready.length + delayed.length + inflight.length;
    },
    nextIn() {
      const instants = [...store.allQueues()].flatMap(({ delayedMessages, inflightMessages }) => [
        ...delayedMessages.map(({ delayUntil }) => delayUntil!),
        ...[...inflightMessages.values()].map(({ visibilityDeadline }) => visibilityDeadline),
      ]);
      return instants.length === 0 ? undefined : Math.max(0, Math.min(...instants) - Date.now());
    },
    skip(milliseconds) {
      for (const queue of store.allQueues()) {
        for (const message of queue.delayedMessages) message.delayUntil! -= milliseconds;
        for (const taken of queue.inflightMessages.values()) taken.visibilityDeadline -= milliseconds;
      }
    },
    async close() {
      client.destroy();
      const closed = once(app.server, 'close');
      await app.close();
      await closed;
    },
  };
}

export const sqsClient = (endpoint: string, config: SQSClientConfig = {}): SQSClient =>
  createSqsClient({
    endpoint,
    region: REGION,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    ...config,
  });
