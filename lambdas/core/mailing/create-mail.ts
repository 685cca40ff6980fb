import type { Deps } from '#core/deps.ts';
import { instant } from '#core/deps.ts';
import { archiveKey } from '#core/domain/archive-key.ts';
import type { Customer } from '#core/domain/customer.ts';
import type { InvoiceFacts } from '#core/domain/invoice.ts';
import { mailAddresses, mailboxOf } from '#core/domain/mail-address.ts';
import { OUTPUT_WAYS, type Output } from '#core/domain/run-order.ts';
import type { Settings } from '#core/domain/settings.ts';
import type { Change } from '#core/ports.ts';
import { readCustomer } from '#core/repositories/customers.ts';
import { addDue } from '#core/repositories/due.ts';
import type { Delivery } from '#core/repositories/invoices.ts';
import { type Mail, mailKey, mailListKey, type Recipient } from '#core/repositories/mails.ts';
import type { Run } from '#core/repositories/runs.ts';
import { create } from '#core/repositories/stored.ts';

/**
 * Decides how an invoice is delivered and, if by mail, creates its outbox record. The changes are part of the
 * write that issues the invoice.
 */
export function createMail(
  run: Pick<Run, 'id' | 'order'>,
  settings: Settings,
  invoice: InvoiceFacts,
  deps: Pick<Deps, 'clock' | 'ids'>,
): { readonly delivery: Delivery; readonly changes: readonly Change[] } {
  const delivery = deliveryWithoutMail(run.order.output, settings, invoice);
  if (delivery) return { delivery, changes: [] };
  const mail: Mail = { ...newMail(1, settings, invoice, deps), run: run.id };
  return { delivery: { state: 'mail', mailId: mail.id }, changes: mailChanges(mail) };
}

/**
 * Returns the invoice with the mail addresses that its customer has now, so that it is sent where the
 * customer gets invoices today. If the customer no longer exists, the invoice is returned as it was.
 */
export async function withCurrentAddress(
  invoice: InvoiceFacts,
  deps: Pick<Deps, 'table'>,
): Promise<InvoiceFacts> {
  const current = (await readCustomer(deps.table, invoice.customer.number))?.value.customer;
  if (!current) return invoice;
  const { invoiceByMail, invoiceEmail, cc, bcc } = current;
  return { ...invoice, customer: { ...invoice.customer, invoiceByMail, invoiceEmail, cc, bcc } };
}

export const mailChanges = (mail: Mail): Change[] => [
  create(mailKey(mail.id), mail),
  create(mailListKey(mail.queuedAt, mail.id), { id: mail.id }),
  addDue(mail.dueAt!, { kind: 'mail', id: mail.id }),
];

/**
 * Makes the outbox record for the nth mailing of an invoice. The customer must have an invoice mail address.
 */
export function newMail(
  n: number,
  settings: Settings,
  invoice: InvoiceFacts,
  deps: Pick<Deps, 'clock' | 'ids'>,
): Mail {
  const { customer } = invoice;
  const { sender, replyTo } = settings.mail;
  const now = deps.clock.now();
  const id = `${invoice.number}-${n}`;
  const domain = sender.address.split('@')[1] ?? 'localhost';
  return {
    id,
    invoice: invoice.number,
    customer: customer.number,
    state: 'queued',
    attempts: 0,
    from: { name: sender.name || settings.company.name, address: sender.address },
    replyTo,
    ...recipientsOf(customer, settings),
    messageId: `<${id}.${deps.ids.next()}@${domain}>`,
    key: archiveKey('mail', settings.pdf.folders, invoice.date, `${customer.number}-${id}.eml`),
    queuedAt: instant(now),
    changedAt: instant(now),
    dueAt: now,
  };
}

/**
 * Lists the recipients of this customer's invoices, each mailbox once. Texts that are no mail address are
 * named in `malformed`.
 */
export function recipientsOf(
  customer: Pick<Customer, 'invoiceEmail' | 'cc' | 'bcc'>,
  { mail }: Pick<Settings, 'mail'>,
): Pick<Mail, 'recipients' | 'malformed'> {
  const fields = [
    ['to', customer.invoiceEmail],
    ['cc', [customer.cc, ...mail.cc].join()],
    ['bcc', [customer.bcc, ...mail.bcc].join()],
  ] as const;
  const recipients = new Map<string, Recipient>();
  const malformed: string[] = [];
  for (const [kind, text] of fields) {
    const addresses = mailAddresses(text);
    malformed.push(...addresses.malformed);
    for (const address of addresses.valid) {
      const mailbox = mailboxOf(address);
      if (!recipients.has(mailbox)) recipients.set(mailbox, { address, kind, state: 'waiting' });
    }
  }
  return { recipients: [...recipients.values()], ...(malformed.length > 0 ? { malformed } : {}) };
}

/**
 * Decides the delivery of an invoice that is not mailed, and why; undefined if the invoice is to be mailed.
 */
function deliveryWithoutMail(
  output: Output,
  settings: Settings,
  { customer }: InvoiceFacts,
): Delivery | undefined {
  const way = OUTPUT_WAYS[output];
  if (way !== 'mail') return { state: way };
  if (!customer.invoiceByMail) return { state: 'to print' };
  if (settings.mail.transport === 'off') return { state: 'to print', reason: 'Mail is switched off.' };
  if (settings.mail.sender.address === '') {
    return { state: 'to print', reason: 'The settings name no sender (mail.sender.address).' };
  }
  const { valid, malformed } = mailAddresses(customer.invoiceEmail);
  if (valid.length > 0) return undefined;
  const reason =
    malformed.length > 0
      ? `The invoice mail address "${malformed.join(', ')}" is malformed.`
      : 'The customer has no invoice mail address.';
  return { state: 'to print', reason };
}
