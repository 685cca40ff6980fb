import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Deps } from '#core/deps.ts';
import type { Log } from '#core/ports.ts';
import { clockUntil } from './node.ts';

/**
 * Time in milliseconds kept at the end of a call to finish begun work and record where it stands, unless the
 * handler sets its own.
 */
const RESERVE_MS = 20_000;

const logger = new Logger({ serviceName: process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'rechnungspost' });
export const metrics = new Metrics({ namespace: 'rechnungspost', serviceName: 'rechnungspost' });

/** Logs each event as one line of JSON for CloudWatch. */
export const lambdaLog: Log = (level, event, { error, ...fields } = {}) =>
  logger[level](event, error instanceof Error ? { ...fields, error } : { ...fields });

/**
 * Returns the part of the deps that lasts one call: `stop` and `clock` end begun work in time and let no more
 * begin.
 */
export function thisCall(
  context: Pick<Context, 'getRemainingTimeInMillis'>,
  reserveMs = RESERVE_MS,
): Pick<Deps, 'stop' | 'clock'> {
  const left = Math.max(0, context.getRemainingTimeInMillis() - reserveMs);
  const stop = AbortSignal.timeout(left);
  return { stop, clock: clockUntil(stop) };
}

/**
 * Works on each message. A message that fails is logged and returns to the queue, which finally moves it to
 * the dead letters.
 */
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

/** Publishes counts for the alarms and the dashboard. */
export function count(counts: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(counts)) {
    metrics.addMetric(name, name.endsWith('Seconds') ? MetricUnit.Seconds : MetricUnit.Count, value);
  }
  metrics.publishStoredMetrics();
}
