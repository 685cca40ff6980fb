import { Dashboard, GraphWidget, type IMetric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { bounceRate, errorsOf, messages, oldestDue, own } from './alarms.ts';

/**
 * Builds the dashboard that shows a month's run: runs, mails, what waits, and how long the functions take.
 */
export function dashboard(
  scope: Construct,
  { queues, functions }: { readonly queues: readonly IQueue[]; readonly functions: readonly IFunction[] },
): void {
  const durations = functions.map((one) => one.metricDuration({ statistic: Stats.p(95) }));
  new Dashboard(scope, 'Dashboard', {
    widgets: [
      [
        graph('Runs', [own('RunsClosed'), own('CustomersHeld'), own('DocumentsFailed')]),
        graph(
          'Mails',
          [
            'MailsUnknown',
            'MailsFailed',
            'MailsBounced',
            'MailsSuppressed',
            'MailsComplained',
            'MailsRejected',
          ].map((name) => own(name)),
          [bounceRate],
        ),
      ],
      [
        graph('Waiting', queues.map(messages), [oldestDue]),
        graph('Functions', durations, [errorsOf(functions)]),
      ],
    ],
  });
}

const graph = (title: string, left: IMetric[], right: IMetric[] = []): GraphWidget =>
  new GraphWidget({ title, left, right, width: 12 });
