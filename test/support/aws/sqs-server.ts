import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { CreateQueueCommand, type SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { createSqsClient } from '#adapters/sqs/client.ts';
// The package exports its app and keeps its stores to itself: time passes in them only where one can reach them.
import { S3Store } from '../../../node_modules/fauxqs/dist/s3/s3Store.js';
import { SnsStore } from '../../../node_modules/fauxqs/dist/sns/snsStore.js';
import { SqsStore } from '../../../node_modules/fauxqs/dist/sqs/sqsStore.js';

export interface SqsServer {
  readonly endpoint: string;
  /** An ordinary queue. @returns its address */
  makeQueue(
    name: string,
    options?: {
      /** How long a message that somebody has taken stays hidden. */
      readonly hiddenSeconds?: number;
      /** The address of the queue for what was taken so many times in vain. */
      readonly deadLetters?: { readonly url: string; readonly tries: number };
    },
  ): Promise<string>;
  /** Bodies of what lies in a queue. */
  bodies(url: string): { readonly ready: string[]; readonly delayed: string[]; readonly hidden: string[] };
  /** Takes everything out of a queue, as if it had got lost. @returns how many messages that were */
  lose(url: string): number;
  /** Milliseconds until something that is delayed or hidden can be seen; undefined where nothing is. */
  nextIn(): number | undefined;
  /** Lets time pass for what is delayed or hidden. */
  skip(milliseconds: number): void;
  close(): Promise<void>;
}

const REGION = 'eu-central-1';

/** fauxqs on the loopback; its own `startFauxqs` would listen on all interfaces. Ends with this process at the latest. */
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
      // Its own address has a host name that not every machine resolves.
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
