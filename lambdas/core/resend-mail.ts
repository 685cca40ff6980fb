import { mailChanges, newMail } from './create-mail.ts';
import type { Deps } from './deps.ts';
import { instant } from './deps.ts';
import { mailAddresses } from './domain/mail-address.ts';
import { Fault, refuse } from './errors.ts';
import { readCustomer } from './repositories/customers.ts';
import { type InvoiceRecord, readInvoice } from './repositories/invoices.ts';
import { appendToJournal } from './repositories/journal.ts';
import { type Mail, type MailState, readMail } from './repositories/mails.ts';
import { readSettings } from './repositories/settings.ts';
import { replace } from './repositories/stored.ts';
import { retryOnConflict } from './retry.ts';

const IN_THE_QUEUE: readonly MailState[] = ['queued', 'sending', 'deferred', 'held'];

/**
 * A person mails an invoice again: a new outbox record with a new Message-ID, to the address the customer has now,
 * with the archived documents.
 * @returns the new mail's id, which waits in the outbox
 * @throws Fault `bad-input` while an earlier mail still waits, or where there is no address
 */
export async function resendMail(
  invoiceNumber: string,
  deps: Pick<Deps, 'table' | 'clock' | 'ids' | 'hasher'>,
): Promise<string> {
  const settings = await readSettings(deps.table);
  return retryOnConflict(async () => {
    const invoice = await readInvoice(deps.table, invoiceNumber);
    if (!invoice) throw new Fault('not-found', `There is no invoice ${invoiceNumber}.`);
    const { facts, delivery } = invoice.value;
    const earlier = delivery.state === 'mail' ? await readMail(deps.table, delivery.mailId) : undefined;
    if (earlier && IN_THE_QUEUE.includes(earlier.value.state)) {
      refuse(
        `The mail of invoice ${invoiceNumber} still waits (${earlier.value.state}): it is sent by itself.`,
      );
    }
    const current = (await readCustomer(deps.table, facts.customer.number))?.value.customer;
    const { invoiceEmail, cc } = current ?? facts.customer;
    if (mailAddresses(invoiceEmail).valid.length === 0) {
      refuse(`Customer ${facts.customer.number} (${facts.customer.name}) has no valid invoice mail address.`);
    }
    if (settings.mail.sender.address === '') {
      refuse('The settings name no sender (mail.sender.address).');
    }
    const n = Number(earlier?.value.id.split('-').at(-1) ?? 0) + 1;
    const mail = newMail(n, settings, { ...facts, customer: { ...facts.customer, invoiceEmail, cc } }, deps);
    const { change, head } = appendToJournal(deps.hasher, invoice.key.partition, invoice.value.journal, {
      ...{
        at: instant(deps.clock.now()),
        event: 'mail queued by a person',
        data: { mail: mail.id, to: mail.to },
      },
    });
    const mailed: InvoiceRecord = {
      ...{ ...invoice.value, delivery: { state: 'mail', mailId: mail.id }, journal: head },
    };
    await deps.table.write([replace(invoice, mailed), change, ...mailChanges(mail)]);
    return mail.id;
  });
}

/**
 * A person decides about a mail of which nobody knows whether it arrived: it is sent again, or counts as sent.
 * @returns the id of the mail that is now the invoice's
 * @throws Fault `bad-input` when the mail is not `unknown`
 */
export async function decideMail(
  mailId: string,
  decision: 'send again' | 'count as sent',
  deps: Pick<Deps, 'table' | 'clock' | 'ids' | 'hasher'>,
): Promise<string> {
  const mail = await readMail(deps.table, mailId);
  if (!mail) throw new Fault('not-found', `There is no mail ${mailId}.`);
  if (mail.value.state !== 'unknown') {
    refuse(`Mail ${mailId} is ${mail.value.state}: only a mail whose fate is unknown needs a decision.`);
  }
  if (decision === 'send again') return resendMail(mail.value.invoice, deps);
  const settled: Mail = { ...mail.value, state: 'settled', changedAt: instant(deps.clock.now()) };
  await deps.table.write([replace(mail, settled)]);
  return mailId;
}
