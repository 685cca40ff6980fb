import { AsyncLocalStorage } from 'node:async_hooks';
import { Readable } from 'node:stream';
import { OUTBOX_TAG } from '#adapters/ses/mailer.ts';
import { Killed } from '#test/support/simulation/simulation.ts';
import type { AwsClients } from '#wiring/aws.ts';

/** What meets one request to AWS; the words of a refusal are the service's own. */
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
  /** The request, counted from 1 over all of a run. */
  readonly at: number;
  readonly kind: FaultKind;
}

/** A process that asks AWS; once it is dead it reaches nothing any more. */
interface Process {
  dead: boolean;
}

/** The requests of a run: counted, named, and one of them spoilt. Requests outside of a process are not its affair. */
export interface FaultyAws {
  readonly clients: AwsClients;
  /** `dynamo TransactWriteItems`, as far as the run has come. */
  readonly requests: readonly string[];
  /** Outbox ids of mails that a spoilt request may or may not have sent. */
  readonly lostMails: ReadonlySet<string>;
  /** Whether the planned request came at all. */
  met(): boolean;
  /** Begins a run. */
  reset(plan: FaultPlan | undefined): void;
  /** Does work as a process of its own. @throws Killed when it dies */
  process<T>(work: () => Promise<T>): Promise<T>;
}

/** Wraps the requests of these clients in the SDK's middleware, below its retries: each attempt is a request. */
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
    // Clients of several services have one type of middleware only in the abstract.
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

/** How each service says that it is asked too often. */
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
