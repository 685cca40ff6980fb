import type { Context } from 'aws-lambda';
import { readMailingHold } from '#core/repositories/mails.ts';
import { overdueSeconds } from '#core/runs/overdue.ts';
import { sweepToQueues } from '#core/runs/sweep.ts';
import { openAws } from '#wiring/aws.ts';
import { awsConfig } from '#wiring/config.ts';
import { count, lambdaLog, thisCall } from '#wiring/lambda-runtime.ts';

const aws = openAws(awsConfig(process.env), lambdaLog);

/**
 * Wakes whatever waits and is due, and reports how long overdue work has been waiting and whether mailing is
 * held. Mails that wait for the pace are not overdue.
 */
export async function handler(_event: unknown, context: Context): Promise<void> {
  const deps = { ...aws, ...thisCall(context) };
  const overdue = await overdueSeconds(deps);
  const woken = await sweepToQueues(deps);
  const hold = await readMailingHold(deps.table);
  count({
    OldestDueSeconds: overdue,
    TakenUpBySweep: woken,
    MailingHeld: hold ? 1 : 0,
  });
}
