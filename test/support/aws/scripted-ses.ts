import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** A `SendEmail` call that arrived complete. */
export interface SesCall {
  readonly from: string;
  readonly to: readonly string[];
  readonly bytes: Buffer;
  readonly configurationSet: string;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * What the server does with a call: accepts it, refuses it, says nothing, or hangs up before or after it has
 * the mail.
 */
export type SesAct =
  | 'take'
  | 'silence'
  | 'close at once'
  | 'close after'
  | { readonly status: number; readonly type: string; readonly message?: string };

interface SendEmailBody {
  readonly FromEmailAddress: string;
  readonly Destination: { readonly ToAddresses: string[] };
  readonly Content: { readonly Raw: { readonly Data: string } };
  readonly ConfigurationSetName: string;
  readonly EmailTags?: { readonly Name: string; readonly Value: string }[];
}

/**
 * Starts a server with the one call of the SES v2 API that mails use, and with any answer to it, however bad.
 */
export async function startScriptedSes(act: SesAct = 'take') {
  const calls: SesCall[] = [];
  let connections = 0;
  const server = createServer(async (request, response) => {
    if (act === 'close at once') return request.socket.destroy();
    const body = (await json(request)) as SendEmailBody;
    if (act === 'silence') return;
    if (typeof act === 'object') {
      response.writeHead(act.status, { 'x-amzn-errortype': act.type, 'content-type': 'application/json' });
      return response.end(JSON.stringify({ message: act.message ?? 'scripted' }));
    }
    calls.push({
      from: body.FromEmailAddress,
      to: body.Destination.ToAddresses,
      bytes: Buffer.from(body.Content.Raw.Data, 'base64'),
      configurationSet: body.ConfigurationSetName,
      tags: Object.fromEntries((body.EmailTags ?? []).map(({ Name, Value }) => [Name, Value])),
    });
    if (act === 'close after') return request.socket.destroy();
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ MessageId: `ses-${calls.length}` }));
  });
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: calls as readonly SesCall[],
    get connections() {
      return connections;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
