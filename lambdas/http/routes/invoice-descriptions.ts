import { z } from 'zod';
import { day } from '#core/domain/calendar.ts';
import { cancellationReason } from '#core/domain/cancellation.ts';
import { customerNumber } from '#core/domain/customer.ts';
import { invoiceNumber } from '#core/domain/identifiers.ts';
import { INVOICE_STATES } from '#core/invoices/list-invoices.ts';
import { json, jsonBody, PDF, READERS, route, WRITE } from '../route.ts';
import { invoiceAnswer } from '../schemas/invoice.ts';
import { mailAnswer } from '../schemas/mail.ts';
import { invoiceBody, previewBody } from '../schemas/order.ts';
import { daysQuery, flag, pageOf, pageQuery } from '../schemas/page.ts';
import { output } from '../schemas/run.ts';

// What /openapi.json says about the calls for invoices. It stands apart from the handlers in invoices.ts, so that
// each of the two can be read alone.

const params = z.object({ number: invoiceNumber });

const underWay = z
  .object({ run: z.string(), state: z.literal('under way') })
  .meta({ id: 'InvoiceUnderWay', description: 'It takes longer than one waits: look at Location.' });

/** Answers of the calls that issue an invoice: it may take longer than a caller waits. */
const ISSUED = {
  201: {
    description: 'The invoice; its PDF where `Accept` asks for application/pdf',
    content: { 'application/json': { schema: invoiceAnswer }, ...PDF },
    headers: z.object({ Location: z.string() }),
  },
  202: { ...json('It is being made', underWay), headers: z.object({ Location: z.string() }) },
};

export const createInvoiceRoute = route(WRITE, {
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
});

export const previewInvoiceRoute = route(READERS, {
  method: 'post',
  path: '/api/preview',
  operationId: 'previewInvoice',
  tags: ['Invoices'],
  summary: 'The instant invoice as a draft with a watermark and without a number; nothing is stored',
  request: { body: jsonBody(previewBody) },
  responses: { 200: { description: 'The PDF', content: PDF } },
});

export const listInvoicesRoute = route(READERS, {
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
});

export const getInvoiceRoute = route(READERS, {
  method: 'get',
  path: '/api/invoices/{number}',
  operationId: 'getInvoice',
  tags: ['Invoices'],
  summary: 'An invoice',
  request: { params },
  responses: { 200: json('The invoice', invoiceAnswer) },
});

export const getInvoiceDocumentRoute = route(READERS, {
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
});

export const mailInvoiceRoute = route(WRITE, {
  method: 'post',
  path: '/api/invoices/{number}/mail',
  operationId: 'mailInvoice',
  tags: ['Mails'],
  summary: 'Mails an invoice again, to the address that its customer has now, with the filed documents',
  request: { params },
  responses: { 202: json('It waits in the outbox', mailAnswer) },
});

export const cancellationBody = z
  .strictObject({
    reopenDeliveries: z.boolean().default(false).meta({
      description: 'Its delivery notes are open again afterwards: to be corrected, and billed anew.',
    }),
    reason: cancellationReason.optional().meta({ description: 'For the journal.' }),
    output: output.optional(),
    date: day.optional(),
  })
  .meta({ id: 'CancellationToMake', example: { reopenDeliveries: true, reason: 'Wrong price' } });

export const cancelInvoiceRoute = route(WRITE, {
  method: 'post',
  path: '/api/invoices/{number}/cancellation',
  operationId: 'cancelInvoice',
  tags: ['Invoices'],
  summary: 'Takes an invoice back by another one: its exact negation, with a number of its own',
  request: {
    params,
    body: jsonBody(cancellationBody),
  },
  responses: ISSUED,
});
