import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { Fault } from '#core/errors.ts';
import type { Queue, Wake } from '#core/ports.ts';

/** Addresses of the queues, one for each kind of work. */
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

const PER_BATCH = 10; // SQS takes no more
const ATTEMPTS = 4;

/** @throws Fault `unavailable` when SQS does not take a message; nothing is lost, for the table knows what waits */
export function createSqsQueue(client: SQSClient, urls: QueueUrls): Queue {
  async function send(url: string, calls: readonly Wake[], delaySeconds: number): Promise<void> {
    let rest = calls.map((call, index) => ({
      Id: String(index),
      MessageBody: JSON.stringify(call),
      DelaySeconds: delaySeconds,
    }));
    let reason: string | undefined;
    for (let attempt = 0; attempt < ATTEMPTS && rest.length > 0; attempt++) {
      const { Failed = [] } = await client.send(
        new SendMessageBatchCommand({ QueueUrl: url, Entries: rest }),
      );
      const failed = new Set(Failed.map(({ Id }) => Id));
      rest = rest.filter(({ Id }) => failed.has(Id));
      reason = Failed[0]?.Message ?? Failed[0]?.Code;
    }
    if (rest.length > 0) {
      throw new Fault('unavailable', `The queue ${url} did not take ${rest.length} messages: ${reason}`);
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

/** What a message asks for. @throws Fault `bad-input` for one that nobody here has sent */
export function readWake(body: string): Wake {
  try {
    return wakeSchema.parse(JSON.parse(body));
  } catch (cause) {
    throw new Fault('bad-input', `This message is no call for work: ${body.slice(0, 200)}`, { cause });
  }
}
