import { CfnOutput, Duration, Size, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { Schedule as EventSchedule, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Architecture, RecursiveLoop } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { CYCLES } from '#core/domain/customer.ts';
import type { ApiEnvironment, FunctionEnvironment } from '#wiring/config.ts';
import { alarms } from './constructs/alarms.ts';
import { acknowledgeWildcards } from './constructs/allow.ts';
import { billingSchedule } from './constructs/billing-schedule.ts';
import type { Bundles } from './constructs/bundle.ts';
import { type CodeFunctionProps, codeFunction } from './constructs/code-function.ts';
import { dashboard } from './constructs/dashboard.ts';
import { fixedAddress } from './constructs/fixed-address.ts';
import { publicApi } from './constructs/public-api.ts';
import { deadLetterQueue, readBy, workQueue } from './constructs/work-queue.ts';
import { type Functions, giveRights } from './rights.ts';
import type { Stage } from './stages.ts';
import type { StorageStack } from './storage-stack.ts';

type MakeProps = Omit<CodeFunctionProps, 'environment' | 'code'> &
  Partial<Pick<CodeFunctionProps, 'environment'>>;

interface ServiceProps extends StackProps {
  readonly stage: Stage;
  readonly storage: StorageStack;
  readonly bundles: Bundles;
}

const RUN_TIMEOUT = Duration.minutes(5);
/**
 * Must be shorter than the lease of a batch of documents, so that a call that was cut off never works beside
 * its successor.
 */
const DOCUMENTS_TIMEOUT = Duration.minutes(4);
/** In its last 75 seconds a call starts no more mails. */
const MAIL_TIMEOUT = Duration.minutes(4);

/**
 * Everything that can be replaced without loss: functions, queues, schedules, HTTP API, alarms. No data lives
 * here.
 */
export class ServiceStack extends Stack {
  constructor(scope: Construct, id: string, { stage, storage, bundles, ...props }: ServiceProps) {
    super(scope, id, props);
    const queues = {
      runs: workQueue(this, 'Runs', { timeout: RUN_TIMEOUT }),
      documents: workQueue(this, 'Documents', { timeout: DOCUMENTS_TIMEOUT }),
      mails: workQueue(this, 'Mails', { timeout: MAIL_TIMEOUT }),
    };
    const { runs, documents, mails } = queues;
    const lost = deadLetterQueue(this, 'LostCalls');
    const environment: FunctionEnvironment = {
      TABLE_NAME: storage.table.tableName,
      BUCKET_NAME: storage.bucket.bucketName,
      ARCHIVE_LOCK: stage.lock,
      SECRET_ID: storage.secret.secretArn,
      RUN_QUEUE_URL: runs.queue.queueUrl,
      DOCUMENTS_QUEUE_URL: documents.queue.queueUrl,
      MAIL_QUEUE_URL: mails.queue.queueUrl,
      CONFIGURATION_SET: storage.configurationSet.configurationSetName,
    };
    const functions = this.functions({ stage, storage, bundles, environment, lost });
    const { billing, printing, mailing, feedback, sweep, api } = functions;
    giveRights(functions, queues, { stage, storage });

    readBy(billing, runs, { batchSize: 1, atOnce: 5 });
    readBy(printing, documents, { batchSize: 1, atOnce: stage.printers });
    readBy(mailing, mails, { batchSize: 10, atOnce: stage.mailers });
    for (const cycle of CYCLES) {
      billingSchedule(this, cycle, { hour: stage.hour, target: billing, deadLetters: lost });
    }
    acknowledgeWildcards(
      this,
      [`${billing.functionArn}:*`],
      "EventBridge Scheduler's role may call each version of the one function that the schedules are for.",
    );
    new Rule(this, 'SweepRule', {
      schedule: EventSchedule.rate(Duration.minutes(5)),
      // A failed sweep needs no retry, because the next one comes in five minutes.
      targets: [new LambdaFunction(sweep, { retryAttempts: 0 })],
    });
    new Rule(this, 'FeedbackRule', {
      description: 'What SES tells of our mails',
      eventPattern: {
        source: ['aws.ses'],
        detail: { mail: { tags: { 'ses:configuration-set': [environment.CONFIGURATION_SET] } } },
      },
      targets: [
        new LambdaFunction(feedback, {
          deadLetterQueue: lost,
          retryAttempts: 10,
          maxEventAge: Duration.hours(6),
        }),
      ],
    });
    const apiUrl = publicApi(this, api, {
      description: `rechnungspost ${stage.name}`,
      callsPerSecond: stage.callsPerSecond,
    });

    const all = Object.values(functions);
    const deadLetters = [...Object.values(queues).map((queue) => queue.deadLetters), lost];
    alarms(this, { mail: stage.alarmMail, deadLetters, functions: all });
    dashboard(this, { queues: Object.values(queues).map(({ queue }) => queue), functions: all });
    // `npm run cli -- --aws STAGE` finds the stage by this parameter.
    new StringParameter(this, 'Where', {
      parameterName: `/rechnungspost/${stage.name}`,
      description: 'The environment of the functions, for the command line',
      stringValue: this.toJsonString(environment),
    });
    new CfnOutput(this, 'ApiUrl', { value: apiUrl });
    Validations.of(lost).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It holds the dead letters itself, of schedules and events.',
    });
  }

  private functions({
    stage,
    storage,
    bundles,
    environment,
    lost,
  }: Omit<ServiceProps, keyof StackProps> & {
    readonly environment: FunctionEnvironment;
    readonly lost: Queue;
  }): Functions {
    const make = (id: string, folder: string, props: MakeProps) =>
      codeFunction(this, id, { environment, ...props, code: bundles.of(folder) });
    // These functions are called asynchronously: the caller does not wait for the result, so Lambda retries
    // and keeps failed calls.
    const notWaitedFor = {
      onFailure: new SqsDestination(lost),
      retryAttempts: 2,
      maxEventAge: Duration.hours(6),
    };
    const withChrome = {
      // The bundled Chromium is built for x86-64.
      architecture: Architecture.X86_64,
      // Chrome and Node use a core each and about half a gigabyte each.
      memorySize: 3008,
      // The browser is 210 MB unpacked and keeps its inter-process shared memory in `/tmp` too.
      ephemeralStorageSize: Size.mebibytes(1024),
      timeout: DOCUMENTS_TIMEOUT,
    };
    const onDemand = make('PrintOnDemand', 'documents', {
      ...withChrome,
      entry: 'onDemand',
      description:
        'Makes at once what somebody waits for: an invoice, a preview, delivery notes, a print file',
    });
    const apiEnvironment: ApiEnvironment = {
      ...environment,
      TOKEN_ISSUER: storage.tokenIssuer,
      ON_DEMAND_FUNCTION: onDemand.functionName,
    };
    return {
      onDemand,
      billing: make('BillingRun', 'billing-run', {
        ...notWaitedFor,
        description: 'Plans runs, takes their numbers, closes their books',
        timeout: RUN_TIMEOUT,
        // Memory holds a slice of customers with all their notes, and the character sets of the fonts.
        memorySize: 1024,
        // The run wakes itself until all documents are done; Lambda would stop that as an endless loop after
        // 16 rounds.
        recursiveLoop: RecursiveLoop.ALLOW,
      }),
      printing: make('PrintDocuments', 'documents', {
        ...withChrome,
        description: 'Makes the documents of a run and files them',
      }),
      mailing: make('SendMail', 'send-mail', {
        description: 'Hands mails to SES or the SMTP server',
        timeout: MAIL_TIMEOUT,
        // Memory holds as many mails as there are connections, each with its documents.
        memorySize: 1024,
        ...(stage.fixedAddress && { vpc: fixedAddress(this) }),
      }),
      feedback: make('MailFeedback', 'mail-feedback', {
        ...notWaitedFor,
        description: 'Notes what SES tells of a mail',
        timeout: Duration.seconds(30),
        memorySize: 512,
      }),
      sweep: make('Sweep', 'sweep', {
        description: 'Wakes whatever waits and is due',
        timeout: Duration.minutes(1),
        memorySize: 512,
        retryAttempts: 0,
      }),
      api: make('Api', 'api', {
        description: 'The HTTP API',
        environment: apiEnvironment,
        // API Gateway gives up after 30 seconds, so the function must answer before.
        timeout: Duration.seconds(29),
        // One full core: callers wait during a cold start, and loading the program takes three times as long
        // on a third of a core. Afterwards the function mostly waits for others; the larger memory makes that
        // dearer, but only for milliseconds.
        memorySize: 1769,
      }),
    };
  }
}
