import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { CYCLES } from '#core/domain/customer.ts';
import { functionsOf, ofType, one, type Resource, synthesized } from '#test/support/aws/synthesized.ts';
import { type ApiEnvironment, apiConfig, awsConfig, type FunctionEnvironment } from '#wiring/config.ts';

const { stages, stack } = await synthesized();

const VARIABLES = Object.keys({
  TABLE_NAME: true,
  BUCKET_NAME: true,
  ARCHIVE_LOCK: true,
  SECRET_ID: true,
  RUN_QUEUE_URL: true,
  DOCUMENTS_QUEUE_URL: true,
  MAIL_QUEUE_URL: true,
  CONFIGURATION_SET: true,
} satisfies Record<keyof FunctionEnvironment, true>);

const OF_THE_API = Object.keys({
  TOKEN_ISSUER: true,
  ON_DEMAND_FUNCTION: true,
} satisfies Record<Exclude<keyof ApiEnvironment, keyof FunctionEnvironment>, true>);

/** Gives the logical name to which `{ "Fn::GetAtt": [name, …] }` or `{ "Ref": name }` refers. */
const named = (reference: { 'Fn::GetAtt'?: [string, string]; Ref?: string }): string =>
  reference['Fn::GetAtt']?.[0] ?? reference.Ref ?? '';

/** Reads the minute, the hour and the days of `cron(0 4 1 * ? *)`. */
const readCron = (expression: string) => {
  const [, minute, hour, day, month, weekDay] = /^cron\((\S+) (\S+) (\S+) (\S+) (\S+) \*\)$/.exec(
    expression,
  )!;
  return { minute, hour, days: `${day} ${month} ${weekDay}` };
};

for (const { name, lock, hour, printers, mailers, fixedAddress, callsPerSecond } of stages) {
  const template = stack(name, 'service');
  const functions = functionsOf(template);
  const queues = ofType(template, 'AWS::SQS::Queue');
  const isDeadLetters = (id: string) => /DeadLetters|LostCalls/.test(id);

  describe(`service stack of ${name}`, () => {
    test('each function runs on Node 24 with a role of its own and a log with a retention time', () => {
      assert.equal(functions.length, 7);
      const roles = functions.map(([, { Properties }]) => named(Properties.Role));
      assert.equal(new Set(roles).size, functions.length);
      for (const [id, { Properties }] of functions) {
        assert.equal(Properties.Runtime, 'nodejs24.x', id);
        const log = template.Resources[named(Properties.LoggingConfig.LogGroup)]!;
        assert.equal(log.Properties.RetentionInDays, 90, id);
        assert.equal(Properties.ReservedConcurrentExecutions, undefined, id);
      }
    });

    test('both functions with Chrome have one code, the x86_64 processor and a gigabyte of /tmp', () => {
      const [printing, onDemand] = ['PrintDocuments', 'PrintOnDemand'].map(
        (id) => one(template, 'AWS::Lambda::Function', id).Properties,
      );
      assert.deepEqual(printing.Code, onDemand.Code);
      assert.deepEqual([printing.Handler, onDemand.Handler], ['index.handler', 'index.onDemand']);
      for (const { Architectures, EphemeralStorage } of [printing, onDemand]) {
        assert.deepEqual(Architectures, ['x86_64']);
        assert.equal(EphemeralStorage.Size, 1024);
      }
    });

    test('each function has the whole environment', () => {
      for (const [id, { Properties }] of functions) {
        const variables: Record<string, unknown> = Properties.Environment.Variables;
        const isApi = id.startsWith('Api');
        const expected = isApi ? [...VARIABLES, ...OF_THE_API] : VARIABLES;
        assert.deepEqual(Object.keys(variables).toSorted(), expected.toSorted(), id);
        assert.equal(variables.ARCHIVE_LOCK, lock);
        (isApi ? apiConfig : awsConfig)(
          Object.fromEntries(Object.entries(variables).map(([key, value]) => [key, JSON.stringify(value)])),
        );
      }
    });

    test('the command line finds the environment of the functions', () => {
      const { Name, Value } = one(template, 'AWS::SSM::Parameter', 'Where').Properties;
      assert.equal(Name, `/rechnungspost/${name}`);
      const text: string = Value['Fn::Join'][1]
        .map((part: unknown) => (typeof part === 'string' ? part : 'a-value-of-the-deployment'))
        .join('');
      assert.deepEqual(Object.keys(JSON.parse(text)).toSorted(), VARIABLES.toSorted());
    });

    test('queues are encrypted, reached by TLS alone, and put aside messages that fail again and again', () => {
      assert.equal(queues.length, 7);
      const denied = ofType(template, 'AWS::SQS::QueuePolicy')
        .filter(([, { Properties }]) => /"aws:SecureTransport":"false"/.test(JSON.stringify(Properties)))
        .flatMap(([, { Properties }]) => Properties.Queues.map(named));
      for (const [id, { Properties }] of queues) {
        assert.equal(Properties.SqsManagedSseEnabled, true, id);
        assert.ok(denied.includes(id), id);
        if (isDeadLetters(id)) {
          assert.equal(Properties.MessageRetentionPeriod, 14 * 86_400, id);
        } else {
          assert.ok(isDeadLetters(named(Properties.RedrivePolicy.deadLetterTargetArn)), id);
          assert.ok(Properties.RedrivePolicy.maxReceiveCount >= 5, id);
        }
      }
    });

    test('a message stays hidden six times as long as the function that reads it may take', () => {
      const mappings = ofType(template, 'AWS::Lambda::EventSourceMapping');
      const atOnce = mappings.map(([id, { Properties }]) => {
        const reader = template.Resources[named(Properties.FunctionName)]!.Properties;
        const queue = template.Resources[named(Properties.EventSourceArn)]!.Properties;
        assert.ok(queue.VisibilityTimeout >= 6 * reader.Timeout, id);
        assert.deepEqual(Properties.FunctionResponseTypes, ['ReportBatchItemFailures'], id);
        return [
          named(Properties.FunctionName).replace(/[0-9A-F]{8}$/, ''),
          Properties.ScalingConfig.MaximumConcurrency,
        ];
      });
      assert.deepEqual(Object.fromEntries(atOnce), {
        BillingRun: 5,
        PrintDocuments: printers,
        SendMail: mailers,
      });
    });

    test('runs are started by German time, at an hour that exists once on each day', () => {
      assert.notEqual(hour as number, 2);
      const schedules = ofType(template, 'AWS::Scheduler::Schedule').map(([, { Properties }]) => Properties);
      const days = schedules.map(({ ScheduleExpression, ScheduleExpressionTimezone, Target }) => {
        const cron = readCron(ScheduleExpression);
        assert.equal(ScheduleExpressionTimezone, 'Europe/Berlin');
        assert.deepEqual([cron.minute, cron.hour], ['0', String(hour)]);
        assert.ok(named(Target.Arn).startsWith('BillingRun'));
        assert.ok(isDeadLetters(named(Target.DeadLetterConfig.Arn)));
        assert.ok(Target.RetryPolicy.MaximumRetryAttempts >= 3);
        assert.ok(Target.RetryPolicy.MaximumEventAgeInSeconds >= 3600);
        const { cycle, scheduledTime } = JSON.parse(Target.Input);
        assert.equal(scheduledTime, '<aws.scheduler.scheduled-time>');
        return [cycle, cron.days];
      });
      assert.deepEqual(Object.fromEntries(days), { monthly: '1 * ?', weekly: '? * MON', daily: '* * ?' });
      assert.equal(days.length, CYCLES.length);
    });

    test('calls that nobody waits for end in the dead letters when they fail', () => {
      const configs = ofType(template, 'AWS::Lambda::EventInvokeConfig').map(
        ([, { Properties }]) => Properties,
      );
      const lost = configs.flatMap(({ FunctionName, DestinationConfig }) =>
        DestinationConfig ? [named(FunctionName)] : [],
      );
      for (const id of ['BillingRun', 'MailFeedback'])
        assert.ok(
          lost.some((found) => found.startsWith(id)),
          id,
        );
      const [target] = one(template, 'AWS::Events::Rule', 'FeedbackRule').Properties.Targets;
      assert.ok(isDeadLetters(named(target.DeadLetterConfig.Arn)));
      assert.ok(target.RetryPolicy.MaximumRetryAttempts >= 3);
    });

    test('sweep runs every five minutes', () => {
      const { ScheduleExpression, Targets } = one(template, 'AWS::Events::Rule', 'SweepRule').Properties;
      assert.equal(ScheduleExpression, 'rate(5 minutes)');
      assert.ok(named(Targets[0].Arn).startsWith('Sweep'));
    });

    test('a run that wakes itself for long is not stopped as an endless loop', () => {
      for (const [id, { Properties }] of functions) {
        assert.equal(Properties.RecursiveLoop === 'Allow', id.startsWith('BillingRun'), id);
      }
    });

    test('the HTTP API passes every call to its function, limits calls and logs them', () => {
      const route = one(template, 'AWS::ApiGatewayV2::Route').Properties;
      assert.deepEqual([route.RouteKey, route.AuthorizationType], ['$default', 'NONE']);
      const integration = one(template, 'AWS::ApiGatewayV2::Integration').Properties;
      assert.ok(named(integration.IntegrationUri).startsWith('Api'));
      assert.equal(integration.PayloadFormatVersion, '2.0');
      const { DefaultRouteSettings, AccessLogSettings } = one(
        template,
        'AWS::ApiGatewayV2::Stage',
      ).Properties;
      assert.deepEqual(DefaultRouteSettings, {
        ThrottlingRateLimit: callsPerSecond,
        ThrottlingBurstLimit: 2 * callsPerSecond,
      });
      assert.ok(AccessLogSettings.DestinationArn);
    });

    test('the HTTP API knows the token issuer and the printing function, and ends before API Gateway gives up', () => {
      const { Environment, Timeout } = one(template, 'AWS::Lambda::Function', 'Api').Properties;
      const { TOKEN_ISSUER, ON_DEMAND_FUNCTION } = Environment.Variables;
      assert.match(TOKEN_ISSUER['Fn::ImportValue'], /-storage:\w+CallersProviderURL|-storage:\w+ProviderURL/);
      assert.ok(named(ON_DEMAND_FUNCTION).startsWith('PrintOnDemand'));
      assert.ok(Timeout < 30);
    });

    test('whatever needs a person raises an alarm that is sent to the topic', () => {
      const alarms = ofType(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties);
      const [[topicId]] = ofType(template, 'AWS::SNS::Topic') as [[string, Resource]];
      for (const { AlarmActions } of alarms) assert.deepEqual(AlarmActions, [{ Ref: topicId }]);
      const watched = alarms.flatMap(({ Dimensions = [] }) =>
        Dimensions.flatMap(({ Name, Value }: { Name: string; Value: { 'Fn::GetAtt': [string, string] } }) =>
          Name === 'QueueName' ? [named(Value)] : [],
        ),
      );
      const deadLetters = queues.map(([id]) => id).filter(isDeadLetters);
      assert.deepEqual(watched.toSorted(), deadLetters.toSorted());
      const metrics = alarms.map(({ MetricName, Metrics }) => MetricName ?? Metrics?.[0].Label);
      for (const metric of [
        'CustomersHeld',
        'DocumentsFailed',
        'MailingHeld',
        'OldestDueSeconds',
        'Reputation.BounceRate',
        'errors',
      ]) {
        assert.ok(metrics.includes(metric), metric);
      }
      const policy = JSON.stringify(one(template, 'AWS::SNS::TopicPolicy').Properties.PolicyDocument);
      assert.match(policy, /"Effect":"Allow","Principal":\{"Service":"cloudwatch.amazonaws.com"\}/);
      assert.match(policy, /"aws:SecureTransport":"false"/);
    });

    test('a sweep that does not run at all raises an alarm, too', () => {
      const { TreatMissingData } = one(template, 'AWS::CloudWatch::Alarm', 'OldestDue').Properties;
      assert.equal(TreatMissingData, 'breaching');
    });

    test('alarms and dashboard use only metrics that a function counts', () => {
      const text = JSON.stringify(template.Resources).replaceAll('\\', '');
      const asked = [
        ...text.matchAll(/"MetricName":"(\w+)","Namespace":"rechnungspost"/g),
        ...text.matchAll(/"rechnungspost","(\w+)","service","rechnungspost"/g),
      ].map(([, metric]) => metric!);
      assert.ok(asked.length > 8);
      const root = join(import.meta.dirname, '../..');
      const sources = globSync('lambdas/*/handler.ts', { cwd: root }).map((file) =>
        readFileSync(join(root, file), 'utf8'),
      );
      for (const metric of new Set(asked)) {
        assert.ok(
          sources.some((source) => new RegExp(`\\b${metric}\\b`).test(source)),
          metric,
        );
      }
    });

    test(
      fixedAddress
        ? 'mails leave through one fixed address'
        : 'the stage has no network that would have to be paid for',
      () => {
        const inNetwork = functions.filter(([, { Properties }]) => Properties.VpcConfig).map(([id]) => id);
        const gateways = ofType(template, 'AWS::EC2::NatGateway');
        if (!fixedAddress) {
          assert.deepEqual([inNetwork, gateways, ofType(template, 'AWS::EC2::VPC')], [[], [], []]);
          return;
        }
        assert.equal(inNetwork.length, 1);
        assert.match(inNetwork[0]!, /^SendMail/);
        assert.equal(gateways.length, 1);
        const [[addressId]] = ofType(template, 'AWS::EC2::EIP') as [[string, Resource]];
        assert.equal(named(gateways[0]![1].Properties.AllocationId), addressId);
        assert.deepEqual(template.Outputs?.MailSourceAddress, {
          Description: 'Mails come from this address: name it to whoever runs the SMTP server',
          Value: { 'Fn::GetAtt': [addressId, 'PublicIp'] },
        });
        const endpoints = ofType(template, 'AWS::EC2::VPCEndpoint').map(([, { Properties }]) => Properties);
        assert.deepEqual(
          endpoints.map(({ VpcEndpointType }) => VpcEndpointType),
          ['Gateway', 'Gateway'],
        );
        assert.match(JSON.stringify(endpoints), /\.s3".*\.dynamodb"/);
      },
    );
  });
}
