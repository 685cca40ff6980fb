import { AsyncLocalStorage } from 'node:async_hooks';
import { Readable } from 'node:stream';
import { OUTBOX_TAG } from '#adapters/ses/mailer.ts';
import { Killed } from '#test/support/simulation/simulation.ts';
import type { AwsClients } from '#wiring/aws.ts';

/** The faults that can hit one request to AWS; refusals are worded as by the service itself. */
export const FAULTS = [
  'killed before',
  'killed after',
  'throttled',
  'request lost',
  'answer lost',
  'timeout',
] as const;
export type FaultKind = (typeof FAULTS)[number];
export interface FaultPlan {
  /** Which request is hit, counted from 1 over the whole run. */
  readonly at: number;
  readonly kind: FaultKind;
}

/** A process that sends requests to AWS; once dead, it reaches nothing any more. */
interface Process {
  dead: boolean;
}

/**
 * Counts and names the requests of a run and makes one of them fail. Requests outside of a process pass
 * untouched.
 */
export interface FaultyAws {
  readonly clients: AwsClients;
  /** The requests of the run so far, such as `dynamo TransactWriteItems`. */
  readonly requests: readonly string[];
  /** Outbox ids of mails that the failed request may or may not have sent. */
  readonly lostMails: ReadonlySet<string>;
  /** Tells whether the planned request was reached. */
  met(): boolean;
  /** Begins a run with this fault, or without any. */
  reset(plan: FaultPlan | undefined): void;
  /**
   * Runs work as a process of its own.
   * @throws Killed when it dies
   */
  process<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Wraps the requests of these clients in the SDK's middleware, below its retries, so that each attempt counts
 * as a request.
 */
export function faultyAws(clients: AwsClients): FaultyAws {
  const current = new AsyncLocalStorage<Process>();
  const requests: string[] = [];
  const lostMails = new Set<string>();
  let plan: FaultPlan | undefined;
  let isMet = false;

  async function around(
    service: keyof AwsClients,
    command: string,
    request: unknown,
    ask: () => Promise<object>,
  ) {
    const process = current.getStore();
    if (!process) return ask();
    if (process.dead) throw new Killed();
    requests.push(`${service} ${command}`);
    if (plan?.at !== requests.length || isMet) {
      const answer = await ask();
      if (process.dead) throw new Killed();
      return answer;
    }
    isMet = true;
    const { kind } = plan;
    if (kind === 'throttled') return { response: throttling(service) };
    if (service === 'ses') lostMails.add(tagOf(request));
    if (kind === 'killed after' || kind === 'answer lost' || kind === 'timeout') await ask();
    if (kind === 'killed before' || kind === 'killed after') {
      process.dead = true;
      throw new Killed();
    }
    throw kind === 'timeout'
      ? Object.assign(new Error('no answer within 4000 ms'), { name: 'TimeoutError' })
      : Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  }

  for (const service of Object.keys(clients) as (keyof AwsClients)[]) {
    // The clients of several services share one type of middleware only in the abstract, hence the cast.
    const { middlewareStack } = clients[service] as AwsClients['dynamo'];
    middlewareStack.add(
      (next, context) => (args) =>
        around(service, String(context.commandName).replace(/Command$/, ''), args.request, () =>
          next(args),
        ) as never,
      { step: 'deserialize', name: 'faults', priority: 'low', override: true },
    );
  }

  return {
    clients,
    requests,
    lostMails,
    met: () => isMet,
    reset(next) {
      plan = next;
      isMet = false;
      requests.length = 0;
      lostMails.clear();
    },
    process: (work) => current.run({ dead: false }, work),
  };
}

const tagOf = (request: unknown): string => {
  const { EmailTags = [] } = JSON.parse(new TextDecoder().decode((request as { body: Uint8Array }).body)) as {
    EmailTags?: { Name: string; Value: string }[];
  };
  return EmailTags.find(({ Name }) => Name === OUTBOX_TAG)?.Value ?? '';
};

/** Returns the answer by which each service says that it throttles. */
function throttling(service: keyof AwsClients) {
  const json = (type: string, statusCode = 400) => ({
    statusCode,
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': type },
    body: Readable.from([JSON.stringify({ __type: type, message: 'Rate exceeded' })]),
  });
  if (service === 's3') {
    return {
      statusCode: 503,
      headers: { 'content-type': 'application/xml' },
      body: Readable.from([
        '<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>',
      ]),
    };
  }
  return service === 'ses' ? json('TooManyRequestsException', 429) : json('ThrottlingException');
}
