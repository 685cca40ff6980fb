import type { Context } from 'hono';
import { z } from 'zod';
import { cancelInvoice } from '#core/billing/cancel-invoice.ts';
import { instantResult, startInstantInvoice } from '#core/billing/create-instant-invoice.ts';
import { day } from '#core/domain/calendar.ts';
import { cancellationReason } from '#core/domain/cancellation.ts';
import { customerNumber } from '#core/domain/customer.ts';
import { invoiceNumber } from '#core/domain/identifiers.ts';
import { Fault } from '#core/errors.ts';
import { INVOICE_STATES, listInvoices } from '#core/invoices/list-invoices.ts';
import { resendMail } from '#core/mailing/resend-mail.ts';
import { readInvoice } from '#core/repositories/invoices.ts';
import { readMail } from '#core/repositories/mails.ts';
import { answerFile, answerFiled, wantsPdf } from '../documents.ts';
import { json, jsonBody, PDF, READERS, type Routes, route, WRITE } from '../route.ts';
import { invoiceAnswer, invoiceJson } from '../schemas/invoice.ts';
import { mailAnswer, mailJson } from '../schemas/mail.ts';
import { instantOrder, invoiceBody, previewBody } from '../schemas/order.ts';
import { daysQuery, flag, pageOf, pageQuery, withDays } from '../schemas/page.ts';
import { output } from '../schemas/run.ts';

const params = z.object({ number: invoiceNumber });

const underWay = z
  .object({ run: z.string(), state: z.literal('under way') })
  .meta({ id: 'InvoiceUnderWay', description: 'It takes longer than one waits: look at Location.' });
const ISSUED = {
  201: {
    description: 'The invoice; its PDF where `Accept` asks for application/pdf',
    content: { 'application/json': { schema: invoiceAnswer }, ...PDF },
    headers: z.object({ Location: z.string() }),
  },
  202: { ...json('It is being made', underWay), headers: z.object({ Location: z.string() }) },
};

export const invoiceRoutes: Routes = (app, deps) => {
  app.openapi(
    route(WRITE, {
      method: 'post',
      path: '/api/invoices',
      operationId: 'createInvoice',
      tags: ['Invoices'],
      summary: 'An instant invoice: over open delivery notes, or over lines given in the call',
      description:
        'Send an `Idempotency-Key` with each: the same call again, also after a lost answer, then gives the first invoice, byte for byte.',
      request: {
        headers: z.object({
          'idempotency-key': z
            .string()
            .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
            .optional()
            .meta({ description: 'Chosen by the caller, a new one for each invoice; a UUID for example.' }),
        }),
        body: jsonBody(invoiceBody),
      },
      responses: ISSUED,
    }),
    async (context) => {
      const key = context.req.valid('header')['idempotency-key'];
      const order = instantOrder(context.req.valid('json'));
      const run = await startInstantInvoice({ ...order, ...(key ? { idempotencyKey: key } : {}) }, deps);
      await deps.documents.bill(run);
      return issued(run, context);
    },
  );

  app.openapi(
    route(['read', 'write', 'auditor'], {
      method: 'post',
      path: '/api/preview',
      operationId: 'previewInvoice',
      tags: ['Invoices'],
      summary: 'The instant invoice as a draft with a watermark and without a number; nothing is stored',
      request: { body: jsonBody(previewBody) },
      responses: { 200: { description: 'The PDF', content: PDF } },
    }),
    async (context) => {
      const { output: _, ...order } = instantOrder({ ...context.req.valid('json'), output: undefined });
      return answerFile(context, `preview-${order.customer}.pdf`, await deps.documents.preview(order));
    },
  );

  app.openapi(
    route(READERS, {
      method: 'get',
      path: '/api/invoices',
      operationId: 'listInvoices',
      tags: ['Invoices'],
      summary: 'Invoices by the last day they bill; unless days are given, those of the last 12 months',
      request: {
        query: z.strictObject({
          ...daysQuery,
          customer: customerNumber.optional(),
          state: z.enum(INVOICE_STATES).optional().meta({ description: 'Of its way to the customer.' }),
          mail: flag.optional().meta({ description: 'Only those that go by mail, or that do not.' }),
          ...pageQuery,
        }),
      },
      responses: { 200: json('A page', pageOf(invoiceAnswer, 'InvoicePage')) },
    }),
    async (context) => {
      const { items, ...page } = await listInvoices(withDays(context.req.valid('query')), deps);
      return context.json(
        { items: items.map(({ invoice, mail }) => invoiceJson(invoice, mail)), ...page },
        200,
      );
    },
  );

  app.openapi(
    route(READERS, {
      method: 'get',
      path: '/api/invoices/{number}',
      operationId: 'getInvoice',
      tags: ['Invoices'],
      summary: 'An invoice',
      request: { params },
      responses: { 200: json('The invoice', invoiceAnswer) },
    }),
    async (context) => context.json(await shown(context.req.valid('param').number), 200),
  );

  app.openapi(
    route(READERS, {
      method: 'get',
      path: '/api/invoices/{number}/documents/{document}',
      operationId: 'getInvoiceDocument',
      tags: ['Invoices'],
      summary: 'A document of an invoice, as it was filed: a reprint never renders anew',
      request: {
        params: params.extend({
          document: z.enum(['1', '2', 'xml']).meta({
            description: '`1` the invoice, `2` the delivery overview, `xml` the e-invoice.',
          }),
        }),
      },
      responses: {
        200: {
          description: 'The file',
          content: { ...PDF, 'application/xml': { schema: { type: 'string' } } },
        },
      },
    }),
    async (context) => {
      const { number, document } = context.req.valid('param');
      const { documents } = await invoice(number);
      const filed = documents.find(({ n }) => String(n) === document);
      if (filed) return answerFiled(context, filed, deps);
      const there = documents.map(({ n }) => n).join(', ');
      throw new Fault('not-found', `Invoice ${number} has no document ${document}: it has ${there}.`);
    },
  );

  app.openapi(
    route(WRITE, {
      method: 'post',
      path: '/api/invoices/{number}/mail',
      operationId: 'mailInvoice',
      tags: ['Mails'],
      summary: 'Mails an invoice again, to the address that its customer has now, with the filed documents',
      request: { params },
      responses: { 202: json('It waits in the outbox', mailAnswer) },
    }),
    async (context) => {
      const id = await resendMail(context.req.valid('param').number, deps);
      await deps.sendMails([id]);
      return context.json(mailJson((await readMail(deps.table, id))!.value), 202);
    },
  );

  app.openapi(
    route(WRITE, {
      method: 'post',
      path: '/api/invoices/{number}/cancellation',
      operationId: 'cancelInvoice',
      tags: ['Invoices'],
      summary: 'Takes an invoice back by another one: its exact negation, with a number of its own',
      request: {
        params,
        body: jsonBody(
          z
            .strictObject({
              reopenDeliveries: z.boolean().default(false).meta({
                description:
                  'Its delivery notes are open again afterwards: to be corrected, and billed anew.',
              }),
              reason: cancellationReason.optional().meta({ description: 'For the journal.' }),
              output: output.optional(),
              date: day.optional(),
            })
            .meta({ id: 'CancellationToMake', example: { reopenDeliveries: true, reason: 'Wrong price' } }),
        ),
      },
      responses: ISSUED,
    }),
    async (context) => {
      const { number } = context.req.valid('param');
      const { reopenDeliveries, reason, output, date } = context.req.valid('json');
      const run = await cancelInvoice(
        {
          invoice: number,
          reopenNotes: reopenDeliveries,
          ...(reason ? { reason } : {}),
          ...(output ? { output } : {}),
          ...(date ? { date } : {}),
        },
        deps,
        deps.documents.bill,
      );
      return issued(run, context);
    },
  );

  async function issued(run: string, context: Context) {
    const result = await instantResult(run, deps);
    if (result.state === 'under way') {
      context.header('Location', `/api/runs/${run}`);
      return context.json({ run, state: result.state }, 202);
    }
    if (result.state !== 'issued') {
      const [reason = 'see the log'] = result.reasons;
      throw new Fault(
        'unavailable',
        `The invoice has its number, but its documents could not be made: ${reason} It is tried again by itself; GET /api/runs/${run} tells.`,
        { details: result.reasons },
      );
    }
    context.header('Location', `/api/invoices/${result.invoice}`);
    if (!wantsPdf(context)) return context.json(await shown(result.invoice), 201);
    const { documents } = await invoice(result.invoice);
    return answerFiled(context, documents[0]!, deps, 201);
  }

  async function shown(number: string) {
    const record = await invoice(number);
    const { delivery } = record;
    const mail = delivery.state === 'mail' ? await readMail(deps.table, delivery.mailId) : undefined;
    return invoiceJson(record, mail?.value);
  }

  async function invoice(number: string) {
    const found = await readInvoice(deps.table, number);
    if (!found) throw new Fault('not-found', `There is no invoice ${number}.`);
    return found.value;
  }
};
