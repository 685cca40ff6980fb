import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { OUTBOX_TAG } from '#adapters/ses/mailer.ts';

/**
 * A proxy before an SES server: it counts the mails that reach the server, by their tag, and can hold answers
 * back.
 */
export interface WatchedSes {
  readonly endpoint: string;
  /** How often the server accepted each mail, by its outbox id. */
  readonly received: ReadonlyMap<string, number>;
  /** Is awaited with the mail's id before the server's answer is passed on to the client. */
  beforeAnswer: (mailId: string) => Promise<void>;
  close(): Promise<void>;
}

export async function watchSes(endpoint: string): Promise<WatchedSes> {
  const received = new Map<string, number>();
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const { authorization = '', 'content-type': type = '' } = request.headers;
    const headers = { authorization, 'content-type': type };
    const pass = (init: RequestInit) => fetch(`${endpoint}${request.url}`, { headers, ...init });
    if (request.method === 'GET') {
      const answer = await pass({});
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(await answer.text());
      return;
    }
    const { EmailTags = [] } = JSON.parse(body.toString()) as {
      EmailTags?: { Name: string; Value: string }[];
    };
    const mailId = EmailTags.find(({ Name }) => Name === OUTBOX_TAG)?.Value ?? '';
    const answer = await pass({ method: 'POST', body });
    const text = await answer.text();
    if (answer.ok) received.set(mailId, (received.get(mailId) ?? 0) + 1);
    await watched.beforeAnswer(mailId);
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const watched: WatchedSes = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    beforeAnswer: async () => {},
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return watched;
}
