import { Hono } from 'hono';

/** The HTTP side of the program, the same in every place: answers whether it lives. */
export function createApp(): Hono {
  const app = new Hono();
  app.get('/healthz', (context) => context.json({ status: 'ok' }));
  return app;
}
