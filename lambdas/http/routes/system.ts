import { z } from 'zod';
import { findSettings } from '#core/repositories/settings.ts';
import { templatesInForce } from '#core/templates/template-set.ts';
import { json, READERS, type Routes, route } from '../route.ts';
import { ROLES } from '../who-may-call.ts';

export const systemRoutes: Routes = (app, deps) => {
  app.openapi(
    route(READERS, {
      method: 'get',
      path: '/api/info',
      operationId: 'getInfo',
      tags: ['System'],
      summary: 'What runs here, and as whom one calls',
      responses: {
        200: json(
          'What runs here',
          z
            .object({
              name: z.literal('rechnungspost'),
              version: z.string(),
              place: z.enum(['aws', 'one machine']),
              edition: z.string().optional(),
              company: z.string().optional().meta({ description: 'Absent until there are settings.' }),
              languages: z.array(z.string()).meta({ description: 'That documents can be written in.' }),
              caller: z.object({ name: z.string(), roles: z.array(z.enum(ROLES)) }),
            })
            .meta({ id: 'Info' }),
        ),
      },
    }),
    async (context) => {
      const [settings, templates] = await Promise.all([findSettings(deps.table), templatesInForce(deps)]);
      const { name, roles } = context.get('caller');
      const { company, edition } = settings?.value.settings ?? {};
      return context.json(
        {
          name: 'rechnungspost' as const,
          version: deps.version,
          place: deps.deployment,
          ...(edition ? { edition } : {}),
          ...(company ? { company: company.name } : {}),
          languages: [...templates.languages],
          caller: { name, roles: [...roles] },
        },
        200,
      );
    },
  );
};
