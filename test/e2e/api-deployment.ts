import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { inspect } from 'node:util';
import type { Problem } from '#http/problem.ts';
import type { Answered, ApiClient, CallOptions, Page } from '#test/support/api/api-client.ts';

/** Where a scenario is played: the program behind its HTTP API, and the mail server of its customers. */
export interface ApiDeployment {
  readonly api: ApiClient;
  /** The `mail` settings that send through the server of `mails`. */
  readonly mail: object;
  /** Lists what has arrived so far. */
  mails(): Promise<readonly ArrivedMail[]>;
  /** Lets work that calls have begun go on. */
  goOn(): Promise<unknown>;
}

export interface ArrivedMail {
  readonly to: string;
  readonly subject: string;
  /** The attached files, without pictures of the HTML. */
  readonly files: readonly Buffer[];
}

/** Returns the answer of a call that must succeed. */
export async function done<T>(answering: Promise<Answered<T>>, status?: number): Promise<T> {
  const { data, error, response } = await answering;
  assert.ok(response?.ok, `${response?.url} ${response?.status} ${inspect(error)}`);
  if (status !== undefined) assert.equal(response.status, status, response.url);
  return data!;
}

/** Returns the problem of a call that must be refused. */
export async function refused(answering: Promise<Answered<unknown>>, status: number): Promise<Problem> {
  const { error, response } = await answering;
  assert.equal(response.status, status, JSON.stringify(error));
  return error!;
}

export const bytesOf = async (file: Blob): Promise<Buffer> => Buffer.from(await file.arrayBuffer());

/** Reads a list to its end by cursor. */
export async function all<T>(
  list: (options: CallOptions) => Promise<Answered<Page<T>>>,
  query: CallOptions['query'] = {},
  limit = 7,
): Promise<T[]> {
  const items: T[] = [];
  for (let after: string | undefined; ; ) {
    const page = await done(list({ query: { ...query, limit, ...(after ? { after } : {}) } }));
    assert.ok(page.items.length <= limit);
    items.push(...page.items);
    after = page.next;
    if (!after) return items;
  }
}

/** Asks again and again until the answer holds, for at most a minute. */
export async function until<T>(
  deployment: Pick<ApiDeployment, 'goOn'>,
  what: string,
  ask: () => Promise<T>,
  holds: (answer: T) => boolean,
): Promise<T> {
  const end = performance.now() + 60_000;
  for (;;) {
    const answer = await ask();
    if (holds(answer)) return answer;
    assert.ok(performance.now() < end, `in vain for a minute: ${what}: ${JSON.stringify(answer)}`);
    await deployment.goOn();
    await setTimeout(5);
  }
}

/** Converts an amount, a decimal with two places, to cents. */
export const cents = (amount: string): number => {
  assert.match(amount, /^-?\d+\.\d\d$/);
  return Number(amount.replace('.', ''));
};

export const total = (amounts: readonly string[]): number =>
  amounts.reduce((sum, amount) => sum + cents(amount), 0);
