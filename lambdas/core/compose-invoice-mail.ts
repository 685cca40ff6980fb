import type { Deps } from './deps.ts';
import { instant } from './deps.ts';
import { Fault } from './errors.ts';
import type { MailAddress } from './ports.ts';
import { readInvoice } from './repositories/invoices.ts';
import type { Mail } from './repositories/mails.ts';
import { readRunSettings } from './repositories/runs.ts';

/**
 * The message as it lies in the archive, made and filed at the first try: every try hands over the same bytes.
 * @throws Fault `damaged` when a document is missing or not what was archived
 */
export async function composeInvoiceMail(
  mail: Mail,
  deps: Pick<Deps, 'table' | 'archive' | 'templates' | 'composer' | 'clock'>,
): Promise<Uint8Array> {
  const filed = await deps.archive.get(mail.key);
  if (filed) return filed.bytes;
  const invoice = await readInvoice(deps.table, mail.invoice);
  if (!invoice) throw new Error(`mail ${mail.id} without invoice ${mail.invoice}`);
  const { facts, documents, runId } = invoice.value;
  const { sender, replyTo } = (await readRunSettings(deps.table, runId)).mail;
  const attachments = await Promise.all(
    documents.map(async ({ fileName, key, version }) => {
      const document = await deps.archive.get(key, version);
      if (!document) {
        throw new Fault(
          'damaged',
          `${key} is missing in the archive: restore it from a backup, then resend.`,
        );
      }
      return { fileName, contentType: document.file.contentType, bytes: document.bytes };
    }),
  );
  const { subject, text, html } = deps.templates.mail({
    invoice: facts,
    attachments: attachments.map(({ fileName }) => fileName),
  });
  const named = (address: string): MailAddress => ({
    name: facts.customer.invoiceAddressee || facts.customer.name,
    address,
  });
  const message = await deps.composer.compose({
    ...{ messageId: mail.messageId, date: instant(deps.clock.now()), from: sender },
    ...{ to: mail.to.map(named), cc: mail.cc.map((address) => ({ name: '', address })) },
    ...{ replyTo: replyTo || undefined, subject, text, html, attachments },
  });
  const { outcome } = await deps.archive.putOnce(mail.key, message, {
    contentType: 'message/rfc822',
    metadata: { mail: mail.id, invoice: mail.invoice },
  });
  return outcome === 'stored' ? message : ((await deps.archive.get(mail.key))?.bytes ?? message);
}
