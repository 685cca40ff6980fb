import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Fault } from '#core/errors.ts';
import { createApp } from '#http/app.ts';
import { createConsole } from '#http/console/console.ts';
import type { LocalConfig } from '#wiring/config.ts';
import { localHttp } from '#wiring/local-http.ts';
import type { Program } from '#wiring/program.ts';
import { mailboxPages } from './mailbox/page.ts';

/**
 * Serves HTTP on this machine until the program is asked to stop: the API and the pages of the console.
 * @returns the server's address; `close` ends serving and waits for what calls have begun
 */
export async function startServer(
  program: Program,
  config: LocalConfig,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { deps, settled } = localHttp(program, config);
  const app = createApp(deps);
  const pages = createConsole(deps);
  pages.route('/mailbox', mailboxPages(config.mailboxDir));
  app.route('/', pages);
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.port, config.host, resolve);
  }).catch((cause: NodeJS.ErrnoException) => {
    throw new Fault(
      'bad-settings',
      cause.code === 'EADDRINUSE'
        ? `Port ${config.port} is taken by another program: choose another one, such as PORT=${config.port + 1}.`
        : `Cannot listen on ${config.host}:${config.port}: ${cause.message}`,
      { cause },
    );
  });
  const { port } = server.address() as AddressInfo;
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  return {
    url: `http://${host}:${port}`,
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      });
      await settled();
    },
  };
}
