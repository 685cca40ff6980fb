import { Duration, TimeZone } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  ContextAttribute,
  type CronOptionsWithTimezone,
  Schedule,
  ScheduleExpression,
  ScheduleTargetInput,
} from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Cycle } from '#core/domain/customer.ts';

/** The days on which each cycle's run starts: the first of the month, every Monday, every day. */
const DAYS: Readonly<Record<Cycle, CronOptionsWithTimezone>> = {
  monthly: { day: '1', month: '*' },
  weekly: { weekDay: 'MON' },
  daily: {},
};

/**
 * Schedules the billing run of a cycle at a full hour of German local time. The call carries the time it was
 * scheduled for, so that a late or repeated call bills the same period.
 */
export function billingSchedule(
  scope: Construct,
  cycle: Cycle,
  {
    hour,
    target,
    deadLetters,
  }: { readonly hour: number; readonly target: IFunction; readonly deadLetters: IQueue },
): Schedule {
  return new Schedule(scope, `${cycle}Schedule`, {
    description: `Bills the ${cycle} customers`,
    schedule: ScheduleExpression.cron({
      ...DAYS[cycle],
      hour: String(hour),
      minute: '0',
      timeZone: TimeZone.EUROPE_BERLIN,
    }),
    target: new LambdaInvoke(target, {
      input: ScheduleTargetInput.fromObject({ cycle, scheduledTime: ContextAttribute.scheduledTime }),
      retryAttempts: 20,
      maxEventAge: Duration.hours(12),
      deadLetterQueue: deadLetters,
    }),
  });
}
