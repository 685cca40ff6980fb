import type { Context } from 'aws-lambda';
import { oldestDue } from '#core/repositories/due.ts';
import { readMailingHold } from '#core/repositories/mails.ts';
import { sweepToQueues } from '#core/sweep.ts';
import { openAws } from '#wiring/aws.ts';
import { awsConfig } from '#wiring/config.ts';
import { count, lambdaLog, thisCall } from '#wiring/function.ts';

const aws = openAws(awsConfig(process.env), lambdaLog);

/** Wakes whatever waits and is due, and tells how long the oldest of it has been waiting, and whether mail stands still. */
export async function handler(_event: unknown, context: Context): Promise<void> {
  const deps = { ...aws, ...thisCall(context) };
  const now = deps.clock.now();
  const oldest = (await oldestDue(deps.table)) ?? now;
  const woken = await sweepToQueues(deps);
  const hold = await readMailingHold(deps.table);
  count({
    OldestDueSeconds: Math.max(0, (now - oldest) / 1000),
    TakenUpBySweep: woken,
    MailingHeld: hold ? 1 : 0,
  });
}
