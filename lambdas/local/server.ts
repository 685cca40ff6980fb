import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { Fault } from '#core/errors.ts';
import { createApp } from '#http/app.ts';
import { type CallerEnv, knowCaller } from '#http/who-may-call.ts';
import type { LocalConfig } from '#wiring/config.ts';
import { localHttp } from '#wiring/local-http.ts';
import type { Program } from '#wiring/program.ts';
import { mailboxPages } from './mailbox/page.ts';
import { archivePages } from './pages/archive.ts';
import { mailPages } from './pages/mails.ts';
import { runPages } from './pages/runs.ts';

/**
 * Serves HTTP on this machine until the program is asked to stop: the API, and pages to look at.
 * @returns its address, and the end of serving, which waits for what calls have begun
 */
export async function startServer(
  local: Program,
  config: LocalConfig,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { deps, settled } = localHttp(local, config);
  const pages = new Hono<CallerEnv>({ strict: false });
  pages.onError((error, context) => {
    if (error instanceof Fault && error.code === 'no-login') {
      // A browser then asks for a password, which is the token.
      context.header('WWW-Authenticate', 'Basic realm="rechnungspost", charset="UTF-8"');
      return context.text('Bitte anmelden: das Kennwort ist der Wert von API_TOKEN.', 401);
    }
    if (error instanceof Fault && error.code === 'bad-input') return context.text(error.message, 400);
    local.log('error', 'page failed', { path: context.req.path, error });
    return context.text('Diese Seite konnte nicht gezeigt werden: siehe rechnungspost.log.', 500);
  });
  pages.use(knowCaller(deps));
  pages.route('/', runPages(local));
  pages.route('/mails', mailPages(deps));
  pages.route('/archive', archivePages(local));
  pages.route('/mailbox', mailboxPages(config.mailboxDir));
  const app = createApp(deps);
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
