import { setTimeout } from 'node:timers/promises';
import {
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
  SQSServiceException,
} from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { Fault } from '#core/errors.ts';
import type { Queue, Wake } from '#core/ports.ts';

/** URLs of the queues, one for each kind of work. */
export type QueueUrls = Readonly<Record<Wake['kind'], string>>;

const wakeSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('run'),
    id: z.string().min(1),
    turn: z.number().int().exactOptional(),
    after: z.string().exactOptional(),
  }),
  z.object({
    kind: z.literal('documents'),
    run: z.string().min(1),
    customers: z.array(z.string().min(1)).min(1),
  }),
  z.object({ kind: z.literal('mail'), id: z.string().min(1) }),
]);

const PER_BATCH = 10; // SQS's limit for one batch
const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 50;

/**
 * Creates the queue on ordinary SQS queues; each wake-up call is a message.
 * @param options `client`: made by `createSqsClient`
 * @throws Fault `unavailable` when SQS does not accept a call; nothing is lost, because the table knows what
 * waits
 */
export function createSqsQueue(options: { readonly client: SQSClient; readonly urls: QueueUrls }): Queue {
  const { client, urls } = options;

  /** Sends a batch, and sends again the messages that SQS reports as failed. */
  async function send(url: string, calls: readonly Wake[], delaySeconds: number): Promise<void> {
    let rest = calls.map((call, index) => ({
      Id: String(index),
      MessageBody: JSON.stringify(call),
      DelaySeconds: delaySeconds,
    }));
    for (let attempt = 1; ; attempt++) {
      const { Failed = [] } = await ask(url, rest);
      if (Failed.length === 0) return;
      if (attempt === ATTEMPTS) {
        const { Code, Message = '' } = Failed[0]!;
        throw unavailable(
          url,
          `it did not take ${Failed.length} of ${calls.length} calls, ${Code} ${Message}`,
        );
      }
      const failed = new Set(Failed.map(({ Id }) => Id));
      rest = rest.filter(({ Id }) => failed.has(Id));
      await setTimeout(Math.random() * FIRST_PAUSE_MS * 2 ** attempt);
    }
  }

  async function ask(url: string, Entries: SendMessageBatchRequestEntry[]) {
    try {
      return await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const isRefusal = error instanceof SQSServiceException || error.name === 'CredentialsProviderError';
      if (!isRefusal && error.name !== 'TimeoutError' && !('code' in error)) throw error;
      throw unavailable(url, `${error.name}: ${error.message}`, error);
    }
  }

  return {
    async wake(calls, { delaySeconds = 0 } = {}) {
      for (const [kind, same] of Map.groupBy(calls, ({ kind }) => kind)) {
        for (let at = 0; at < same.length; at += PER_BATCH) {
          await send(urls[kind], same.slice(at, at + PER_BATCH), delaySeconds);
        }
      }
    },
  };
}

const unavailable = (url: string, why: string, cause?: unknown): Fault =>
  new Fault(
    'unavailable',
    `The queue ${url} cannot be used (${why}); what waits is called again in some minutes. Check the rights of who asks if this goes on`,
    { cause },
  );

/**
 * Reads the wake-up call in a message.
 * @throws Fault `bad-input` for a message that this program did not send
 */
export function readWake(body: string): Wake {
  try {
    return wakeSchema.parse(JSON.parse(body));
  } catch (cause) {
    throw new Fault('bad-input', `This message is no call for work: ${body.slice(0, 200)}`, { cause });
  }
}
