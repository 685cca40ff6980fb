import { z } from 'zod';
import { mailAddress } from '#core/domain/mail-address.ts';
import { liftSuppression } from '#core/mailing/lift-suppression.ts';
import { listSuppressions } from '#core/repositories/suppressions.ts';
import { json, READERS, type Routes, route, WRITE } from '../route.ts';

const suppression = z
  .object({
    address: z.string(),
    since: z.string(),
    reason: z.string(),
    mail: z.string().meta({ description: 'The mail that bounced or was complained of.' }),
  })
  .meta({ id: 'Suppression' });

export const suppressionRoutes: Routes = (app, deps) => {
  app.openapi(
    route(READERS, {
      method: 'get',
      path: '/api/suppressions',
      operationId: 'listSuppressions',
      tags: ['Mails'],
      summary: 'Addresses that bounced for good or complained: nothing is sent there',
      responses: {
        200: json('All of them', z.object({ items: z.array(suppression) }).meta({ id: 'Suppressions' })),
      },
    }),
    async (context) => {
      const items = (await listSuppressions(deps.table)).map(({ value }) => value);
      return context.json({ items: items.map((item) => ({ ...item })) }, 200);
    },
  );

  app.openapi(
    route(WRITE, {
      method: 'delete',
      path: '/api/suppressions/{address}',
      operationId: 'liftSuppression',
      tags: ['Mails'],
      summary: 'Lets mails go to an address again',
      request: { params: z.object({ address: mailAddress }) },
      responses: { 204: { description: 'Mails may go there' } },
    }),
    async (context) => {
      await liftSuppression(context.req.valid('param').address, deps);
      return context.body(null, 204);
    },
  );
};
