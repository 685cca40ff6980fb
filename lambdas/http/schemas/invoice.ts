import { z } from 'zod';
import { euros, plainDecimal } from '#core/domain/money.ts';
import { INVOICE_STATES } from '#core/invoices/list-invoices.ts';
import type { InvoiceRecord } from '#core/repositories/invoices.ts';
import type { Mail } from '#core/repositories/mails.ts';
import { mailReport } from '#core/runs/run-report.ts';
import { AMOUNT, decimalText } from './decimals.ts';

const reference = z.object({ number: z.string(), date: z.string() });

export const deliveryState = z
  .object({
    state: z.enum(INVOICE_STATES).exclude(['cancelled']),
    reason: z.string().optional(),
    mail: z.string().optional().meta({ description: 'Its id, where it went by mail.' }),
    to: z.array(z.string()).optional(),
    leftOut: z
      .array(z.string())
      .optional()
      .meta({ description: 'Addresses that did not get it, with the reason.' }),
  })
  .meta({ id: 'DeliveryState' });

export const invoiceAnswer = z
  .object({
    number: z.string(),
    kind: z.enum(['invoice', 'cancellation']),
    date: z.string(),
    period: z.object({ from: z.string(), to: z.string() }).optional(),
    delivered: z.object({ from: z.string(), to: z.string() }),
    customer: z.object({ number: z.string(), name: z.string() }),
    net: AMOUNT,
    vat: AMOUNT,
    gross: AMOUNT,
    vatRows: z.array(z.object({ category: z.string(), rate: decimalText('7.00'), net: AMOUNT, vat: AMOUNT })),
    payment: z.object({
      by: z.enum(['transfer', 'direct-debit', 'credit']),
      due: z.string().optional(),
    }),
    deliveries: z.array(z.string()).meta({ description: 'Ids of its delivery notes: year/number.' }),
    documents: z.array(
      z.object({
        n: z.number().int().meta({ description: '1 the invoice, 2 the delivery overview.' }),
        kind: z.enum(['invoice', 'delivery-overview']),
        fileName: z.string(),
        size: z.number().int(),
        sha256: z.string(),
        path: z.string().meta({ description: 'Where this API gives it.' }),
      }),
    ),
    delivery: deliveryState,
    cancels: reference.optional().meta({ description: 'The invoice that this one takes back.' }),
    cancelledBy: z
      .string()
      .optional()
      .meta({ description: 'Number of the invoice that took this one back.' }),
    run: z.string(),
    issuedAt: z.string(),
  })
  .meta({ id: 'Invoice' });

/**
 * Answers with an invoice.
 * @param mail the mail that delivers it, if it was mailed
 */
export function invoiceJson(
  { facts, noteIds, documents, delivery, cancelledBy, runId, issuedAt }: InvoiceRecord,
  mail: Mail | undefined,
): z.infer<typeof invoiceAnswer> {
  const { number, date, period, delivered, customer, totals, payment, cancels } = facts;
  return {
    number,
    kind: cancels ? 'cancellation' : 'invoice',
    date,
    ...(period ? { period } : {}),
    delivered,
    customer: { number: customer.number, name: customer.name },
    net: euros(totals.net),
    vat: euros(totals.vat),
    gross: euros(totals.gross),
    vatRows: totals.vatRows.map(({ category, rate, net, vat }) => ({
      category,
      rate: plainDecimal(rate, 2),
      net: euros(net),
      vat: euros(vat),
    })),
    payment: { by: payment.by, ...('due' in payment ? { due: payment.due } : {}) },
    deliveries: [...noteIds],
    documents: documents.map(({ n, kind, fileName, size, sha256 }) => ({
      n,
      kind,
      fileName,
      size,
      sha256,
      path: `/api/invoices/${number}/documents/${n}`,
    })),
    delivery: deliveryJson(delivery, mail),
    ...(cancels ? { cancels } : {}),
    ...(cancelledBy ? { cancelledBy } : {}),
    run: runId,
    issuedAt,
  };
}

function deliveryJson(
  delivery: InvoiceRecord['delivery'],
  mail: Mail | undefined,
): z.infer<typeof deliveryState> {
  if (delivery.state !== 'mail') {
    const { state } = delivery;
    return {
      state,
      ...('reason' in delivery && delivery.reason ? { reason: delivery.reason } : {}),
      ...('mailId' in delivery && delivery.mailId ? { mail: delivery.mailId } : {}),
    };
  }
  const { to, ...report } = mailReport(mail!);
  return { ...report, mail: delivery.mailId, to: [...to] };
}
