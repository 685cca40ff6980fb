import { z } from 'zod';
import { customerNumber } from '#core/domain/customer.ts';
import { mailId } from '#core/domain/identifiers.ts';
import { MAIL_STATES } from '#core/domain/mail-states.ts';
import { Fault } from '#core/errors.ts';
import { listMails } from '#core/mailing/list-mails.ts';
import { decideMail, MAIL_DECISIONS } from '#core/mailing/resend-mail.ts';
import { readMail } from '#core/repositories/mails.ts';
import { json, jsonBody, READERS, type Routes, route, WRITE } from '../route.ts';
import { mailAnswer, mailJson } from '../schemas/mail.ts';
import { daysQuery, pageOf, pageQuery, withDays } from '../schemas/page.ts';

export const mailRoutes: Routes = (app, deps) => {
  app.openapi(
    route(READERS, {
      method: 'get',
      path: '/api/mails',
      operationId: 'listMails',
      tags: ['Mails'],
      summary: 'Mails by when they were queued; unless days are given, those of the last 12 months',
      request: {
        query: z.strictObject({
          ...daysQuery,
          state: z.enum(MAIL_STATES).optional(),
          customer: customerNumber.optional(),
          ...pageQuery,
        }),
      },
      responses: { 200: json('A page', pageOf(mailAnswer, 'MailPage')) },
    }),
    async (context) => {
      const { items, ...page } = await listMails(withDays(context.req.valid('query')), deps);
      return context.json({ items: items.map(mailJson), ...page }, 200);
    },
  );

  app.openapi(
    route(WRITE, {
      method: 'post',
      path: '/api/mails/{id}/decision',
      operationId: 'decideMail',
      tags: ['Mails'],
      summary: 'Decides about a mail of which nobody knows whether it arrived',
      request: {
        params: z.object({ id: mailId }),
        body: jsonBody(z.strictObject({ decision: z.enum(MAIL_DECISIONS) }).meta({ id: 'MailDecision' })),
      },
      responses: { 200: json('The invoice’s mail now', mailAnswer) },
    }),
    async (context) => {
      const { decision } = context.req.valid('json');
      const id = await decideMail(context.req.valid('param').id, decision, deps);
      if (decision === 'send again') await deps.sendMails([id]);
      const mail = await readMail(deps.table, id);
      if (!mail) throw new Fault('not-found', `There is no mail ${id}.`);
      return context.json(mailJson(mail.value), 200);
    },
  );
};
