import { z } from 'zod';
import { refuse } from '#core/errors.ts';
import { readSettings, SMTP_PASSWORD } from '#core/repositories/settings.ts';
import { importSettingsFile } from '#core/settings/import-settings-file.ts';
import type { HttpDeps } from '../deps.ts';
import { json, jsonBody, type Routes, route, WRITE } from '../route.ts';
import { settingsAnswer, settingsBody, settingsJson } from '../schemas/settings.ts';
import { testMailAnswer, testMailBody, testMailJson } from '../schemas/test-mail.ts';

export const settingsRoutes: Routes = (app, deps) => {
  app.openapi(
    // Callers with the role `read` may not see the settings, which name the mail server and its user.
    route(['write', 'auditor'], {
      method: 'get',
      path: '/api/settings',
      operationId: 'getSettings',
      tags: ['Settings'],
      summary: 'The company settings; the password is never shown',
      responses: { 200: json('The settings', settingsAnswer) },
    }),
    async (context) => context.json(await shownSettings(deps), 200),
  );

  app.openapi(
    route(WRITE, {
      method: 'put',
      path: '/api/settings',
      operationId: 'putSettings',
      tags: ['Settings'],
      summary: 'Replaces the settings; what is absent takes its default',
      request: { body: jsonBody(settingsBody) },
      responses: {
        200: json(
          'As they are now',
          z
            .object({
              settings: settingsAnswer,
              changed: z.boolean(),
              notices: z
                .array(z.string())
                .meta({ description: 'What was ignored, has no effect yet, or is less than safe.' }),
            })
            .meta({ id: 'SettingsChange' }),
        ),
      },
    }),
    async (context) => {
      // The raw body is passed on, so that names that are no settings can be reported.
      const bytes = new Uint8Array(await context.req.arrayBuffer());
      const { changed, notices } = await importSettingsFile(bytes, refusePath, {
        ...deps,
        pictures: deps.documents.pictures,
      });
      return context.json({ settings: await shownSettings(deps), changed, notices: [...notices] }, 200);
    },
  );

  app.openapi(
    route(WRITE, {
      method: 'post',
      path: '/api/settings/test-mail',
      operationId: 'sendTestMail',
      tags: ['Settings'],
      summary: 'Sends one test mail and tells the conversation with the server',
      request: { body: jsonBody(testMailBody) },
      responses: { 200: json('What was said', testMailAnswer) },
    }),
    async (context) => context.json(testMailJson(await deps.testMail(context.req.valid('json').to)), 200),
  );
};

async function shownSettings(deps: HttpDeps) {
  const [settings, password] = await Promise.all([readSettings(deps.table), deps.secrets.get(SMTP_PASSWORD)]);
  return settingsJson(settings, Boolean(password));
}

const refusePath = async (path: string): Promise<never> =>
  refuse(
    `pdf.logo: ${path.slice(0, 80)} is a path, which nobody can open from here: send the picture as a data: address.`,
  );
