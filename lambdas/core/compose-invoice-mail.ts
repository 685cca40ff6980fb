import type { Deps } from './deps.ts';
import { instant } from './deps.ts';
import { Fault } from './errors.ts';
import type { Archive, MailAddress } from './ports.ts';
import { readInvoice } from './repositories/invoices.ts';
import type { Mail } from './repositories/mails.ts';

/**
 * The message as it lies in the archive, made and filed at the first try: every try hands over the same bytes.
 * @throws Fault `damaged` when a document is missing or not what was archived, `archive-conflict` for another's mail
 */
export async function composeInvoiceMail(
  mail: Mail,
  deps: Pick<Deps, 'table' | 'archive' | 'templates' | 'composer' | 'clock'>,
): Promise<Uint8Array> {
  const invoice = await readInvoice(deps.table, mail.invoice);
  if (!invoice) throw new Error(`mail ${mail.id} without invoice ${mail.invoice}`);
  const { facts, documents, draftId } = invoice.value;
  const filed = await deps.archive.get(mail.key);
  if (filed) return ownBytes(filed, draftId);
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
    messageId: mail.messageId,
    date: instant(deps.clock.now()),
    from: mail.from,
    to: mail.to.map(named),
    cc: mail.cc.map((address) => ({ name: '', address })),
    replyTo: mail.replyTo || undefined,
    subject,
    text,
    html,
    attachments,
  });
  const { outcome } = await deps.archive.putOnce(mail.key, message, {
    contentType: 'message/rfc822',
    metadata: { mail: mail.id, invoice: mail.invoice, draft: draftId },
  });
  if (outcome === 'stored') return message;
  return ownBytes((await deps.archive.get(mail.key))!, draftId);
}

/** Never somebody else's mail: an archive may be older than the table, and have one under the same key. */
function ownBytes(
  { file, bytes }: NonNullable<Awaited<ReturnType<Archive['get']>>>,
  draftId: string,
): Uint8Array {
  if (file.metadata.draft === draftId) return bytes;
  throw new Fault(
    'archive-conflict',
    `Another mail lies in the archive as ${file.key}: move it away, then have the invoice mailed again.`,
  );
}
