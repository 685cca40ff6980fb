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

/** Days of each cycle's run: the first of the month, Monday, every day. */
const DAYS: Readonly<Record<Cycle, CronOptionsWithTimezone>> = {
  monthly: { day: '1', month: '*' },
  weekly: { weekDay: 'MON' },
  daily: {},
};

/**
 * Calls the billing at an hour of Germany's clocks. It gets the time it was meant to be called at, so that a late or
 * repeated call bills the same period.
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
