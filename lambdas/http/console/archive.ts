import { Hono } from 'hono';
import { html } from 'hono/html';
import { archiveKeyProblem } from '#core/archive-limits.ts';
import type { HttpDeps } from '#http/deps.ts';
import { page } from './layout.ts';

/** Serves the list of the archive's keys and each file unchanged, under the names they have in the folder. */
export function archivePages({ archive }: Pick<HttpDeps, 'archive'>): Hono {
  const app = new Hono();
  app.get('/', async (context) => {
    const keys = (
      await Promise.all(['invoices/', 'delivery-notes/'].map((prefix) => archive.list(prefix)))
    ).flat();
    const rows = keys.map(
      (key) => html`<tr><td><a href="/archive/file/${encodeURI(key)}">${key}</a></td></tr>`,
    );
    return context.html(
      page('Archiv', keys.length > 0 ? html`<table>${rows}</table>` : html`<p class="quiet">Noch leer.</p>`),
    );
  });
  app.get('/file/:key{.+}', async (context) => {
    const key = context.req.param('key');
    const found = archiveKeyProblem(key) ? undefined : await archive.get(key);
    if (!found) return context.notFound();
    return context.body(new Uint8Array(found.bytes), 200, {
      'Content-Type': found.file.contentType,
      'Content-Disposition': 'inline',
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      'X-Content-Type-Options': 'nosniff',
    });
  });
  return app;
}
