import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { z } from 'zod';
import { CYCLES } from '#core/domain/customer.ts';
import { Fault } from '#core/errors.ts';
import { advanceRun } from '#core/runs/advance-run.ts';
import { startScheduledRun } from '#core/runs/start-scheduled-run.ts';
import { openAws } from '#wiring/aws.ts';
import { awsConfig } from '#wiring/config.ts';
import { count, eachMessage, lambdaLog, thisCall } from '#wiring/lambda-runtime.ts';

const aws = openAws(awsConfig(process.env), lambdaLog);

/** The event that the schedules of the stage send. */
const scheduled = z.object({ cycle: z.enum(CYCLES), scheduledTime: z.iso.datetime({ offset: true }) });

/** Starts the run of a schedule, and advances runs from wherever they stand. */
export async function handler(event: unknown, context: Context): Promise<SQSBatchResponse | undefined> {
  const deps = { ...aws, ...thisCall(context) };
  if (isSqsEvent(event)) {
    return eachMessage(event, context, async (body) => {
      const wake = deps.readWake(body);
      if (wake.kind !== 'run') throw new Fault('bad-input', `This queue takes runs, not ${wake.kind}.`);
      const closed = await advanceRun(wake, deps);
      if (closed) count({ RunsClosed: 1, CustomersHeld: closed.planned.held });
    });
  }
  const { cycle, scheduledTime } = scheduled.parse(event);
  const wake = await startScheduledRun({ cycle, scheduledAt: Date.parse(scheduledTime) }, deps);
  if (wake) await deps.queue.wake([wake]);
  return undefined;
}

const isSqsEvent = (event: unknown): event is SQSEvent =>
  typeof event === 'object' && event !== null && 'Records' in event;
