import type { Context } from 'hono';
import type { z } from 'zod';
import { cancelInvoice } from '#core/billing/cancel-invoice.ts';
import { instantResult, startInstantInvoice } from '#core/billing/create-instant-invoice.ts';
import { Fault } from '#core/errors.ts';
import { listInvoices } from '#core/invoices/list-invoices.ts';
import { resendMail } from '#core/mailing/resend-mail.ts';
import { readInvoice } from '#core/repositories/invoices.ts';
import { readMail } from '#core/repositories/mails.ts';
import type { HttpDeps } from '../deps.ts';
import { answerFile, answerFiled, wantsPdf } from '../documents.ts';
import type { Routes } from '../route.ts';
import { invoiceJson } from '../schemas/invoice.ts';
import { mailJson } from '../schemas/mail.ts';
import { instantOrder } from '../schemas/order.ts';
import { withDays } from '../schemas/page.ts';
import {
  cancelInvoiceRoute,
  type cancellationBody,
  createInvoiceRoute,
  getInvoiceDocumentRoute,
  getInvoiceRoute,
  listInvoicesRoute,
  mailInvoiceRoute,
  previewInvoiceRoute,
} from './invoice-descriptions.ts';

export const invoiceRoutes: Routes = (app, deps) => {
  app.openapi(createInvoiceRoute, async (context) => {
    const key = context.req.valid('header')['idempotency-key'];
    const order = instantOrder(context.req.valid('json'));
    const run = await startInstantInvoice({ ...order, ...(key ? { idempotencyKey: key } : {}) }, deps);
    await deps.documents.bill(run);
    return answerIssued(run, context, deps);
  });

  app.openapi(previewInvoiceRoute, async (context) => {
    const { output: _, ...order } = instantOrder({ ...context.req.valid('json'), output: undefined });
    return answerFile(context, `preview-${order.customer}.pdf`, await deps.documents.preview(order));
  });

  app.openapi(listInvoicesRoute, async (context) => {
    const { items, ...page } = await listInvoices(withDays(context.req.valid('query')), deps);
    return context.json(
      { items: items.map(({ invoice, mail }) => invoiceJson(invoice, mail)), ...page },
      200,
    );
  });

  app.openapi(getInvoiceRoute, async (context) =>
    context.json(await invoiceWithMail(context.req.valid('param').number, deps), 200),
  );

  app.openapi(getInvoiceDocumentRoute, async (context) => {
    const { number, document } = context.req.valid('param');
    return answerFiled(context, await filedDocument(number, document, deps), deps);
  });

  app.openapi(mailInvoiceRoute, async (context) => {
    const id = await resendMail(context.req.valid('param').number, deps);
    await deps.sendMails([id]);
    return context.json(mailJson((await readMail(deps.table, id))!.value), 202);
  });

  app.openapi(cancelInvoiceRoute, async (context) => {
    const order = cancellationOrder(context.req.valid('param').number, context.req.valid('json'));
    const run = await cancelInvoice(order, deps, deps.documents.bill);
    return answerIssued(run, context, deps);
  });
};

/** Answers with the invoice that a run of one draft has issued, or says where to look while it is being made. */
async function answerIssued(run: string, context: Context, deps: HttpDeps) {
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
  if (!wantsPdf(context)) return context.json(await invoiceWithMail(result.invoice, deps), 201);
  const { documents } = await existingInvoice(result.invoice, deps);
  return answerFiled(context, documents[0]!, deps, 201);
}

function cancellationOrder(
  invoice: string,
  { reopenDeliveries, reason, output, date }: z.output<typeof cancellationBody>,
): Parameters<typeof cancelInvoice>[0] {
  return {
    invoice,
    reopenNotes: reopenDeliveries,
    ...(reason ? { reason } : {}),
    ...(output ? { output } : {}),
    ...(date ? { date } : {}),
  };
}

/** Finds a document of an invoice; the refusal names the documents that there are. */
async function filedDocument(number: string, document: string, deps: HttpDeps) {
  const { documents } = await existingInvoice(number, deps);
  const filed = documents.find(({ n }) => String(n) === document);
  if (filed) return filed;
  const there = documents.map(({ n }) => n).join(', ');
  throw new Fault('not-found', `Invoice ${number} has no document ${document}: it has ${there}.`);
}

/** Returns an invoice as the API shows it: where it is mailed, its state is drawn from the mail. */
async function invoiceWithMail(number: string, deps: HttpDeps) {
  const invoice = await existingInvoice(number, deps);
  const { delivery } = invoice;
  const mail = delivery.state === 'mail' ? await readMail(deps.table, delivery.mailId) : undefined;
  return invoiceJson(invoice, mail?.value);
}

async function existingInvoice(number: string, deps: HttpDeps) {
  const found = await readInvoice(deps.table, number);
  if (!found) throw new Fault('not-found', `There is no invoice ${number}.`);
  return found.value;
}
