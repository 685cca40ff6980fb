import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { Fault } from '#core/errors.ts';
import { createApp } from '#http/app.ts';
import { isLoopback, loopbackOnly } from '#http/loopback-only.ts';
import type { LocalConfig } from '#wiring/config.ts';
import type { Program } from '#wiring/program.ts';
import { mailboxPages } from './mailbox/page.ts';
import { archivePages } from './pages/archive.ts';
import { runPages } from './pages/runs.ts';

/** Serves HTTP on this machine until the program is asked to stop. @returns its address, and the end of serving */
export async function startServer(
  local: Program,
  config: LocalConfig,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  if (!isLoopback(config.host)) {
    throw new Fault(
      'bad-settings',
      `HOST=${config.host} would show every invoice to the network without a login: leave HOST at 127.0.0.1.`,
    );
  }
  const app = new Hono({ strict: false });
  app.use(loopbackOnly);
  app.onError((error, context) => {
    if (error instanceof Fault && error.code === 'bad-input') return context.text(error.message, 400);
    local.log('error', 'page failed', { path: context.req.path, error });
    return context.text('Diese Seite konnte nicht gezeigt werden: siehe rechnungspost.log.', 500);
  });
  app.route('/', createApp());
  app.route('/', runPages(local));
  app.route('/archive', archivePages(local));
  app.route('/mailbox', mailboxPages(config.mailboxDir));
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
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}
