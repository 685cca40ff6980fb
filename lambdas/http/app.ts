import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { HttpDeps } from './deps.ts';
import { limitBody, limitRate } from './limits.ts';
import { openApi } from './openapi.ts';
import { answerProblem, ProblemError } from './problem.ts';
import { newApp } from './route.ts';
import { customerRoutes } from './routes/customers.ts';
import { deliveryRoutes } from './routes/deliveries.ts';
import { invoiceRoutes } from './routes/invoices.ts';
import { mailRoutes } from './routes/mails.ts';
import { runRoutes } from './routes/runs.ts';
import { settingsRoutes } from './routes/settings.ts';
import { suppressionRoutes } from './routes/suppressions.ts';
import { systemRoutes } from './routes/system.ts';
import { sameOrigin } from './same-origin.ts';
import { authenticateCaller, type CallerEnv } from './who-may-call.ts';

const GROUPS = [
  customerRoutes,
  deliveryRoutes,
  invoiceRoutes,
  mailRoutes,
  suppressionRoutes,
  runRoutes,
  settingsRoutes,
  systemRoutes,
];

/**
 * Creates the HTTP application, which is the same on AWS and on one machine. Each call passes these checks in
 * order: its origin, the caller's identity, the rate of calls, the size of the body, the caller's role, the
 * schema. Then a use case does the work.
 */
export function createApp(deps: HttpDeps): OpenAPIHono<CallerEnv> {
  const app = newApp();
  app.onError((error, context) => answerProblem(error, context, deps));
  app.notFound((context) => answerProblem(nothingThere(app, context), context, deps));
  app.use(sameOrigin(deps));
  app.get('/healthz', (context) => context.json({ status: 'ok' }));
  openApi(app, deps);
  app.use('/api/*', authenticateCaller(deps), limitRate(deps), limitBody, async (context, next) => {
    context.header('Cache-Control', 'no-store');
    await next();
  });
  for (const routes of GROUPS) routes(app, deps);
  return app;
}

/**
 * Answers a call without a route: either nothing is under the path, or it takes other methods, which the
 * header Allow lists.
 */
function nothingThere(app: OpenAPIHono<CallerEnv>, context: Context): ProblemError {
  const { path, method } = context.req;
  const methods = app.routes
    .filter((route) => route.method !== 'ALL' && fits(route.path, path))
    .map((route) => route.method);
  if (methods.length === 0 || methods.includes(method)) {
    return new ProblemError('not-found', `There is nothing at ${path}: see /docs.`);
  }
  const allowed = [...new Set(methods)].sort().join(', ');
  context.header('Allow', allowed);
  return new ProblemError('method-not-allowed', `${path} takes ${allowed}, not ${method}.`);
}

/**
 * Decides whether a path matches a route.
 * @param pattern path of a route: `/api/customers/:number`
 */
function fits(pattern: string, path: string): boolean {
  const [parts, given] = [pattern.split('/'), path.split('/')];
  return (
    parts.length === given.length && parts.every((part, at) => part.startsWith(':') || part === given[at])
  );
}
