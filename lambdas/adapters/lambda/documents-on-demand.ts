import { posix } from 'node:path';
import { InvokeCommand, type LambdaClient, LambdaServiceException } from '@aws-sdk/client-lambda';
import { Fault } from '#core/errors.ts';
import type { Archive } from '#core/ports.ts';
import type { DocumentsOnDemand } from '#core/runs/documents-on-demand.ts';
import type { OnDemandAnswer, OnDemandAnswers, OnDemandRequest } from './on-demand.ts';

/**
 * Creates documents on demand by calling the function that has the browser. A Fault thrown there is thrown
 * again here.
 * @param options `addressOf`: returns an address from which a file of the archive can be fetched for some
 * minutes. `patience`: aborted when nobody waits for this call any longer; the function still finishes what
 * it began
 * @throws Fault `unavailable` when the function cannot be called, breaks down, or takes longer than anybody
 * waits
 */
export function createLambdaDocuments(options: {
  readonly client: LambdaClient;
  readonly functionName: string;
  readonly archive: Pick<Archive, 'get'>;
  readonly addressOf: (key: string) => Promise<string>;
  readonly patience: () => AbortSignal;
}): DocumentsOnDemand {
  const { client, functionName, archive, addressOf, patience } = options;

  /**
   * Calls the function.
   * @returns its answer, or undefined when patience has run out
   */
  async function invoke(request: OnDemandRequest): Promise<OnDemandAnswer | undefined> {
    const abortSignal = patience();
    const command = new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(request) });
    try {
      const { FunctionError, Payload } = await client.send(command, { abortSignal });
      const said = Payload?.transformToString() ?? '';
      if (FunctionError === undefined) return JSON.parse(said);
      throw new Fault(
        'unavailable',
        `The function ${functionName} broke down while it was at "${request.kind}": its log has the cause. Repeat the call in a minute.`,
        { cause: new Error(said) },
      );
    } catch (error) {
      if (abortSignal.aborted) return undefined;
      throw toFault(error, functionName);
    }
  }

  async function ask<Kind extends OnDemandRequest['kind']>(
    request: Extract<OnDemandRequest, { kind: Kind }>,
  ): Promise<OnDemandAnswers[Kind] | undefined> {
    const answer = (await invoke(request)) as OnDemandAnswer<Kind> | undefined;
    if (answer === undefined || !('error' in answer)) return answer;
    const { code, message, details } = answer.error;
    throw new Fault(code, message, { details });
  }

  async function filed(key: string): Promise<Uint8Array> {
    const found = await archive.get(key);
    if (found) return found.bytes;
    throw new Fault('unavailable', `${key} is gone from the archive: repeat the call.`);
  }

  return {
    async bill(run) {
      return (await ask({ kind: 'bill', run })) ? 'closed' : 'later';
    },
    async preview(order) {
      const answer = (await ask({ kind: 'preview', order })) ?? tooLong('The preview');
      return 'key' in answer ? filed(answer.key) : Buffer.from(answer.pdf, 'base64');
    },
    async deliveryNotes(noteIds, prices) {
      const notes = [...noteIds];
      const request = { kind: 'delivery-notes' as const, notes, ...(prices === undefined ? {} : { prices }) };
      return (await ask(request)) ?? tooLong('The delivery notes');
    },
    async printFile(run) {
      const { keys } = (await ask({ kind: 'print-file', run })) ?? tooLong(`The print file of run ${run}`);
      return Promise.all(
        keys.map(async (key) => ({ fileName: posix.basename(key), url: await addressOf(key) })),
      );
    },
    pictures: {
      async toPng({ bytes, ...picture }, box) {
        const base64 = Buffer.from(bytes).toString('base64');
        const asked = { kind: 'picture' as const, picture: { ...picture, bytes: base64 }, box };
        const { png } = (await ask(asked)) ?? tooLong(picture.name);
        return Buffer.from(png, 'base64');
      },
    },
  };
}

function tooLong(what: string): never {
  throw new Fault(
    'unavailable',
    `${what} takes longer than a call may wait: repeat the call in a minute. What is made until then is found again.`,
  );
}

function toFault(error: unknown, functionName: string): unknown {
  if (!(error instanceof Error) || error instanceof Fault) return error;
  const isRefusal = error instanceof LambdaServiceException || error.name === 'CredentialsProviderError';
  if (!isRefusal && error.name !== 'TimeoutError' && !('code' in error)) return error;
  return new Fault(
    'unavailable',
    `The function ${functionName} cannot be called (${error.name}: ${error.message}): repeat the call in a minute. Check the rights of who asks if this goes on.`,
    { cause: error },
  );
}
