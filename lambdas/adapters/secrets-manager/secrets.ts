import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
  SecretsManagerServiceException,
} from '@aws-sdk/client-secrets-manager';
import { Fault } from '#core/errors.ts';
import type { Secrets } from '#core/ports.ts';

/**
 * Keeps all secrets in one secret of Secrets Manager, as a JSON object of names and values: AWS charges for
 * each secret, and this one is created with the stack, so that a role needs the right to it alone. Calls of
 * `set` in one process run one after the other; if two processes set at the same moment, the later one wins.
 * @param options `secretId`: name or ARN of a secret that exists; it may have no value yet
 * @throws Fault `damaged` when it holds something else, `unavailable` when it cannot be read or written
 */
export function createSecretsManagerSecrets(options: {
  readonly client: SecretsManagerClient;
  readonly secretId: string;
}): Secrets {
  const { client, secretId: SecretId } = options;
  let lastSet: Promise<unknown> = Promise.resolve();

  async function read(): Promise<Map<string, string>> {
    try {
      const { SecretString = '{}' } = await client.send(new GetSecretValueCommand({ SecretId }));
      return parse(SecretString, SecretId);
    } catch (error) {
      if (hasNoValue(error)) return new Map();
      throw toFault(error, SecretId);
    }
  }

  async function set(name: string, value: string): Promise<void> {
    const secrets = await read();
    const SecretString = JSON.stringify(Object.fromEntries(secrets.set(name, value)));
    try {
      await client.send(new PutSecretValueCommand({ SecretId, SecretString }));
    } catch (error) {
      throw toFault(error, SecretId);
    }
  }

  return {
    async get(name) {
      return (await read()).get(name);
    },

    async set(name, value) {
      const turn = lastSet.then(() => set(name, value));
      lastSet = turn.catch(() => undefined);
      return turn;
    },
  };
}

/**
 * Recognizes a secret that exists but was never set, and so has no current version. A secret that does not
 * exist gives the same error with another text.
 */
const hasNoValue = (error: unknown): boolean =>
  error instanceof ResourceNotFoundException && error.message.includes('AWSCURRENT');

function parse(json: string, secretId: string): Map<string, string> {
  let secrets: unknown;
  try {
    secrets = JSON.parse(json);
  } catch {
    // The parser's message is dropped, because it would quote the secrets.
  }
  if (secrets !== null && typeof secrets === 'object' && !Array.isArray(secrets)) {
    const entries = Object.entries(secrets);
    if (entries.every(([, value]) => typeof value === 'string')) return new Map(entries);
  }
  throw new Fault(
    'damaged',
    `The secret ${secretId} is not a JSON object of texts; mend it in Secrets Manager, or set its value to {} and the secrets anew`,
  );
}

function toFault(error: unknown, secretId: string): unknown {
  if (!(error instanceof Error) || error instanceof Fault) return error;
  const isRefused =
    (error instanceof SecretsManagerServiceException && error.$fault === 'client') ||
    error.name === 'CredentialsProviderError';
  if (!isRefused && !(error instanceof SecretsManagerServiceException) && !('code' in error)) return error;
  const remedy = isRefused
    ? 'check its name, the region, and the rights of who asks'
    : 'try again in some minutes';
  const said = `${error.name}: ${error.message}`;
  return new Fault('unavailable', `The secret ${secretId} cannot be used (${said}); ${remedy}`, {
    cause: error,
  });
}
