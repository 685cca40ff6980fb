import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Change } from '#core/ports.ts';
import { sweep } from '#core/runs/sweep.ts';
import { createApp } from '#http/app.ts';
import type { HttpDeps } from '#http/deps.ts';
import { type CallerEnv, ROLES } from '#http/who-may-call.ts';
import { loadDairy, noteOf } from '#test/support/data/dairy.ts';
import { createSimulation } from '#test/support/simulation/simulation.ts';
import { documentsHere } from '#wiring/documents-here.ts';

/** The application over a loaded office in memory. Callers give their role as the token: `Bearer read`. */
export interface HttpDairy {
  readonly app: OpenAPIHono<CallerEnv>;
  readonly deps: HttpDeps;
  /** Sends JSON as a caller with the role `write`, unless `headers` says otherwise. */
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response>;
  /** Counts all writes to the table that succeeded so far. */
  writes(): number;
  /** Completes what calls have left to do: runs and mails. */
  settle(): Promise<void>;
  close(): void;
}

export async function httpDairy(over: Partial<HttpDeps> = {}): Promise<HttpDairy> {
  const simulation = createSimulation(1);
  const { deps: process1 } = simulation.process();
  let writes = 0;
  const table = {
    ...process1.table,
    async write(changes: readonly Change[]) {
      const version = await process1.table.write(changes);
      writes++;
      return version;
    },
  };
  const passwords = new Map<string, string>();
  const secrets = {
    get: async (name: string) => passwords.get(name),
    set: async (name: string, value: string) => void passwords.set(name, value),
  };
  const base = { ...process1, table, secrets };
  const merger = { merge: async (groups: readonly (readonly Uint8Array[])[]) => groups.flat()[0]! };
  const pictures = { toPng: async () => new Uint8Array([1, 2, 3]) };
  await loadDairy(
    base,
    [1, 2, 3].map((day) => noteOf(`L${day}`, '9', day)),
  );
  const waiting: string[] = [];
  const continueRun = async (runId: string) => void waiting.push(runId);
  const deps: HttpDeps = {
    ...base,
    documents: documentsHere({ ...base, merger, pictures }, continueRun),
    continueRun: continueRun,
    sendMails: async () => {},
    testMail: async () => ({
      outcome: { state: 'accepted' },
      conversation: [],
      encryption: undefined,
      reply: '250 ok',
      summary: 'It works.',
    }),
    authenticate: async (token = '') =>
      [...ROLES, 'nobody'].includes(token)
        ? { name: `the ${token}`, roles: ROLES.filter((role) => role === token) }
        : undefined,
    hosts: undefined,
    rate: { perSecond: 1e6, burst: 1e6 },
    version: '0.0.0',
    deployment: 'one machine',
    ...over,
  };
  const app = createApp(deps);
  return {
    app,
    deps,
    call: async (method, path, body, headers = {}) =>
      app.request(path, {
        method,
        headers: {
          authorization: 'Bearer write',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    writes: () => writes,
    async settle() {
      waiting.length = 0;
      simulation.advance(3_600_000);
      await sweep(base);
    },
    close: () => simulation.close(),
  };
}
