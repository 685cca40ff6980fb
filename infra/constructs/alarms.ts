import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** SES reviews an account at a bounce rate of 5 % and stops it at 10 %; the alarm comes before both. */
const BOUNCE_RATE = 0.04;
/** Sweep runs every five minutes, so work that is still due after half an hour is stuck. */
const LONG_DUE_SECONDS = 30 * 60;

/**
 * Raises an alarm for everything that needs a person.
 * @param watched `mail`: the address that is told; empty for nobody
 */
export function alarms(
  scope: Construct,
  {
    mail,
    deadLetters,
    functions,
  }: {
    readonly mail: string;
    readonly deadLetters: readonly IQueue[];
    readonly functions: readonly IFunction[];
  },
): void {
  const topic = new Topic(scope, 'Alarms', { enforceSSL: true, displayName: 'rechnungspost' });
  // An access policy of its own replaces SNS's default, which lets everything in the account publish.
  topic.grantPublish(
    new ServicePrincipal('cloudwatch.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  );
  if (mail) topic.addSubscription(new EmailSubscription(mail));
  const alarm = (
    id: string,
    metric: IMetric,
    alarmDescription: string,
    props: Partial<AlarmProps> = {},
  ): void => {
    new Alarm(scope, id, {
      alarmDescription,
      metric,
      threshold: 0,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...props,
    }).addAlarmAction(new SnsAction(topic));
  };

  for (const queue of deadLetters) {
    alarm(
      `${queue.node.id}Alarm`,
      messages(queue),
      'Put aside after it had failed again and again: see the queue',
    );
  }
  alarm('HeldAlarm', own('CustomersHeld'), 'A run has held customers: see its report');
  alarm('FailedAlarm', own('DocumentsFailed'), 'Documents could not be made; they are tried again');
  alarm(
    'MailingHeldAlarm',
    own('MailingHeld'),
    'No mail goes out: see the list of mails for what the server said',
  );
  alarm(
    'MailsUnknownAlarm',
    own('MailsUnknown'),
    'Nobody knows whether a mail arrived: ask its recipient, then decide (mails --state unknown)',
  );
  alarm(
    'OldestDueAlarm',
    oldestDue,
    'Something could have been done for half an hour and was not, or nobody looks for it',
    {
      threshold: LONG_DUE_SECONDS,
      evaluationPeriods: 3,
      datapointsToAlarm: 3,
      treatMissingData: TreatMissingData.BREACHING,
    },
  );
  alarm('BounceRateAlarm', bounceRate, 'Too many mails bounce: at 10 % SES stops the account', {
    threshold: BOUNCE_RATE,
  });
  alarm('ErrorsAlarm', errorsOf(functions), 'A function has failed as a whole: see its log');
}

/** Returns one of the metrics that the functions count. */
export const own = (metricName: string, statistic: string = Stats.SUM): Metric =>
  new Metric({
    namespace: 'rechnungspost',
    metricName,
    dimensionsMap: { service: 'rechnungspost' },
    statistic,
    period: Duration.minutes(5),
  });

export const oldestDue: Metric = own('OldestDueSeconds', Stats.MAXIMUM);

export const messages = (queue: IQueue): Metric =>
  queue.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM });

/** The account's bounce rate as SES judges it. */
export const bounceRate: Metric = new Metric({
  namespace: 'AWS/SES',
  metricName: 'Reputation.BounceRate',
  statistic: Stats.MAXIMUM,
  period: Duration.hours(1),
});

/**
 * Adds up the errors of several functions.
 * @param functions ten at most, which is what an alarm can add up
 */
export const errorsOf = (functions: readonly IFunction[]): MathExpression =>
  new MathExpression({
    label: 'errors',
    expression: functions.map((_, index) => `e${index}`).join(' + '),
    usingMetrics: Object.fromEntries(functions.map((one, index) => [`e${index}`, one.metricErrors()])),
  });
