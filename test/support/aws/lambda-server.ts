import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** An error of Lambda itself, in place of the function's answer. */
export interface LambdaRefusal {
  readonly status: number;
  readonly type: string;
  readonly message: string;
}

/**
 * Starts Lambda's `Invoke` API on the loopback, imitated from its documentation: calls functions and waits
 * for them. A caller that hangs up ends nothing. Signatures and rights are not checked.
 * @param invoke calls a function by its name; what it throws is reported as an error of the function
 */
export async function startLambdaServer(invoke: (name: string, event: unknown) => Promise<unknown>) {
  const state = { refuse: undefined as LambdaRefusal | undefined, calls: [] as string[] };
  const server = createServer(async (request, response) => {
    const [, name] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.url ?? '') ?? [];
    const say = (status: number, headers: Record<string, string>, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(body));
    };
    const event = await json(request);
    state.calls.push(decodeURIComponent(name ?? ''));
    if (state.refuse || !name || request.method !== 'POST') {
      const { status, type, message } = state.refuse ?? {
        ...{ status: 404, type: 'ResourceNotFoundException', message: 'Function not found' },
      };
      return say(status, { 'x-amzn-errortype': type }, { Type: 'User', message });
    }
    try {
      say(200, { 'x-amz-executed-version': '$LATEST' }, await invoke(decodeURIComponent(name), event));
    } catch (error) {
      const { name: errorType, message: errorMessage } = error as Error;
      say(200, { 'x-amz-function-error': 'Unhandled' }, { errorType, errorMessage, trace: [] });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    state,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
