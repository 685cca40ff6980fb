import { AsyncLocalStorage } from 'node:async_hooks';
import { createTokenReader } from '#adapters/jwt/tokens.ts';
import { createLambdaClient } from '#adapters/lambda/client.ts';
import { createLambdaDocuments } from '#adapters/lambda/documents-on-demand.ts';
import { createFileAddresses } from '#adapters/s3/file-address.ts';
import type { Deps } from '#core/deps.ts';
import { Fault } from '#core/errors.ts';
import type { Log } from '#core/ports.ts';
import { readRun } from '#core/repositories/runs.ts';
import { readSettings } from '#core/repositories/settings.ts';
import type { HttpDeps } from '#http/deps.ts';
import { ROLES } from '#http/who-may-call.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { type Aws, type AwsClients, awsClients, openAws } from './aws.ts';
import { sendAwsTestMail } from './aws-test-mail.ts';
import type { ApiConfig } from './config.ts';
import { testMail } from './test-mail.ts';

/** Rate limit for one caller in one process; the gateway limits all callers and processes together. */
const RATE = { perSecond: 25, burst: 100 };
/** Deadline of a test mail in milliseconds, shorter than API Gateway waits. */
const TEST_MAIL_MS = 15_000;

/** The part of the deps that lasts for one call of the function. */
export interface ThisCall extends Pick<Deps, 'stop' | 'clock'> {
  /** Name of the caller, once it is authenticated. */
  caller?: string;
}

export interface AwsApi {
  readonly deps: HttpDeps;
  /** Runs the work of one call; meanwhile the deps have its clock and time limit. */
  inCall<T>(call: ThisCall, work: () => Promise<T>): Promise<T>;
}

/**
 * Opens what the HTTP application needs on AWS: documents are made by another function, runs and mails go
 * through the queues.
 */
export function openAwsApi(config: ApiConfig, log: Log): AwsApi {
  const clients: AwsClients = awsClients();
  const aws = openAws(config, log, clients);
  const calls = new AsyncLocalStorage<ThisCall>();
  const thisCall = (): ThisCall => {
    const call = calls.getStore();
    if (!call) throw new Error('the time limit of a call was asked for outside of one');
    return call;
  };
  const readToken = createTokenReader({
    issuer: config.TOKEN_ISSUER,
    roles: ROLES,
    scopePrefix: 'rechnungspost/',
  });
  const deps: HttpDeps = {
    ...aws,
    ...queued(aws),
    get stop() {
      return thisCall().stop;
    },
    clock: { now: () => Date.now(), wait: (milliseconds) => thisCall().clock.wait(milliseconds) },
    documents: createLambdaDocuments({
      client: createLambdaClient(),
      functionName: config.ON_DEMAND_FUNCTION,
      archive: aws.archive,
      addressOf: createFileAddresses({ client: clients.s3, bucket: config.BUCKET_NAME }),
      patience: () => thisCall().stop,
    }),
    testMail: (address) => testMailFromHere(address, aws),
    async authenticate(token) {
      const caller = await readToken(token);
      if (caller) thisCall().caller = caller.name;
      return caller;
    },
    hosts: undefined,
    rate: RATE,
    version: packageJson.version,
    deployment: 'aws',
  };
  return { deps, inCall: (call, work) => calls.run(call, work) };
}

function queued({ table, queue }: Aws): Pick<HttpDeps, 'continueRun' | 'sendMails'> {
  return {
    async continueRun(runId) {
      const run = await readRun(table, runId);
      if (!run) throw new Fault('not-found', `There is no run ${runId}.`);
      // If the same turn is requested twice, it is taken once.
      await queue.wake([{ kind: 'run', id: runId, turn: run.value.turn ?? 0 }]);
    },
    sendMails: (ids) => queue.wake(ids.map((id) => ({ kind: 'mail', id }))),
  };
}

async function testMailFromHere(address: string, aws: Aws): ReturnType<HttpDeps['testMail']> {
  const settings = await readSettings(aws.table);
  const port25 = settings.mail.smtp.port === 25 ? ' AWS blocks port 25: use 587 or 465.' : '';
  return sendAwsTestMail(settings.mail, testMail(address, settings), {
    ...aws,
    from: `Sent by the function of the HTTP API, which has no fixed address.${port25}`,
    deadlineMs: TEST_MAIL_MS,
  });
}
