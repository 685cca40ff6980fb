import { Readable } from 'node:stream';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { createDynamoClient } from '#adapters/dynamodb/client.ts';

/**
 * What becomes of one request: it passes; it arrives and its answer is lost; it never arrives; or it never
 * arrives and is answered with a status and a body as DynamoDB would answer (a 400 with an exception).
 */
export type Fate =
  | 'passes'
  | { readonly lost: 'answer' | 'request'; readonly code?: string }
  | { readonly status: number; readonly body: object };

/**
 * Makes a client whose requests meet the scripted fates one after the other; later requests pass.
 * `requests` lists their operations, such as `GetItem`; `bodies` lists what they asked.
 */
export function scriptedClient(
  endpoint: string,
  ...script: Fate[]
): { readonly client: DynamoDBClient; readonly requests: string[]; readonly bodies: string[] } {
  const network = new NodeHttpHandler({ requestTimeout: 60_000, throwOnRequestTimeout: true });
  type Handle = typeof network.handle;
  const requests: string[] = [];
  const bodies: string[] = [];
  const client = createDynamoClient({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: {
      async handle(request: Parameters<Handle>[0], options: Parameters<Handle>[1]) {
        requests.push(request.headers['x-amz-target']!.split('.')[1]!);
        bodies.push(String(request.body));
        const fate = script.shift() ?? 'passes';
        if (fate === 'passes') return network.handle(request, options);
        if ('status' in fate) return { response: answer(fate.status, fate.body) };
        if (fate.lost === 'answer') await network.handle(request, options);
        throw Object.assign(new Error('socket hang up'), { code: fate.code ?? 'ECONNRESET' });
      },
      destroy: () => network.destroy(),
      metadata: { handlerProtocol: 'http/1.1' },
      updateHttpClientConfig() {},
      httpHandlerConfigs: () => ({}),
    },
  });
  return { client, requests, bodies };
}

/** Answers with an exception in the form that DynamoDB gives it. */
export const exception = (
  name: string,
  message = `scripted ${name}`,
  status = 400,
  more: object = {},
): Fate => ({
  status,
  body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message, ...more },
});

/** Answers that the transaction was cancelled; the codes belong to its changes, in their order. */
export const cancelled = (...codes: (string | { Code: string; Message: string })[]): Fate =>
  exception('TransactionCanceledException', 'Transaction cancelled', 400, {
    CancellationReasons: codes.map((one) =>
      typeof one === 'string' ? { Code: one, ...(one !== 'None' && { Message: `scripted ${one}` }) } : one,
    ),
  });

const answer = (statusCode: number, body: object) => ({
  statusCode,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: Readable.from([Buffer.from(JSON.stringify(body))]),
});
