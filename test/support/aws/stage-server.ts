import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface StageServer {
  readonly url: string;
  close(): void;
}

/**
 * Starts a server with what a command line asks of a stage besides its table and archive, on the loopback and
 * imitated from the documentation: `GetParameter` of Parameter Store, `SendMessageBatch` of SQS, and a secret
 * without a password. Signatures and rights are not checked.
 * @param parameters parameters by name; a queue may have any path below `url`
 * @param sent is given each message's body
 */
export async function startStageServer(
  parameters: ReadonlyMap<string, string>,
  sent: (body: string) => void = () => {},
): Promise<StageServer> {
  const calls: Readonly<Record<string, (input: never) => object | undefined>> = {
    'AmazonSSM.GetParameter': ({ Name }: { Name: string }) =>
      parameters.has(Name) ? { Parameter: { Name, Value: parameters.get(Name) } } : undefined,
    'secretsmanager.GetSecretValue': () => ({ SecretString: '{}' }),
    'AmazonSQS.SendMessageBatch': ({ Entries }: { Entries: { Id: string; MessageBody: string }[] }) => {
      for (const { MessageBody } of Entries) sent(MessageBody);
      return {
        Successful: Entries.map(({ Id, MessageBody }) => ({
          ...{ Id, MessageId: Id },
          MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
        })),
        Failed: [],
      };
    },
  };
  const server = createServer(async (request, response) => {
    const answer = calls[String(request.headers['x-amz-target'])]?.((await json(request)) as never);
    response.writeHead(answer ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(answer ?? { __type: 'ParameterNotFound', message: '' }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
