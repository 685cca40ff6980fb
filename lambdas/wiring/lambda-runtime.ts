import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Deps } from '#core/deps.ts';
import type { Log } from '#core/ports.ts';
import { clockUntil } from './node.ts';

/** What a call leaves for ending its begun work and for writing down where it stands, where its handler says nothing. */
const RESERVE_MS = 20_000;

const logger = new Logger({ serviceName: process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'rechnungspost' });
export const metrics = new Metrics({ namespace: 'rechnungspost', serviceName: 'rechnungspost' });

/** One JSON line an event, for CloudWatch. */
export const lambdaLog: Log = (level, event, { error, ...fields } = {}) =>
  logger[level](event, error instanceof Error ? { ...fields, error } : { ...fields });

/** The part of the deps that lasts one call: begun work is ended in time, and no more is begun. */
export function thisCall(
  context: Pick<Context, 'getRemainingTimeInMillis'>,
  reserveMs = RESERVE_MS,
): Pick<Deps, 'stop' | 'clock'> {
  const left = Math.max(0, context.getRemainingTimeInMillis() - reserveMs);
  const stop = AbortSignal.timeout(left);
  return { stop, clock: clockUntil(stop) };
}

/** Works on each message; one that fails is told in the log and comes back to the queue, which puts it aside in the end. */
export function eachMessage(
  event: SQSEvent,
  context: Context,
  work: (body: string) => Promise<void>,
): Promise<SQSBatchResponse> {
  const one = async ({ messageId, body }: SQSRecord) => {
    try {
      await work(body);
    } catch (error) {
      lambdaLog('error', 'message failed', { messageId, body, error });
      throw error;
    }
  };
  const options = { context, throwOnFullBatchFailure: false };
  return processPartialResponse(event, one, new BatchProcessor(EventType.SQS), options);
}

/** Counts for alarms and the dashboard. */
export function count(counts: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(counts)) {
    metrics.addMetric(name, name.endsWith('Seconds') ? MetricUnit.Seconds : MetricUnit.Count, value);
  }
  metrics.publishStoredMetrics();
}
