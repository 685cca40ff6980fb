import { Hono } from 'hono';
import { Fault } from '#core/errors.ts';
import type { HttpDeps } from '#http/deps.ts';
import { authenticateCaller, type CallerEnv } from '#http/who-may-call.ts';
import { archivePages } from './archive.ts';
import { mailPages } from './mails.ts';
import { runPages } from './runs.ts';

/** Creates the pages for people: runs, mails and archive. Callers are authenticated as for the API. */
export function createConsole(deps: HttpDeps): Hono<CallerEnv> {
  const pages = new Hono<CallerEnv>({ strict: false });
  pages.onError((error, context) => {
    if (error instanceof Fault && error.code === 'no-login') {
      // This header makes a browser ask for a password; the token is the password.
      context.header('WWW-Authenticate', 'Basic realm="rechnungspost", charset="UTF-8"');
      return context.text('Bitte anmelden: das Kennwort ist der Wert von API_TOKEN.', 401);
    }
    if (error instanceof Fault && error.code === 'bad-input') return context.text(error.message, 400);
    deps.log('error', 'page failed', { path: context.req.path, error });
    return context.text('Diese Seite konnte nicht gezeigt werden: siehe rechnungspost.log.', 500);
  });
  pages.use(authenticateCaller(deps));
  pages.route('/', runPages(deps));
  pages.route('/mails', mailPages(deps));
  pages.route('/archive', archivePages(deps));
  return pages;
}
