import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Deps } from '#core/deps.ts';
import type { Table } from '#core/ports.ts';
import { oldestDue } from '#core/repositories/due.ts';
import { type Aws, openAws } from '#wiring/aws.ts';
import { type ApiEnvironment, awsConfig } from '#wiring/config.ts';
import { clockUntil } from '#wiring/node.ts';
import { type AwsEngines, connect, makePlaces, type Places, sdkEnvironment, snapshotOf } from './engines.ts';
import { throughGateway } from './gateway.ts';
import { type LambdaFunction, lambdaFunction } from './lambda-function.ts';
import { startLambdaServer } from './lambda-server.ts';
import { codeOf, functionsOf, ofType, one, type Resource, type Synthesized } from './synthesized.ts';
import { ISSUER_CERTIFICATE, startTokenIssuer, type TokenIssuer } from './token-issuer.ts';

export type FunctionName =
  | 'BillingRun'
  | 'PrintDocuments'
  | 'PrintOnDemand'
  | 'SendMail'
  | 'MailFeedback'
  | 'Sweep'
  | 'Api';
const NAMES: readonly FunctionName[] = [
  'BillingRun',
  'PrintDocuments',
  'PrintOnDemand',
  'SendMail',
  'MailFeedback',
  'Sweep',
  'Api',
];

/** Faults to inject between a queue and its function; without them everything arrives once and in order. */
export interface Trouble {
  /** Decides whether the event is given to the function a second time. */
  twice?(body: string): boolean;
  /** Chooses which waiting message is taken next, as an index below `of`. */
  pick?(of: number): number;
}

/**
 * A stage of the assembly at work on the engines: functions run from their bundles, queues are read as its
 * mappings say.
 */
export interface Deployment extends Places {
  /** The program as opened in the test's own process, for loading data and looking at it. */
  readonly aws: Aws & Pick<Deps, 'clock' | 'stop'>;
  readonly functions: Readonly<Record<FunctionName, LambdaFunction>>;
  /** The issuer whose tokens the HTTP API accepts. */
  readonly issuer: TokenIssuer;
  /** Returns a copy of the table's present content. */
  snapshot(): Promise<Table>;
  /** Calls a function at this deployment's current time. */
  invoke(name: FunctionName, event: unknown): Promise<unknown>;
  /** Returns the event that the schedule of a cycle sends for this time. */
  scheduled(cycle: string, at: string): unknown;
  /** Lets time pass for functions and queues. */
  skip(milliseconds: number): void;
  /** Gives the functions what waits in the queues, and what results from that, until the queues are empty. */
  pump(trouble?: Trouble): Promise<void>;
  /** Pumps and sweeps every five minutes until nothing is due. */
  settle(trouble?: Trouble): Promise<void>;
  /** Calls of functions without an answer: the process died, or the function threw. */
  readonly broken: readonly { readonly name: FunctionName; readonly error: unknown }[];
  /** How often the queues called each function. */
  readonly calls: ReadonlyMap<FunctionName, number>;
  close(): Promise<void>;
}

const MINUTE = 60_000;

/**
 * How many processes of a function work at once; functions called by queues get one batch after the other.
 */
const AT_ONCE: Partial<Record<FunctionName, number>> = { Api: 4, PrintOnDemand: 2 };

/** Calls the HTTP API of a stage through API Gateway. */
export const httpOf =
  (stage: Pick<Deployment, 'invoke'>) =>
  (request: Request): Promise<Response> =>
    throughGateway(request, (event) => stage.invoke('Api', event));

export async function deploy(
  engines: AwsEngines,
  assembly: Pick<Synthesized, 'folder' | 'stack'>,
  options: {
    readonly stage: string;
    readonly folder: string;
    /** Variables added to a function's environment, or replacing some of it. */
    readonly environment?: (name: FunctionName) => Record<string, string>;
    /** The time in the deployment, in milliseconds since 1970; by default that of this machine. */
    readonly now?: number;
  },
): Promise<Deployment> {
  const template = assembly.stack(options.stage, 'service');
  const resource = (name: FunctionName) =>
    one({ Resources: Object.fromEntries(functionsOf(template)) }, 'AWS::Lambda::Function', name);
  const hidden = (queue: string): number =>
    one(template, 'AWS::SQS::Queue', queue).Properties.VisibilityTimeout;
  const places = await makePlaces(engines, {
    lock: resource('BillingRun').Properties.Environment.Variables.ARCHIVE_LOCK,
    tries: one(template, 'AWS::SQS::Queue', 'RunsQueue').Properties.RedrivePolicy.maxReceiveCount,
    hiddenSeconds: {
      run: hidden('RunsQueue'),
      documents: hidden('DocumentsQueue'),
      mail: hidden('MailsQueue'),
    },
  });
  const { environment } = places;
  const clients = connect(engines);
  let ahead = options.now === undefined ? 0 : options.now - Date.now();

  const now = () => Date.now() + ahead;
  const { signal: stop } = new AbortController();
  const clock = { ...clockUntil(stop), now };
  const aws = { ...openAws(awsConfig({ ...environment }), () => {}, clients), clock, stop };

  const issuer = await startTokenIssuer(now);
  const lambda = await startLambdaServer((name, event) => invoke(name as FunctionName, event));
  const apiEnvironment: ApiEnvironment = {
    ...environment,
    TOKEN_ISSUER: issuer.url,
    ON_DEMAND_FUNCTION: 'PrintOnDemand' satisfies FunctionName,
  };
  const functions = Object.fromEntries(
    NAMES.map((name) => [name, functionOf(name, resource(name))]),
  ) as Record<FunctionName, LambdaFunction>;

  function functionOf(name: FunctionName, { Properties }: Resource): LambdaFunction {
    const code = codeOf({ Type: '', Properties }, assembly);
    // Functions from one bundle share what they have unpacked.
    const tmp = join(options.folder, basename(code));
    mkdirSync(tmp, { recursive: true });
    // The names of the variables come from the stack; their values come from the engines here.
    const given = Object.keys(Properties.Environment.Variables) as (keyof ApiEnvironment)[];
    return lambdaFunction({
      name,
      code,
      handler: Properties.Handler,
      timeoutSeconds: Properties.Timeout,
      memoryMb: Properties.MemorySize,
      environment: {
        ...Object.fromEntries(given.map((variable) => [variable, apiEnvironment[variable]])),
        ...sdkEnvironment(engines),
        AWS_ENDPOINT_URL_LAMBDA: lambda.endpoint,
        NODE_EXTRA_CA_CERTS: ISSUER_CERTIFICATE,
        DNS_SERVER: 'none',
        ...options.environment?.(name),
      },
      tmp,
      atOnce: AT_ONCE[name] ?? 1,
    });
  }

  const mappings = ofType(template, 'AWS::Lambda::EventSourceMapping').map(([, { Properties }]) => {
    const queue: string = Properties.EventSourceArn['Fn::GetAtt'][0];
    const reader: string = Properties.FunctionName.Ref;
    return {
      url: queue.startsWith('Runs')
        ? environment.RUN_QUEUE_URL
        : queue.startsWith('Documents')
          ? environment.DOCUMENTS_QUEUE_URL
          : environment.MAIL_QUEUE_URL,
      name: NAMES.find((name) => reader.startsWith(name))!,
      batchSize: Properties.BatchSize as number,
    };
  });

  const broken: { name: FunctionName; error: unknown }[] = [];
  const calls = new Map<FunctionName, number>();
  const invoke = (name: FunctionName, event: unknown) => functions[name].invoke(event, ahead);

  /**
   * Serves the messages of a queue in batches.
   * @returns whether there were any
   */
  async function serve(
    { url, name, batchSize }: (typeof mappings)[number],
    trouble: Trouble,
  ): Promise<boolean> {
    const { Messages = [] } = await clients.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ['All'],
      }),
    );
    const waiting = [...Messages];
    while (waiting.length > 0) {
      const batch: Message[] = [];
      while (batch.length < batchSize && waiting.length > 0) {
        batch.push(...waiting.splice(trouble.pick?.(waiting.length) ?? 0, 1));
      }
      await handOver(url, name, batch);
      if (batch.some(({ Body = '' }) => trouble.twice?.(Body))) await handOver(url, name, batch);
    }
    return Messages.length > 0;
  }

  /**
   * Hands a batch to a function as an event source mapping does: messages that the function does not report
   * as failed are deleted; after an error all of them stay.
   */
  async function handOver(QueueUrl: string, name: FunctionName, batch: readonly Message[]): Promise<void> {
    calls.set(name, (calls.get(name) ?? 0) + 1);
    let failed: Set<string>;
    try {
      const { batchItemFailures } = (await invoke(name, sqsEvent(QueueUrl, batch))) as SQSBatchResponse;
      failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    } catch (error) {
      broken.push({ name, error });
      return;
    }
    const Entries = batch
      .filter(({ MessageId }) => !failed.has(MessageId!))
      .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    if (Entries.length > 0) await clients.sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }

  function skip(milliseconds: number): void {
    ahead += Math.ceil(milliseconds);
    engines.sqs.skip(Math.ceil(milliseconds));
  }

  async function pump(trouble: Trouble = {}): Promise<void> {
    for (;;) {
      const served = await Promise.all(mappings.map((mapping) => serve(mapping, trouble)));
      if (served.includes(true)) continue;
      const next = engines.sqs.nextIn();
      if (next === undefined) return;
      skip(next + 1);
    }
  }

  return {
    ...places,
    aws,
    functions,
    issuer,
    snapshot: () => snapshotOf(clients, environment.TABLE_NAME),
    invoke,
    scheduled(cycle, at) {
      const { Input } = one(template, 'AWS::Scheduler::Schedule', `${cycle}Schedule`).Properties.Target;
      return JSON.parse(Input.replace('<aws.scheduler.scheduled-time>', at));
    },
    skip,
    pump,
    async settle(trouble) {
      for (let sweeps = 0; ; sweeps++) {
        await pump(trouble);
        if ((await oldestDue(aws.table)) === undefined) return;
        if (sweeps === 100) throw new Error('still something is due after 100 sweeps');
        skip(5 * MINUTE);
        await invoke('Sweep', { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} });
      }
    },
    broken,
    calls,
    async close() {
      await Promise.all(Object.values(functions).map((one) => one.kill()));
      issuer.close();
      lambda.close();
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

function sqsEvent(url: string, batch: readonly Message[]): SQSEvent {
  return {
    Records: batch.map(({ MessageId = '', ReceiptHandle = '', Body = '', MD5OfBody = '', Attributes }) => ({
      messageId: MessageId,
      receiptHandle: ReceiptHandle,
      body: Body,
      attributes: Attributes as SQSEvent['Records'][number]['attributes'],
      messageAttributes: {},
      md5OfBody: MD5OfBody,
      eventSource: 'aws:sqs',
      eventSourceARN: `arn:aws:sqs:eu-central-1:000000000000:${url.split('/').at(-1)}`,
      awsRegion: 'eu-central-1',
    })),
  };
}
