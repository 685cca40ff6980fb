import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GetAccountResponse, GetEmailIdentityResponse } from '@aws-sdk/client-sesv2';

/** The state of the account, which a test may change at any time. */
export interface SesAccountState {
  account: Partial<GetAccountResponse>;
  /** Suppressed addresses by their exact spelling. */
  readonly suppressed: Map<string, { readonly reason: 'BOUNCE' | 'COMPLAINT'; readonly since: string }>;
  readonly identities: Map<string, Partial<GetEmailIdentityResponse>>;
  /** How many of the next calls are refused as too many. */
  throttle: number;
  /** What happens to all calls, if anything. */
  trouble: 'silence' | { readonly status: number; readonly type: string } | undefined;
}

/**
 * Starts a server with the SES v2 API's calls about an account, imitated from its documentation: account,
 * identities, and the suppression list, which is paged and compares addresses by their spelling.
 */
export async function startSesAccount(state: Partial<SesAccountState> = {}) {
  const calls: string[] = [];
  const now: SesAccountState = {
    account: {},
    suppressed: new Map(),
    identities: new Map(),
    throttle: 0,
    trouble: undefined,
    ...state,
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://ses');
    calls.push(`${request.method} ${decodeURIComponent(pathname)}`);
    const say = (status: number, body: object, type?: string) => {
      response.writeHead(status, {
        'content-type': 'application/json',
        ...(type && { 'x-amzn-errortype': type }),
      });
      response.end(JSON.stringify(body));
    };
    const notFound = () => say(404, { message: 'not there' }, 'NotFoundException');
    if (now.trouble === 'silence') return;
    if (now.trouble) return say(now.trouble.status, { message: 'scripted' }, now.trouble.type);
    if (now.throttle-- > 0) return say(429, { message: 'Rate exceeded' }, 'TooManyRequestsException');
    const [kind, , ...name] = pathname.replace('/v2/email/', '').split('/');
    const named = decodeURIComponent(name.join('/'));
    if (kind === 'account') return say(200, now.account);
    if (kind === 'identities') {
      const identity = now.identities.get(decodeURIComponent(pathname.split('/').at(-1)!));
      return identity ? say(200, identity) : notFound();
    }
    if (request.method === 'DELETE') return now.suppressed.delete(named) ? say(200, {}) : notFound();
    const from = Number(searchParams.get('NextToken') ?? 0);
    const size = Number(searchParams.get('PageSize') ?? 100);
    const page = [...now.suppressed].slice(from, from + size);
    say(200, {
      SuppressedDestinationSummaries: page.map(([EmailAddress, { reason, since }]) => ({
        ...{ EmailAddress, Reason: reason, LastUpdateTime: Date.parse(since) / 1000 },
      })),
      ...(from + size < now.suppressed.size && { NextToken: String(from + size) }),
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    state: now,
    calls,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
