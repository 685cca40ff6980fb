import { docsPage } from './docs-page.ts';
import type { Routes } from './route.ts';

/**
 * Adds `/openapi.json` for programs and `/docs` for people; both are made from the routes and need no token.
 */
export const openApi: Routes = (app, { version }) => {
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description: 'On one machine, calls from the machine itself need none.',
  });
  const document = () =>
    app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: {
        title: 'rechnungspost',
        version,
        description:
          'Bills deliveries and mails the invoices. Amounts are decimals as text ("12.50"), days are ISO dates (2026-10-31). An answer that is no success is a problem (RFC 9457) with a stable code, the field and the remedy.',
      },
    });
  app.get('/openapi.json', (context) => context.json(document()));
  app.get('/docs', (context) => {
    context.header('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'");
    return context.html(docsPage(document()));
  });
};
