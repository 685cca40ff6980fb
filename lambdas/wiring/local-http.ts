import { timingSafeEqual } from 'node:crypto';
import { Fault } from '#core/errors.ts';
import type { HttpDeps } from '#http/deps.ts';
import { isLoopback } from '#http/loopback.ts';
import { type Authenticate, ROLES } from '#http/who-may-call.ts';
import packageJson from '../../package.json' with { type: 'json' };
import type { LocalConfig } from './config.ts';
import { documentsHere } from './documents-here.ts';
import { hasher } from './node.ts';
import type { Program } from './program.ts';

/**
 * High enough for a till that calls as fast as it can, low enough to keep a runaway program from overloading
 * the machine.
 */
const RATE = { perSecond: 200, burst: 1000 };
const SHORTEST_TOKEN = 32;

/**
 * Builds what the HTTP application needs from the program on one machine.
 * @returns also `settled`, which resolves when everything that calls have begun in the background is done
 * @throws Fault `bad-settings` for a HOST that others can reach without a token
 */
export function localHttp(
  program: Program,
  config: Pick<LocalConfig, 'host' | 'apiToken'>,
): { readonly deps: HttpDeps; readonly settled: () => Promise<void> } {
  const behind = new Set<Promise<void>>();
  const begin = (what: string, id: string, work: () => Promise<unknown>) => {
    const doing = work()
      .then(
        () => undefined,
        (error) => {
          if (error instanceof Fault && error.code === 'interrupted') return;
          program.log('error', `${what} failed`, { id, error });
        },
      )
      .finally(() => behind.delete(doing));
    behind.add(doing);
  };
  const continueRun = async (runId: string) => begin('run', runId, () => program.completeRun(runId));
  return {
    deps: {
      ...program,
      documents: documentsHere(program, continueRun),
      continueRun: continueRun,
      sendMails: async (ids) => begin('mail', ids.join(), () => program.mail(ids)),
      authenticate: authenticateHere(config),
      hosts: isLoopback(config.host) ? isLoopback : undefined,
      rate: RATE,
      version: packageJson.version,
      deployment: 'one machine',
    },
    settled: async () => {
      await Promise.all(behind);
    },
  };
}

/**
 * Makes the check of callers. On the loopback only this machine can call and needs no token; where others
 * can, they must show it.
 */
function authenticateHere({ host, apiToken }: Pick<LocalConfig, 'host' | 'apiToken'>): Authenticate {
  if (apiToken === undefined) {
    if (isLoopback(host)) return async () => ({ name: 'this machine', roles: ROLES });
    throw new Fault(
      'bad-settings',
      `HOST=${host} would show every invoice to the network without a login: leave HOST at 127.0.0.1, or set API_TOKEN to a secret of ${SHORTEST_TOKEN} characters or more.`,
    );
  }
  if (apiToken.length < SHORTEST_TOKEN) {
    throw new Fault(
      'bad-settings',
      `API_TOKEN is too short to be safe: take ${SHORTEST_TOKEN} random characters or more, such as those of "openssl rand -hex 32".`,
    );
  }
  const expected = Buffer.from(hasher.sha256(apiToken));
  return async (token) =>
    token !== undefined && timingSafeEqual(Buffer.from(hasher.sha256(token)), expected)
      ? { name: 'the owner of API_TOKEN', roles: ROLES }
      : undefined;
}
