import type { Deps } from '#core/deps.ts';
import { instant } from '#core/deps.ts';
import { mailAddresses, mailboxOf } from '#core/domain/mail-address.ts';
import { goesByItself, isReplacedByAnother } from '#core/domain/mail-states.ts';
import { Fault, refuse } from '#core/errors.ts';
import { removeDue } from '#core/repositories/due.ts';
import { type InvoiceRecord, readInvoice } from '#core/repositories/invoices.ts';
import { appendToJournal } from '#core/repositories/journal.ts';
import { addressesOf, type Mail, readMail } from '#core/repositories/mails.ts';
import { readSettings } from '#core/repositories/settings.ts';
import { replace } from '#core/repositories/stored.ts';
import { readSuppressions } from '#core/repositories/suppressions.ts';
import { retryOnConflict } from '#core/retry.ts';
import { mailChanges, newMail, withCurrentAddress } from './create-mail.ts';
import { drawState } from './mail-state.ts';

/** What a person may decide about a mail whose fate is unknown. */
export const MAIL_DECISIONS = ['send again', 'count as sent'] as const;

type ResendDeps = Pick<Deps, 'table' | 'clock' | 'ids' | 'hasher'>;

/**
 * Mails an invoice again because a person asked for it: with a new outbox record and a new Message-ID, to the
 * address that the customer has now, with the archived documents. An earlier mail that is held, or whose fate
 * is unknown, becomes `replaced`.
 * @returns the id of the new mail, which waits in the outbox
 * @throws Fault `bad-input` while an earlier mail still waits, or if there is no address
 */
export async function resendMail(invoiceNumber: string, deps: ResendDeps): Promise<string> {
  return retryOnConflict(async () => {
    const { invoice, earlier, mail } = await plannedResend(invoiceNumber, deps);
    const at = instant(deps.clock.now());
    const { change, head } = appendToJournal(deps.hasher, invoice.key.partition, invoice.value.journal, {
      at,
      event: 'mail queued by a person',
      data: { mail: mail.id, to: addressesOf(mail, 'to'), ...(earlier ? { after: earlier.value.id } : {}) },
    });
    const mailed: InvoiceRecord = {
      ...invoice.value,
      delivery: { state: 'mail', mailId: mail.id },
      journal: head,
    };
    const changes = [replace(invoice, mailed), change, ...mailChanges(mail)];
    if (earlier && isReplacedByAnother(earlier.value)) {
      const { dueAt, ...rest } = earlier.value;
      const reason = `Sent again as ${mail.id}. ${rest.reason ?? ''}`.trim();
      const replaced: Mail = { ...rest, state: 'replaced', reason, changedAt: at };
      changes.push(replace(earlier, replaced));
      if (dueAt !== undefined) changes.push(removeDue(dueAt, { kind: 'mail', id: rest.id }));
    }
    await deps.table.write(changes);
    return mail.id;
  });
}

/**
 * Checks whether these invoices can all be mailed again; writes nothing.
 * @throws Fault `bad-input` that names all invoices that cannot
 */
export async function checkResend(invoiceNumbers: readonly string[], deps: ResendDeps): Promise<void> {
  const problems: string[] = [];
  for (const number of invoiceNumbers) {
    try {
      await plannedResend(number, deps);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) refuse('Nothing was mailed: some of these invoices cannot be.', problems);
}

async function plannedResend(invoiceNumber: string, deps: ResendDeps) {
  const settings = await readSettings(deps.table);
  const invoice = await readInvoice(deps.table, invoiceNumber);
  if (!invoice) throw new Fault('not-found', `There is no invoice ${invoiceNumber}.`);
  const { facts, delivery } = invoice.value;
  const earlierId = 'mailId' in delivery ? delivery.mailId : undefined;
  const earlier = earlierId === undefined ? undefined : await readMail(deps.table, earlierId);
  if (earlier && goesByItself(earlier.value)) {
    refuse(
      `The mail of invoice ${invoiceNumber} still waits (${earlier.value.state}): it is sent by itself.`,
    );
  }
  const addressed = await withCurrentAddress(facts, deps);
  const who = `Customer ${facts.customer.number} (${facts.customer.name})`;
  const { valid } = mailAddresses(addressed.customer.invoiceEmail);
  if (valid.length === 0) {
    refuse(`${who} has no valid invoice mail address: invoice ${invoiceNumber} cannot be mailed.`);
  }
  const suppressed = await readSuppressions(deps.table, valid);
  if (valid.every((address) => suppressed.has(mailboxOf(address)))) {
    const [why] = suppressed.values();
    refuse(
      `${who}: nothing is sent to ${valid.join(', ')} since ${why!.since.slice(0, 10)} (${why!.reason}). Give the customer another address, or lift it when the mailbox is well again: suppressed lift ADDRESS.`,
    );
  }
  if (settings.mail.sender.address === '') refuse('The settings name no sender (mail.sender.address).');
  const n = Number(earlier?.value.id.split('-').at(-1) ?? 0) + 1;
  const mail = newMail(n, settings, addressed, deps);
  return { invoice, earlier, mail };
}

/**
 * Carries out what a person decided about a mail whose fate is unknown: it is sent again, or counts as sent.
 * @returns the id of the mail that is now the invoice's
 * @throws Fault `bad-input` if the mail is not `unknown`
 */
export async function decideMail(
  mailId: string,
  decision: (typeof MAIL_DECISIONS)[number],
  deps: ResendDeps,
): Promise<string> {
  const mail = await readMail(deps.table, mailId);
  if (!mail) throw new Fault('not-found', `There is no mail ${mailId}.`);
  if (mail.value.state !== 'unknown') {
    refuse(`Mail ${mailId} is ${mail.value.state}: only a mail whose fate is unknown needs a decision.`);
  }
  if (decision === 'send again') return resendMail(mail.value.invoice, deps);
  const invoice = (await readInvoice(deps.table, mail.value.invoice))!;
  const at = instant(deps.clock.now());
  const { change, head } = appendToJournal(deps.hasher, invoice.key.partition, invoice.value.journal, {
    at,
    event: 'mail counted as sent by a person',
    data: { mail: mailId },
  });
  const recipients = mail.value.recipients.map((recipient) =>
    recipient.state === 'unknown' ? { ...recipient, state: 'settled' as const } : recipient,
  );
  const settled = drawState({ ...mail.value, recipients, changedAt: at }, 'deferred');
  await deps.table.write([
    replace(mail, settled),
    replace(invoice, { ...invoice.value, journal: head }),
    change,
  ]);
  return mailId;
}
