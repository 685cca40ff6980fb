import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { createSecretsManagerClient } from '#adapters/secrets-manager/client.ts';

/** An error that the server returns in place of an answer. */
export interface Refusal {
  readonly status: number;
  readonly type: string;
  readonly message: string;
}

/**
 * Starts a stand-in for Secrets Manager on the loopback, imitated from its documentation (the AWS JSON 1.1
 * protocol and two of its calls), because no emulator exists as a package. It holds secrets by name;
 * undefined stands for a secret without a value. Signatures, rights and versions are not checked.
 */
export async function startSecretsManager(secrets: Map<string, string | undefined>) {
  const state = { refuse: undefined as Refusal | undefined, calls: [] as string[] };
  const answerTo = (call: string, { SecretId, SecretString }: Record<string, string>): object | Refusal => {
    if (state.refuse) return state.refuse;
    const notFound = (message: string) => ({ status: 400, type: 'ResourceNotFoundException', message });
    if (!secrets.has(SecretId!)) return notFound("Secrets Manager can't find the specified secret.");
    if (call === 'PutSecretValue') {
      secrets.set(SecretId!, SecretString);
      return { Name: SecretId };
    }
    const value = secrets.get(SecretId!);
    return value === undefined
      ? notFound("Secrets Manager can't find the specified secret value for staging label: AWSCURRENT")
      : { Name: SecretId, SecretString: value };
  };
  const server = createServer(async (request, response) => {
    const call = String(request.headers['x-amz-target']).replace('secretsmanager.', '');
    state.calls.push(call);
    const answer = answerTo(call, (await json(request)) as Record<string, string>);
    const refusal = 'status' in answer ? (answer as Refusal) : undefined;
    response.writeHead(refusal?.status ?? 200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(refusal ? { __type: refusal.type, Message: refusal.message } : answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createSecretsManagerClient({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 2,
  });
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { endpoint, client, state, close };
}
