import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** A queue with its dead-letter queue. */
export interface WorkQueue {
  readonly queue: Queue;
  readonly deadLetters: Queue;
}

/** How often a message may fail before it moves to the dead letters. */
const TRIES = 5;

/**
 * Creates a work queue.
 * @param timeout timeout of the function that reads the queue; a message stays hidden six times as long, as
 * AWS advises
 */
export function workQueue(
  scope: Construct,
  id: string,
  { timeout }: { readonly timeout: Duration },
): WorkQueue {
  const deadLetters = deadLetterQueue(scope, `${id}DeadLetters`);
  const queue = new Queue(scope, `${id}Queue`, {
    visibilityTimeout: Duration.seconds(timeout.toSeconds() * 6),
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(4),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: TRIES },
  });
  return { queue, deadLetters };
}

export const deadLetterQueue = (scope: Construct, id: string): Queue =>
  new Queue(scope, id, {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });

/**
 * Lets a function read a queue.
 * @param atOnce calls at the same time. The limit is set on the event source mapping, which leaves waiting
 * messages in the queue; a reserved concurrency of the function would throttle them instead, and each
 * throttled delivery would count as a failed try.
 */
export function readBy(
  reader: IFunction,
  { queue }: WorkQueue,
  { batchSize, atOnce }: { readonly batchSize: number; readonly atOnce: number },
): void {
  reader.addEventSource(
    new SqsEventSource(queue, {
      batchSize,
      maxConcurrency: Math.max(2, atOnce),
      reportBatchItemFailures: true,
    }),
  );
}
