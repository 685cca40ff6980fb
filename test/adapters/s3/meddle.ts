import { type S3Client, S3ServiceException } from '@aws-sdk/client-s3';

interface Answer {
  readonly response: { body: AsyncIterable<Uint8Array> & { destroy(): void } };
}

export interface Call {
  /** The number of this attempt, counted from 1 over all calls of the client. */
  readonly number: number;
  readonly key: string;
  /** The hook may change the request until it calls `next`. */
  readonly request: { body: Uint8Array };
  next(): Promise<Answer>;
}

/** Runs the hook around each attempt of each call, inside the retries of the SDK. */
export function meddle(client: S3Client, work: (call: Call) => Promise<Answer>): S3Client {
  let number = 0;
  client.middlewareStack.add(
    (next) => async (args) => {
      number += 1;
      const { Key: key = '' } = args.input as { Key?: string };
      const request = args.request as Call['request'];
      return work({ number, key, request, next: () => next(args) as unknown as Promise<Answer> }) as never;
    },
    { step: 'deserialize', priority: 'low' },
  );
  return client;
}

/** Makes the error that the SDK makes of an error answer. */
export const answered = (status: number, name: string): Error =>
  new S3ServiceException({
    name,
    message: `scripted ${name}`,
    $fault: status < 500 ? 'client' : 'server',
    $metadata: { httpStatusCode: status },
  });

export const broken = (code: string): Error => Object.assign(new Error(`scripted ${code}`), { code });
